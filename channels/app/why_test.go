package app

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// judgedRow proves every case to be its applicant's, has it taken up and judges it twice, as the platform
// does, with a daughter beside the applicant, and draws a list of a scarce thing in which its household
// stands second and is not reached. What was found first counts no more.
const judgedRow = `set session_replication_role = replica;
	update casefile set household = 700 + id, person = 900 + id, identity = 'match', accepted = now();
	update case_member set person = 900 + case_id where ref = 'm1';
	insert into case_member (case_id, region, ref, name, person) select id, region, 'm2', '张小英', 1900 + id from casefile;
	insert into membership (household, person, region, ref, relation, since) select 700 + id, 900 + id, region, 'm1', 'applicant', '2020-01-01' from casefile;
	insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause)
		select id, region, v, now(), '{"members": [{"ref": "m1", "relation": "applicant"}, {"ref": "m2", "relation": "child"}]}', '{}', repeat('a', 64), 'application' from casefile, generate_series(1, 2) v;
	insert into finding (case_id, region, version, item, name, position, outcome, bundled, reasons, missing, benefit, book, members, near, near_of)
		select id, region, v, f.item, f.name, f.n, case when v = 1 then 'unknown' else f.outcome end, false, f.reasons::jsonb, '{}', '{}', 'b', f.members::jsonb, f.near, '{""}'
		from casefile, generate_series(1, 2) v, (values
			(1, 'MZ-01', '最低生活保障', 'not_eligible', '[{"outcome": "eligible", "text": "户籍在本县", "law": "办法第一条"}, {"outcome": "not_eligible", "text": "您家平均每人存款 15,000 元,线是 11,520 元(样本)", "law": "办法第十二条", "fact": "savings", "value": "15000"}]', '[]', '存款少 3,480 元就合得上。'),
			(2, 'ZJ-01', '公租房', 'eligible', '[]', '[]', ''),
			(3, 'ZJ-02', '租房补贴', 'eligible', '[{"outcome": "dropped", "text": "公租房和租房补贴只能选一样", "law": "办法第三条"}]', '[]', ''),
			(4, 'CL-01', '残疾人生活补贴', 'unknown', '[{"outcome": "unknown", "text": "不知道您本人有没有残疾证", "member": "m1"}, {"outcome": "not_eligible", "text": "您的女儿没有残疾证", "member": "m2"}]',
				'[{"member": "m1", "outcome": "unknown", "reasons": [{"outcome": "unknown", "text": "不知道您本人有没有残疾证", "member": "m1"}]}, {"member": "m2", "outcome": "not_eligible", "reasons": [{"outcome": "not_eligible", "text": "您的女儿没有残疾证", "member": "m2"}]}]', ''),
			(5, 'HS-01', '白血病孩子救助', 'eligible', '[{"outcome": "eligible", "text": "您的女儿得了白血病", "member": "m2"}]',
				'[{"member": "m1", "outcome": "not_eligible", "reasons": [{"outcome": "not_eligible", "text": "您本人已满 18 岁", "member": "m1"}]}, {"member": "m2", "outcome": "eligible", "reasons": [{"outcome": "eligible", "text": "您的女儿得了白血病", "member": "m2"}]}]', ''),
			(6, 'MZ-04', '支出型临时救助', 'not_eligible', '[{"outcome": "not_eligible", "text": "您的女儿一年自己花的看病钱不多", "member": "m2"}, {"outcome": "not_eligible", "text": "花费没过线"}]', '[]', ''),
			(7, 'SF-01', '法律援助', 'eligible', '[{"outcome": "eligible", "text": "受到家暴,不看收入"}]', '[]', '')) f (n, item, name, outcome, reasons, members, near);
	insert into quota_round (id, item, area, places, cutoff, why, opener, opened, state, ended, ender, book, formula, tie, listed, digest, drawn)
		overriding system value values (1, 'ZJ-01', '371426', 3, '2026-11-01T00:00:00Z', '试', 1, now(), 'frozen', now(), 2, 'b', 'f', 't', 2, 'd', now());
	insert into quota_entry (round, n, region, household, place, low, high, fits)
		select 1, 2, region, household, 1, '{0,0,0,0,0,0,0}', '{0,0,0,0,0,0,0}', true from casefile limit 1;
	set session_replication_role = origin`

