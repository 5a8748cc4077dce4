package budget_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/channels/desk/budget"
	"lianou/channels/desk/county"
	"lianou/channels/desk/desktest"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
)

// office is the rooms of the year's money and of the payers over a real database.
type office struct {
	*desktest.Desk
	t      *testing.T
	payout *payout.Payout
	site   *httptest.Server
	year   int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{Desk: desktest.New(t), t: t}
	payer, err := core.ParseBankAccount("622848000001")
	o.must(err)
	o.payout, err = payout.New(payout.Config{Payer: payer}, payout.Deps{DB: o.DB, Ring: o.Keys.Platform.Ring, Audit: o.Audit, Log: slog.New(slog.DiscardHandler)})
	o.must(err)
	cases, err := casefile.New(casefile.Config{Ring: o.Keys.Platform.Ring, Shared: o.Keys.Platform.Shared, Audit: o.Audit})
	o.must(err)
	handler, err := o.Shell.Handler(county.New(county.Deps{DB: o.DB, Cases: cases, Payout: o.payout, Audit: o.Audit, Staff: o.Staff, Regions: o.Regions}),
		budget.New(budget.Deps{DB: o.DB, Budgets: o.payout.Budgets, Staff: o.Staff, Regions: o.Regions, Books: o.Book}))
	o.must(err)
	o.site = httptest.NewServer(handler)
	t.Cleanup(o.site.Close)
	o.must(o.DB.Read(t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { o.year = tx.Today().Time().Year(); return nil }))
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// due makes a decided case and its money.
func (o *office) due(item, name string, amount core.Fen) {
	o.t.Helper()
	e := payout.Entitlement{Region: "371426103", DecisionDigest: strings.Repeat("a", 64), Item: core.ItemCode(item), ItemName: name, Period: "202603", Monthly: true,
		Amount: amount, Sample: true, Holder: "李秀英"}
	var err error
	e.Account, err = core.ParseBankAccount("62284800000017")
	o.must(err)
	o.must(o.Env.DB(pgtest.Owner).Tx(o.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const q = `with f as (insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated)
				values ('371426103', gen_random_uuid(), '1234567890', 'app', '李秀英', 2, now(), now(), now()) returning id, region),
			x as (insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause)
				select id, region, 1, now(), '{}', '{}', repeat('a', 64), 'visit' from f)
			insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, created, updated)
			select id, region, $2, $3, '低保', '民政', 'township', 7, true, $1, 'month', now(), now() from f returning id, case_id`
		if err := tx.QueryRow(ctx, q, amount, item, name).Scan(&e.Claim, &e.Case); err != nil {
			return pg.Fail(err, "case")
		}
		e.Members = []payout.MemberKey{payout.CaseKey(e.Case, "a")}
		const d = `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal,
				evidence, facts_version, facts_digest, book, at, digest)
			values ($1, $2, '371426103', 'approved', $3, 'month', true, 101, 102, '["够"]', '六十天内可申请行政复议', '{"visit": 1}', 1,
				repeat('a', 64), 'b', now(), repeat('a', 64)) returning id`
		return pg.Fail(tx.QueryRow(ctx, d, e.Claim, e.Case, amount).Scan(&e.Decision), "decision")
	}))
	o.must(o.DB.Tx(o.t.Context(), pg.Regions(e.Region), func(ctx context.Context, tx *pg.Tx) error {
		_, err := o.payout.Entitle(ctx, tx, e)
		return err
	}))
}

// at is somebody's logged-in client.
func (o *office) at(login string) *http.Client {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	o.must(err)
	c := &http.Client{Jar: jar}
	o.ask(c, "/desk/login", url.Values{"login": {login}, "password": {staff.DemoPassword}})
	return c
}

// ask opens a page, or sends a form to it, and gives status and text.
func (o *office) ask(c *http.Client, path string, form url.Values) (int, string) {
	o.t.Helper()
	var resp *http.Response
	var err error
	if form == nil {
		resp, err = c.Get(o.site.URL + path)
	} else {
		resp, err = c.PostForm(o.site.URL+path, form)
	}
	o.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	o.must(err)
	return resp.StatusCode, string(b)
}

func (o *office) form(area, amount, source string, items ...string) url.Values {
	return url.Values{"year": {fmt.Sprint(o.year)}, "area": {area}, "fund": {"county"}, "amount": {amount}, "source": {source}, "item": items}
}

