package app

import (
	"net/http"
	"strings"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
)

// judgedRow judges every case twice, as the platform does, and draws a list of a scarce thing
// in which its household stands second and is not reached. What was found first counts no more.
const judgedRow = `set session_replication_role = replica;
	update casefile set household = 700 + id;
	insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause)
		select id, region, v, now(), '{}', '{}', repeat('a', 64), 'application' from casefile, generate_series(1, 2) v;
	insert into finding (case_id, region, version, item, name, position, outcome, bundled, reasons, missing, benefit, book, near)
		select id, region, v, f.item, f.name, f.n, case when v = 1 then 'unknown' else f.outcome end, false, f.reasons::jsonb, '{}', '{}', 'b', f.near
		from casefile, generate_series(1, 2) v, (values
			(1, 'MZ-01', '最低生活保障', 'not_eligible', '[{"outcome": "eligible", "text": "户籍在本县", "law": "办法第一条"}, {"outcome": "not_eligible", "text": "您家平均每人存款 15,000 元,线是 11,520 元(样本)", "law": "办法第十二条", "fact": "savings", "value": "15000"}]', '存款少 3,480 元就合得上。'),
			(2, 'ZJ-01', '公租房', 'eligible', '[]', ''),
			(3, 'MZ-02', '低保边缘家庭', 'eligible', '[{"outcome": "dropped", "text": "和低保只能有一样", "law": "办法第三条"}]', ''),
			(4, 'CL-01', '残疾人生活补贴', 'unknown', '[{"outcome": "unknown", "text": "不知道有没有残疾证"}]', '')) f (n, item, name, outcome, reasons, near);
	insert into quota_round (id, item, area, places, cutoff, why, opener, opened, state, ended, ender, book, formula, tie, listed, digest, drawn)
		overriding system value values (1, 'ZJ-01', '371426', 3, '2026-11-01T00:00:00Z', '试', 1, now(), 'frozen', now(), 2, 'b', 'f', 't', 2, 'd', now());
	insert into quota_entry (round, n, region, household, place, low, high, fits)
		select 1, 2, region, household, 1, '{0,0,0,0,0,0,0}', '{0,0,0,0,0,0,0}', true from casefile limit 1;
	set session_replication_role = origin`

// "Why not me" (issue 6.8, F74): somebody reads for every item how their own household stands,
// with the reason, what would have to be otherwise and the law, and where they stood in the list
// of a scarce thing; nothing of anybody else. It stands in the log before a word is shown. A
// stranger, and who was invited to help, read none of it.
//
// Controls: the policy of 00669 with `true` and ofOwnCase left out ("a stranger: 200");
// Why without log.Write ("0 readings"); the newest version not asked for ("8 items").
func TestWhyIsReadByWhoseItIs(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	person, helper := d.as(t, channeltest.Phone), d.as(t, "13905349999")
	helps(t, s, person.Token, helper.Token, "李秀英")
	receipt := d.file(t, filing{account: person.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacitySelf})
	at := "/applications/" + string(receipt) + "/why"
	if status, a := ask[channels.WhyAnswer](t, s, "GET", at, person.Token, ""); status != 200 || len(a.Items) != 0 || !strings.Contains(a.Say, "还没有对过") {
		t.Errorf("before it was judged: %d %+v", status, a)
	}
	d.super(t, judgedRow)
	status, a := ask[channels.WhyAnswer](t, s, "GET", at, person.Token, "")
	if status != 200 || len(a.Items) != 4 || !strings.Contains(a.Say, "不是决定") {
		t.Fatalf("%d, %d items: %+v", status, len(a.Items), a)
	}
	if it := a.Items[0]; it.Outcome != "not_eligible" || len(it.Says) != 1 || !strings.Contains(it.Says[0], "存款 15,000 元") || it.Near != "存款少 3,480 元就合得上。" || len(it.Law) != 1 || it.Law[0] != "办法第十二条" {
		t.Errorf("what keeps it out: %+v", it)
	}
	if it := a.Items[1]; !strings.Contains(it.List, "一共 3 个名额,您家排在第 2。还没有开始问") || !strings.Contains(it.Says[0], "条件都合得上") {
		t.Errorf("in a list: %+v", it)
	}
	if it := a.Items[2]; len(it.Says) != 1 || it.Says[0] != "和低保只能有一样。" {
		t.Errorf("what fits and was not taken: %+v", it)
	}
	if it := a.Items[3]; it.Says[0] != "不知道有没有残疾证。" {
		t.Errorf("what cannot be told: %+v", it)
	}
	for who, token := range map[string]string{"a stranger": d.other(t), "an invited helper": helper.Token} {
		if status, _ := call(t, s, "GET", at, token, ""); status != 404 {
			t.Errorf("%s: %d", who, status)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/c/app/mine/"+string(receipt)+"/why", nil)
	must(t, err)
	r.AddCookie(&http.Cookie{Name: tokenCookie, Value: person.Token})
	status, page, _ := fetched(t, s.Client(), r)
	if status != 200 || !strings.Contains(page, "有一条合不上的(1 项)") || !strings.Contains(page, "不写别人家的") || strings.Contains(page, "张桂兰") {
		t.Errorf("the page: %d\n%s", status, page)
	}
	if n := d.count(t, `select count(*) from audit_entry where act = 'findings.read' and purpose = '问为什么' and actor_id = '`+person.Citizen.ID+`' and case_id <> 0`); n != 3 {
		t.Errorf("%d readings", n)
	}
}