// "Why not me" (issue 6.8, F74): somebody reads for every item how they and their household stand, with
// the reason, what would have to be otherwise and the law, and where they stood in the list of a scarce
// thing; nothing of anybody else, nor of another member of their own household. It stands in the log
// before a word is shown. A stranger, and who was invited to help, read none of it.
//
// Controls: why_opens without the account ("an invited helper: 200"); Why without log.Write ("200, 0 items");
// the newest version not asked for ("200, 12 items"); whyOf without Others ("200, 7 items").
func TestWhyIsReadByWhoseItIs(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	person, helper, stranger := d.as(t, channeltest.Phone), d.as(t, "13905349999"), d.as(t, "13905348888")
	helps(t, s, person.Token, helper.Token, "李秀英")
	receipt := d.file(t, filing{account: person.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacitySelf})
	at := "/applications/" + string(receipt) + "/why"
	if status, said := call(t, s, "GET", at, person.Token, ""); status != 404 || !strings.Contains(fmt.Sprint(said["detail"]), "身份核对过") {
		t.Errorf("before anybody knows who it is: %d %s", status, said)
	}
	d.super(t, `update casefile set identity = 'match'`)
	if status, a := ask[channels.WhyAnswer](t, s, "GET", at, person.Token, ""); status != 200 || len(a.Items) != 0 || !strings.Contains(a.Say, "还没有对过") {
		t.Errorf("before it was judged: %d %+v", status, a)
	}
	d.super(t, judgedRow)
	status, a := ask[channels.WhyAnswer](t, s, "GET", at, person.Token, "")
	if status != 200 || len(a.Items) != 6 || !strings.Contains(a.Say, "不是决定") {
		t.Fatalf("%d, %d items: %+v", status, len(a.Items), a)
	}
	if it := a.Items[0]; it.Outcome != "not_eligible" || len(it.Says) != 1 || !strings.Contains(it.Says[0], "存款 15,000 元") || it.Near != "存款少 3,480 元就合得上。" || len(it.Law) != 1 || it.Law[0] != "办法第十二条" {
		t.Errorf("what keeps it out: %+v", it)
	}
	if it := a.Items[1]; !strings.Contains(it.List, "一共 3 个名额,您家排在第 2。还没有开始问") || !strings.Contains(it.Says[0], "条件都合得上") {
		t.Errorf("in a list: %+v", it)
	}
	if it := a.Items[2]; len(it.Says) != 1 || !strings.Contains(it.Says[0], "条件都合得上") {
		t.Errorf("beside what might be an item of the daughter's: %+v", it)
	}
	const others = "这一项也看家里别人的情况。别人的情况这里不写,想知道,可以到镇上问。"
	for i, want := range map[int][]string{3: {"不知道您本人有没有残疾证。", others}, 4: {"您本人已满 18 岁。", others}, 5: {"花费没过线。", others}} {
		if it := a.Items[i]; !slices.Equal(it.Says, want) || it.Outcome == "eligible" {
			t.Errorf("what is also another member's: %+v", it)
		}
	}
	for who, token := range map[string]string{"a stranger": stranger.Token, "an invited helper": helper.Token} {
		if status, _ := call(t, s, "GET", at, token, ""); status != 404 {
			t.Errorf("%s: %d", who, status)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/c/app/mine/"+string(receipt)+"/why", nil)
	must(t, err)
	r.AddCookie(&http.Cookie{Name: tokenCookie, Value: person.Token})
	status, page, _ := fetched(t, s.Client(), r)
	if status != 200 || !strings.Contains(page, "有一条合不上的(3 项)") || !strings.Contains(page, "不写别人家的") || strings.Contains(page, "张桂兰") ||
		strings.Contains(page, "女儿") || strings.Contains(page, "得了") || strings.Contains(page, "法律援助") {
		t.Errorf("the page: %d\n%s", status, page)
	}
	if n := d.count(t, `select count(*) from audit_entry where act = 'findings.read' and purpose = '问为什么' and actor_id = '`+person.Citizen.ID+`' and case_id <> 0`); n != 3 {
		t.Errorf("%d readings", n)
	}
}

// Who has the gateway's own role reads no finding by the table, none by the functions without the entry
// of the very transaction, and none of a case that is not the subject's own as 00669 has it; nor does who
// moved in after the cut-off of a list read how its household stood in it.
//
// Controls: each condition of why_opens, why_written, why_findings, quota_standing and the policy taken out
// in turn, and the grant on the table back: the line of that condition, and no other.
func TestWhyOpensToNobodyElse(t *testing.T) {
	t.Parallel()
	d := helping(t)
	person, other := d.as(t, channeltest.Phone), d.as(t, "13905348888")
	d.file(t, filing{account: person.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacitySelf})
	d.super(t, judgedRow)
	gateway, log := d.db.DB(pgtest.Gateway), audit.NewTo(d.house.Keys.Gateway.Platform)
	one := core.CaseID(d.count(t, `select id from casefile`))
	var application core.ApplicationID
	must(t, d.db.DB(pgtest.Owner).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select application::text from casefile`).Scan(&application)
	}))
	ask := func(citizen string) casefile.LettersAsk {
		return casefile.LettersAsk{Citizen: citizen, Application: application, Case: one, Today: core.DateOf(d.env.Now())}
	}
	why := func(citizen string) (casefile.Why, error) {
		return d.env.Cases.Why(t.Context(), ask(citizen), "问为什么")
	}
	// The role as somebody has it who took the gateway over.
	rows := func(sql string, args ...any) (n int, err error) {
		err = gateway.Tx(t.Context(), pg.Subject(person.Citizen.ID), func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, sql, args...).Scan(&n) })
		return n, err
	}
	if _, err := why(person.Citizen.ID); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`select count(*) from finding`, `select count(near) from finding`, `select why_written(0, null)::int`} {
		if _, err := rows(sql); err == nil {
			t.Errorf("%s is answered", sql)
		}
	}
	for _, sql := range []string{`select count(*) from why_findings($1, $2)`, `select count(*) from quota_standing($1, $2)`} {
		if n, err := rows(sql, one, application); err != nil || n != 0 {
			t.Errorf("%s without an entry of its transaction: %d %v", sql, n, err)
		}
	}
	entry := audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: person.Citizen.ID}, Act: "findings.read", Case: one, Application: application, Subject: "case:1", Purpose: "x"}
	for what, spoil := range map[string]func(*audit.Entry){
		"of nobody's application": func(e *audit.Entry) { e.Application = core.ApplicationID("00000000-0000-0000-0000-000000000000") },
		"in another's name":       func(e *audit.Entry) { e.Actor.ID = other.Citizen.ID },
		"for nothing":             func(e *audit.Entry) { e.Purpose = "" },
	} {
		e := entry
		spoil(&e)
		err := gateway.Tx(t.Context(), pg.Subject(person.Citizen.ID), func(ctx context.Context, tx *pg.Tx) error { return log.Write(ctx, tx, e) })
		if err == nil {
			t.Errorf("an entry %s is written", what)
		}
	}
	for _, c := range []struct{ name, sql, back string }{
		{"by an account that it is not of", `update case_application set citizen = '` + other.Citizen.ID + `'`, `update case_application set citizen = '` + person.Citizen.ID + `'`},
		{"filed for somebody else", `update case_application set capacity = 'member'`, `update case_application set capacity = 'self'`},
		{"by a mandate", `insert into mandate (case_id, region, application, receipt, kind, principal, agent, account, scopes, document, from_day, until_day, claimed)
			select case_id, region, application, receipt, 'member', '张桂兰', '李秀英', citizen, '{apply,notices}', 'hukou', current_date, current_date + 100, now() from case_application`, `delete from mandate`},
		{"the name and number not checked", `update casefile set identity = 'pending'`, `update casefile set identity = 'match'`},
		{"the case of another name", `update casefile set applicant = '张桂芳'`, `update casefile set applicant = '张桂兰'`},
		{"with no number", `update case_status set number_key = null`, `update case_status set number_key = sha256('x')`},
		{"set aside", `update case_application set state = 'set_aside'`, `update case_application set state = 'received'`},
		{"waiting beside the case", `update case_application set state = 'contested'`, `update case_application set state = 'received'`},
		{"in doubt", `insert into case_doubt (case_id, region, application, kind, made) select id, region, application, 'account', now() from casefile`, `delete from case_doubt`},
		{"two of one name", `insert into case_application (application, case_id, region, receipt, channel, citizen, at, applicant, capacity) select 'aaaaaaaa-0000-4000-8000-000000000001', id, region, '1', 'app', 'c', now(), applicant, 'self' from casefile;
			insert into case_status (application, case_id, region, receipt, status, updated, number_key) select 'aaaaaaaa-0000-4000-8000-000000000001', id, region, '1', '已收到', now(), sha256('y') from casefile`,
			`delete from case_status where receipt = '1'; delete from case_application where receipt = '1'`},
	} {
		d.super(t, c.sql)
		if w, err := why(person.Citizen.ID); core.KindOf(err) != core.KindNotFound || len(w.Findings) != 0 {
			t.Errorf("%s: %d findings, %v", c.name, len(w.Findings), err)
		}
		d.super(t, c.back)
		if w, err := why(person.Citizen.ID); err != nil || len(w.Findings) != 6 || len(w.Lists) != 1 {
			t.Fatalf("%s undone: %d findings, %d lists, %v", c.name, len(w.Findings), len(w.Lists), err)
		}
	}
	if w, err := why(other.Citizen.ID); core.KindOf(err) != core.KindNotFound || len(w.Findings) != 0 {
		t.Errorf("a stranger: %d findings, %v", len(w.Findings), err)
	}
	for _, c := range []struct {
		name, sql, back string
		findings, lists int
	}{
		{"not taken up", `update casefile set accepted = null`, `update casefile set accepted = now()`, 0, 0},
		{"moved in on the day of the cut-off", `update membership set since = '2026-11-01'`, `update membership set since = '2020-01-01'`, 6, 0},
		{"moved in the day before", `update membership set since = '2026-10-31'`, `update membership set since = '2020-01-01'`, 6, 1},
		{"has left", `update membership set until = current_date`, `update membership set until = null`, 6, 0},
		{"of another household at the time", `update membership set household = 5`, `update membership set household = 700 + person - 900`, 6, 0},
		{"which member is not clear: what is of persons is left out", `update case_member set person = null`, `update case_member set person = 900 + case_id where ref = 'm1'`, 4, 1},
		{"the list withdrawn", `update quota_round set state = 'withdrawn'`, `update quota_round set state = 'frozen'`, 6, 0},
	} {
		d.super(t, c.sql)
		if w, err := why(person.Citizen.ID); err != nil || len(w.Findings) != c.findings || len(w.Lists) != c.lists {
			t.Errorf("%s: %d findings and %d lists, want %d and %d, %v", c.name, len(w.Findings), len(w.Lists), c.findings, c.lists, err)
		}
		d.super(t, c.back)
	}
}
