package ranking_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

var (
	settlePath = regexp.MustCompile(`action="(/desk/ranking/lead/\d+/settle)"`)
	reopenPath = regexp.MustCompile(`action="(/desk/ranking/lead/\d+/reopen)"`)
)

// TestASettledLeadIsOpenedAgain by somebody of the place who is no kin, for a reason, once and
// within its days; what had come of it stays written.
// Control: reopen without notKin ("wangmiao.approver: 303, want 403").
func TestASettledLeadIsOpenedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, wangmiao)
	_, body := h.ask(t, officer, "/desk/ranking/leads", nil)
	path := settlePath.FindStringSubmatch(body)
	if path == nil || !strings.Contains(body, "看这一家") {
		t.Fatalf("no lead, or no way to the household: %s", body)
	}
	if code, _ := h.ask(t, officer, path[1], came("not_reached")); code != 303 {
		t.Fatalf("settled: %d", code)
	}
	_, body = h.ask(t, second, "/desk/ranking/leads/settled", nil)
	again := reopenPath.FindStringSubmatch(body)
	if again == nil || named(body) != 1 || !strings.Contains(body, "<b>没找到人</b>") {
		t.Fatalf("no way to open it again: %s", body)
	}
	if _, body := h.ask(t, county, "/desk/ranking/leads/settled?place="+string(deping), nil); named(body) != 0 {
		t.Error("another's are listed")
	}
	h.kin(t, second)
	if _, body := h.ask(t, second, "/desk/ranking/leads/settled", nil); strings.Contains(body, again[1]) || !strings.Contains(body, "要重新打开,请另一位同事") {
		t.Error("kin are offered it")
	}
	reason := url.Values{"reason": {"昨天他回来了"}}
	for _, c := range []struct {
		who  string
		form url.Values
		code int
	}{{second, reason, 403}, {officer, url.Values{"reason": {" "}}, 422}, {officer, reason, 303}, {officer, reason, 409}} {
		if code, _ := h.ask(t, c.who, again[1], c.form); code != c.code {
			t.Errorf("%s, %v: %d, want %d", c.who, c.form, code, c.code)
		}
	}
	_, body = h.ask(t, officer, "/desk/ranking/leads", nil)
	if named(body) != 1 || !strings.Contains(body, "重新打开的。原来记的:没找到人。为什么:昨天他回来了") {
		t.Errorf("it does not lie open: %s", body)
	}
	_, body = h.ask(t, officer, "/desk/ranking/leads/settled", nil)
	if named(body) != 1 || !strings.Contains(body, "昨天他回来了") || reopenPath.MatchString(body) {
		t.Errorf("what came of it is gone: %s", body)
	}
	var entries int
	must(t, h.Env.DB(pgtest.Check).Read(t.Context(), pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'lead.reopened'`).Scan(&entries)
	}))
	if entries != 1 {
		t.Errorf("%d entries", entries)
	}
}

// TestALeadStaysClosed whose days are over, and one beside which a newer lies open.
// Controls: WhoseSettled without the day ("31 days ago: 303"); Reopen without another ("beside
// another \"open\": 303").
func TestALeadStaysClosed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lay := func(days int, state string) string {
		t.Helper()
		var id int64
		must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			const sql = `insert into lead (region, household, kind, items, cause, book, since, found, place, state, outcome, staff, settled)
				select region, household, case $3 when 'open' then 'lost' else 'due' end, 1, 'facts', repeat('b', 64), '2026-07-01', $2::timestamptz, place, 'settled', 'applied', 1, $2::timestamptz - make_interval(days => $4)
				from ranking where region = $1 order by place desc, household limit 1 returning id`
			if err := tx.QueryRow(ctx, sql, string(wangmiao), tx.Now(), state, days).Scan(&id); err != nil || state != "open" {
				return err
			}
			_, err := tx.Exec(ctx, `insert into lead (region, household, kind, items, cause, book, since, found, place) select region, household, kind, items, cause, book, since, found, place from lead where id = $1`, id)
			return err
		}))
		return fmt.Sprintf("/desk/ranking/lead/%d/reopen", id)
	}
	for _, c := range []struct {
		days  int
		state string
		code  int
	}{{31, "", 409}, {29, "", 303}, {29, "open", 409}} {
		if code, _ := h.ask(t, officer, lay(c.days, c.state), url.Values{"reason": {"看错了人"}}); code != c.code {
			t.Errorf("%d days ago, beside another %q: %d, want %d", c.days, c.state, code, c.code)
		}
	}
}

// kin declares somebody kin of a household whose lead was settled.
func (h *house) kin(t *testing.T, login string) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		var me core.StaffID
		var person core.PersonID
		const sql = `select a.id, (select max(person) from membership m where m.household = l.household and m.until is null)
			from lead l, staff_account a where l.state = 'settled' and l.region = $1 and a.login = $2`
		if err := tx.QueryRow(ctx, sql, string(wangmiao), login).Scan(&me, &person); err != nil {
			return err
		}
		return h.Staff.DeclareRelative(ctx, tx, audit.Actor{Kind: "operator"}, me, person, "舅舅")
	}))
}

// TestKinReadNoWords: what a neighbour said of a family is read by who has the place, and not by its kin.
//
// Control: settledRows that leaves the words in ("kin read what was said").
func TestKinReadNoWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, wangmiao)
	_, body := h.ask(t, officer, "/desk/ranking/leads", nil)
	form := came("not_in_need")
	form.Set("words", "邻居说他儿子在外头有车")
	if code, _ := h.ask(t, officer, settlePath.FindStringSubmatch(body)[1], form); code != 303 {
		t.Fatalf("settled: %d", code)
	}
	const page = "/desk/ranking/leads/settled"
	if _, body := h.ask(t, second, page, nil); !strings.Contains(body, "在外头有车") {
		t.Error("a colleague does not read what was said")
	}
	h.kin(t, second)
	if _, body := h.ask(t, second, page, nil); strings.Contains(body, "在外头有车") {
		t.Error("kin read what was said")
	}
}

// TestManyLeadsHavePages that follow one another without a gap or a double, say how many
// there are, and can be read village by village.
// Control: Leads without After (the second page is the first again: "/desk/ranking/lead/… stands twice").
func TestManyLeadsHavePages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	many := 0
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `insert into lead (region, household, kind, items, cause, book, since, found, place)
			select region, household, 'due', 1, 'facts', repeat('b', 64), '2026-07-01', $1, place / 100 * 100 from ranking where left(region, 6) = '371426'`
		tag, err := tx.Exec(ctx, sql, tx.Now())
		many = int(tag.RowsAffected())
		return err
	}))
	if many <= 50 {
		t.Fatalf("%d leads fill no second page", many)
	}
	seen := map[string]bool{}
	next := "/desk/ranking/leads"
	for next != "" && len(seen) <= many {
		code, body := h.ask(t, county, next, nil)
		if code != 200 || !strings.Contains(body, `共 <b class="num">`+itoa(many)+`</b> 条没看`) || !strings.Contains(body, `共 <span class="num">`+itoa(many)+`</span> 条`) {
			t.Fatalf("%s: %d, does not say that there are %d", next, code, many)
		}
		for _, m := range settlePath.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Errorf("%s stands twice", m[1])
			}
			seen[m[1]] = true
		}
		next = ""
		if m := regexp.MustCompile(`href="([^"]*after=[^"]*)">下一页`).FindStringSubmatch(body); m != nil {
			next = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if len(seen) != many {
		t.Errorf("%d of %d households", len(seen), many)
	}
	sum := 0
	for _, town := range h.Regions.Children("371426") {
		for _, v := range h.Regions.Children(town.Code) {
			if _, body := h.ask(t, county, "/desk/ranking/leads?place="+string(v.Code), nil); len(v.Code) == 12 {
				sum += named(body)
			}
			if sum > 0 {
				break
			}
		}
	}
	if sum == 0 || sum >= many {
		t.Errorf("in the villages that were asked: %d", sum)
	}
}

// TestWhatToDoNext: who is to be helped to apply has not applied by that; the page says where
// it is done. Items of which a household can have one alone are said to be so.
// Control: leadRows without apart ("both are offered").
func TestWhatToDoNext(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		book, err := h.Book.On(tx.Today())
		if err != nil {
			return err
		}
		a, _ := book.Item("MZ-01")
		b, _ := book.Item("MZ-02")
		_, err = tx.Exec(ctx, `insert into lead (region, household, kind, items, cause, book, since, found, place)
			select region, household, 'due', $3, 'facts', repeat('b', 64), '2026-07-01', $2, place from ranking where region = $1 order by place desc, household limit 1`,
			string(wangmiao), tx.Now(), int64(insight.Items(0).With(a.No).With(b.No)))
		return err
	}))
	_, body := h.ask(t, officer, "/desk/ranking/leads", nil)
	if !strings.Contains(body, "只能选一样") {
		t.Errorf("both are offered: %s", body)
	}
	path := settlePath.FindStringSubmatch(body)
	if code, _ := h.ask(t, officer, path[1], came("applied")); code != 303 {
		t.Fatal(code)
	}
	_, body = h.ask(t, officer, "/desk/ranking/leads?then=applied&place="+string(wangmiao), nil)
	if !strings.Contains(body, "接下来要有人替他报上") || strings.Contains(body, `href="/desk/counter"`) {
		t.Errorf("an officer, who takes nothing down, is told: %s", body)
	}
}