// says checks what a page says, and what it does not.
func (o *office) says(when, page string, want []string, not ...string) {
	o.t.Helper()
	for _, w := range want {
		if !strings.Contains(page, w) {
			o.t.Errorf("%s: the page lacks %q", when, w)
		}
	}
	for _, n := range not {
		if strings.Contains(page, n) {
			o.t.Errorf("%s: the page has %q", when, n)
		}
	}
}

// A budget line from its entry to its last fen, as payers and the county read it: entered
// by one, confirmed by another, reserved by a batch, warned of, waited for, raised, used up.
//
// Seen red: mineOf that gives the county everything (`the page has "临邑县"`); a page that offers
// who entered it the second word (`the page has "/confirm"`); the warning at nine tenths (`the page
// lacks "用了八成以上"`); a line without what it lacks (`the page lacks "等着的还差 160 元"`).
func TestALineFromEntryToItsLastFen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	one, two, county := o.at("payer1"), o.at("payer2"), o.at("pingyuan.county")
	o.due("MZ-01", "最低生活保障", 360_00)
	o.due("MZ-01", "最低生活保障", 500_00)
	o.due("MZ-02", "特困人员救助供养", 800_00)
	_, page := o.ask(one, "/desk/budget", nil)
	o.says("nothing entered", page, []string{"没有登记预算。没有登记的,照常发,不受限制。", "最低生活保障", "860 元 · 2 笔", "没有登记预算</span>"})
	for name, bad := range map[string]url.Values{"no item": o.form("371426", "10", "a"), "an item that is none": o.form("371426", "10", "a", "XX-99"),
		"no place": o.form("371499", "10", "a", "MZ-01"), "no paper": o.form("371426", "10", "", "MZ-01"), "nothing": o.form("371426", "0", "a", "MZ-01"), "less than nothing": o.form("371426", "-5", "a", "MZ-01")} {
		if status, _ := o.ask(one, "/desk/budget/enter", bad); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, status)
		}
	}
	_, page = o.ask(one, "/desk/budget/enter", o.form("371426", "1000", "平财社指〔2026〕12 号", "MZ-01"))
	o.says("entered, to who entered it", page, []string{"登记了。另一个人核对以后才算数。", "要另一个人来核对", "平财社指〔2026〕12 号"}, "/confirm")
	if status, page := o.ask(one, "/desk/budget/1/confirm", url.Values{"amount": {"100000"}}); status != http.StatusForbidden || !strings.Contains(page, "要换一个人") {
		t.Errorf("one's own word confirmed: %d", status)
	}
	o.ask(two, "/desk/budget/enter", o.form("371424", "50", "临财社指〔2026〕3 号", "MZ-01"))
	o.ask(one, "/desk/budget/2/confirm", url.Values{"amount": {"5000"}})
	_, page = o.ask(two, "/desk/budget/1/confirm", url.Values{"amount": {"100000"}})
	o.says("confirmed", page, []string{"核对好了", "一共 1,000 元:发出 0 元,占用 0 元,还剩 1,000 元", "临邑县", "核对:平财社指〔2026〕12 号"}, "用了八成以上")

	_, page = o.ask(one, "/desk/county/batch", url.Values{})
	o.says("a batch", page, []string{"做好了一批。请另一个人核准。"}, "先等着")
	_, page = o.ask(one, "/desk/budget", nil)
	o.says("in a batch", page, []string{"一共 1,000 元:发出 0 元,占用 860 元,还剩 140 元", "用了八成以上"}, "用完了")
	o.due("MZ-01", "最低生活保障", 300_00)
	_, page = o.ask(one, "/desk/county", nil)
	o.says("the payers' room", page, []string{"平原县的最低生活保障,今年的钱还差 160 元。1 笔在等,共 300 元,一笔也没退。", "现在做不成一批"}, `action="/desk/county/batch"`)
	if status, page := o.ask(one, "/desk/county/batch", url.Values{}); status != http.StatusConflict || !strings.Contains(page, "最低生活保障今年的钱还差 160 元,这 1 笔先等着") {
		t.Errorf("a batch of what waits: %d", status)
	}
	_, page = o.ask(county, "/desk/budget", nil)
	o.says("the county", page, []string{"平原县的最低生活保障,今年的钱还差 160 元。", "等着的还差 160 元"}, "临邑县", "/change", "/enter", "/confirm")
	if status, _ := o.ask(county, "/desk/budget/1/change", url.Values{"way": {"more"}, "amount": {"9"}, "source": {"x"}}); status != http.StatusForbidden {
		t.Errorf("the county changes a line: %d", status)
	}
	_, page = o.ask(one, "/desk/budget/1/change", url.Values{"way": {"less"}, "amount": {"141"}, "source": {"平财社指〔2026〕20 号"}})
	o.says("less", page, []string{"核减 141 元"})
	if status, page := o.ask(two, "/desk/budget/3/confirm", url.Values{"amount": {"-14100"}}); status != http.StatusConflict || !strings.Contains(page, "剩下的钱没有那么多") {
		t.Errorf("more taken away than is left: %d", status)
	}
	_, page = o.ask(two, "/desk/budget/3/refuse", url.Values{"reason": {"文件上是 14.1 元"}})
	o.says("refused", page, []string{"退掉了,这一条不算数。", "退掉:文件上是 14.1 元"})
	o.ask(one, "/desk/budget/1/change", url.Values{"way": {"more"}, "amount": {"160"}, "source": {"平财社指〔2026〕31 号"}})
	o.ask(two, "/desk/budget/4/confirm", url.Values{"amount": {"16000"}})
	_, page = o.ask(one, "/desk/county/batch", url.Values{})
	o.says("raised", page, []string{"做好了一批。"}, "钱不够")
	_, page = o.ask(two, "/desk/budget", nil)
	o.says("used up", page, []string{"一共 1,160 元:发出 0 元,占用 1,160 元,还剩 0 元", "用完了", "增加 160 元 · 平财社指〔2026〕31 号"}, "用了八成以上", "还差")
}

// The page as people see it, on a desk and on a phone of 360 px.
func TestTheYearsMoneyOnAScreen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.due("MZ-02", "特困人员救助供养", 800_00)
	tab := browsertest.Start(t).Tab(t)
	enter := func(login string) {
		tab.Open(o.site.URL + "/desk/login")
		tab.Fill("input[name=login]", login)
		tab.Fill("input[name=password]", staff.DemoPassword)
		tab.Go(".login .btn.go")
		tab.Open(o.site.URL + "/desk/budget")
	}
	judge := func(name string) {
		tab.Desk()
		tab.Faultless()
		tab.Shot(name)
		tab.Touchscreen(360)
		tab.Faultless()
		tab.Whole()
		tab.Shot(name + "-phone")
		tab.Desk()
	}
	enter("payer1")
	judge("budget-empty")
	tab.Choose("select[name=area]", "371426")
	tab.Choose("select[name=fund]", "county")
	tab.Fill("form[action$=enter] input[name=amount]", "1000")
	tab.Fill("form[action$=enter] input[name=source]", "平财社指〔2026〕12 号")
	tab.Click("input[name=item][value=MZ-01]")
	tab.Go("form[action$=enter] .btn")
	tab.Wait("要另一个人来核对")
	one, two := o.at("payer1"), o.at("payer2")
	o.ask(two, "/desk/budget/1/confirm", url.Values{"amount": {"100000"}})
	o.ask(one, "/desk/budget/enter", o.form("371400", "200000", "德财社指〔2026〕7 号", "MZ-04", "YJ-01"))
	o.ask(two, "/desk/budget/2/confirm", url.Values{"amount": {"20000000"}})
	o.ask(two, "/desk/budget/1/change", url.Values{"way": {"more"}, "amount": {"260"}, "source": {"平财社指〔2026〕31 号"}})
	for _, n := range []core.Fen{360_00, 500_00, 400_00} {
		o.due("MZ-01", "最低生活保障", n)
	}
	o.ask(one, "/desk/county/batch", url.Values{})
	tab.Open(o.site.URL + "/desk/budget")
	tab.Wait("还差 260 元")
	judge("budget-waits")
	tab.Open(o.site.URL + "/desk/county")
	tab.Wait("今年的钱还差 260 元")
	judge("budget-payers")
	tab.Open(o.site.URL + "/desk/budget")
	tab.Go("form[action$=confirm] .btn")
	tab.Wait("核对好了")
	if tab.Has("还差 260 元") {
		t.Error("raised, and it still waits")
	}
	o.ask(one, "/desk/county/batch", url.Values{})
	tab.Open(o.site.URL + "/desk/budget")
	tab.Wait("用完了")
	judge("budget-used-up")
	tab.Go(`form[action="/desk/logout"] .btn`)
	enter("pingyuan.county")
	tab.Wait("用完了")
	judge("budget-county")
	tab.Quiet()
}
