package ranking_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/channels/desk/desktest"
	"lianou/channels/desk/ranking"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/hardship"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/staff"
	"lianou/core/watch"
)

// The officer of one township, another of it, and the county's.
const (
	officer = "wangmiao.officer"
	second  = "wangmiao.approver"
	county  = "pingyuan.county"
	city    = "city"
)

// Their township, and one that is neither's.
const (
	wangmiao = core.RegionCode("371426104")
	deping   = core.RegionCode("371424103")
)

// house is the desk over a small city that was looked at once.
type house struct {
	*desktest.Desk
	reg     *registry.Registry
	watch   *watch.Watch
	into    *jobs.Inserter
	handler http.Handler
	cookies map[string]*http.Cookie
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Desk: desktest.New(t)}
	var err error
	h.reg, err = registry.New(registry.Config{Ring: h.Keys.Platform.Ring, Log: h.Audit, Regions: h.Regions})
	must(t, err)
	_, err = (seed.Loader{DB: h.Env.DB(pgtest.Import), Registry: h.reg, Regions: h.Regions}).Load(t.Context(), 5, 9000)
	must(t, err)
	h.watch, err = watch.New(watch.Deps{DB: h.DB, Registry: h.reg, Books: h.Book, Audit: h.Audit, Ring: h.Keys.Platform.Ring})
	must(t, err)
	h.into, err = jobs.NewInserter(jobs.Platform)
	must(t, err)
	h.scan(t)
	room := ranking.New(ranking.Deps{DB: h.DB, Watch: h.watch, Registry: h.reg, Staff: h.Staff, Books: h.Book, Audit: h.Audit, Bell: h.Bell})
	h.cookies = h.Sessions(t, room, officer, second, county, city)
	h.handler, err = h.Shell.Handler(room)
	must(t, err)
	return h
}

// scan looks at the two counties of the test.
func (h *house) scan(t *testing.T) {
	t.Helper()
	id, err := h.watch.Begin(t.Context(), h.into, watch.Request{Towns: h.Regions.Expand("371426", "371424"), Reason: "test", By: audit.Actor{Kind: "operator"}})
	must(t, err)
	for more := true; more; {
		more, err = h.watch.Next(t.Context(), id)
		must(t, err)
	}
}

// ask sends one request of somebody, a POST where there is a form.
func (h *house) ask(t *testing.T, who, target string, form url.Values) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(h.cookies[who])
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// named counts the households that a page names.
func named(page string) int {
	return len(regexp.MustCompile(`</b>(?:等 \d+ 口人| 一个人)`).FindAllString(page, -1))
}

// TestTheListIsTheScopesOwn: an officer sees the order of their own places and nobody
// else's, down to a village; every household that is named stands in the log.
// Control: viewOf without Covers ("the county of another: 200").
func TestTheListIsTheScopesOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		who, target string
		code        int
		rows        bool
	}{
		{officer, "/desk/ranking", 200, true}, {officer, "/desk/ranking?place=371426104", 200, true},
		{officer, "/desk/ranking?place=371424103", 404, false}, {officer, "/desk/ranking?place=371424", 404, false},
		{county, "/desk/ranking", 200, true}, {county, "/desk/ranking?poor=1", 200, true}, {county, "/desk/ranking?place=371426104", 200, true}, {county, "/desk/ranking?place=371424", 404, false},
		{county, "/desk/ranking?place=999", 404, false}, {county, "/desk/ranking?after=12", 422, false}, {county, "/desk/ranking?after=1.1&n=-4", 422, false},
	} {
		code, body := h.ask(t, c.who, c.target, nil)
		if code != c.code || (named(body) > 0) != c.rows {
			t.Errorf("%s of %s: %d, %d households named, want %d", c.target, c.who, code, named(body), c.code)
		}
	}
	// By which weights the order goes, and what a part may come to (control: without Most).
	if _, body := h.ask(t, officer, "/desk/ranking", nil); !strings.Contains(body, "公式版本 H-1。") || !strings.Contains(body, "</b>/30.0") {
		t.Error("the page does not say what the weights in force come to")
	}
	var shown int
	must(t, h.Env.DB(pgtest.Check).Read(t.Context(), pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'household.listed' and purpose = '安排帮扶先后'`).Scan(&shown)
	}))
	if shown != 6 {
		t.Errorf("%d lists stand in the log, want 6", shown)
	}
}

// TestPagesGoOn: the pages of a county follow one another without a gap or a double, and
// the hardest 3 in 100 end where they end.
func TestPagesGoOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	next, seen, places := "/desk/ranking", 0, regexp.MustCompile(`<td class="num"><b>(\d+)</b></td>`)
	for next != "" && seen < 1000 {
		_, body := h.ask(t, county, next, nil)
		for _, n := range places.FindAllStringSubmatch(body, -1) {
			if seen++; n[1] != itoa(seen) {
				t.Fatalf("place %s follows %d", n[1], seen-1)
			}
		}
		next = ""
		if m := regexp.MustCompile(`href="([^"]*after=[^"]*)">下一页`).FindStringSubmatch(body); m != nil {
			next = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	var listed int
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from ranking where left(region, 6) = '371426'`).Scan(&listed)
	}))
	if seen != listed || listed <= 50 {
		t.Errorf("%d households on the pages, %d listed", seen, listed)
	}
	_, body := h.ask(t, county, "/desk/ranking?poor=1", nil)
	most := regexp.MustCompile(`最困难的 3%,共 (\d+) 户`).FindStringSubmatch(body)
	if most == nil || named(body) == 0 || itoa(named(body)) != most[1] {
		t.Errorf("the hardest: %v, %d named", most, named(body))
	}
}

// TestWeightsAreTheCitysBusiness: what other weights would do is shown to the city alone,
// names nobody, and hides counts under five.
// Control: the route for all roles ("pingyuan.county: 200"); few without hidden ("a count
// of 3 is shown"); a page that names a command ("without a report: 200").
//
// Red: "it says that no township loses, and most are not shown".
func TestWeightsAreTheCitysBusiness(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const page = "/desk/ranking/sensitivity"
	if code, body := h.ask(t, city, page, nil); code != 200 || !strings.Contains(body, "草案页上点“算这组权重”") || strings.Contains(body, "lianou index") {
		t.Errorf("without a report: %d", code)
	}
	kept, err := h.watch.Sense(t.Context(), watch.Sensing{Hands: 2, By: audit.Actor{Kind: "operator"}})
	must(t, err)
	for _, c := range []struct {
		who, query string
		code       int
	}{{city, "", 200}, {city, "?run=0", 200}, {city, "?run=13", 200}, {city, "?run=14", 404}, {city, "?run=x", 404}, {county, "", 403}, {officer, "", 403}} {
		code, body := h.ask(t, c.who, page+c.query, nil)
		if code != c.code || named(body) != 0 || (code == 200) != strings.Contains(body, kept.Digest[:12]) {
			t.Errorf("%s of %s: %d, want %d", c.query, c.who, code, c.code)
		}
		if code == 200 && (strings.Contains(body, "没有哪个乡镇变少") || !strings.Contains(body, "有的乡镇户数太少")) {
			t.Errorf("%s: it says that no township loses, and most are not shown", c.query)
		}
		if n := regexp.MustCompile(`<td class="num" data-h="[^"]+">([1-4])[ <]`).FindStringSubmatch(body); n != nil {
			t.Errorf("a count of %s is shown", n[1])
		}
	}
}

// TestEachWeightsHaveTheirReport: whoever comes from a draft reads the report on its weights,
// whatever was reported on since; the others are listed beside it with their hour.
//
// Red: the newest report at every address ("the draft's weights: another report").
func TestEachWeightsHaveTheirReport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ours := hardship.Weights{110, 85, 100, 100, 100, 100, 100}
	first, err := h.watch.Sense(t.Context(), watch.Sensing{Hands: 2, Proposed: &ours, By: audit.Actor{Kind: "operator"}})
	must(t, err)
	second, err := h.watch.Sense(t.Context(), watch.Sensing{Hands: 2, By: audit.Actor{Kind: "operator"}})
	must(t, err)
	const page = "/desk/ranking/sensitivity"
	if _, body := h.ask(t, city, page, nil); !strings.Contains(body, second.Digest[:12]) || !strings.Contains(body, "of="+first.Subject().Digest()) {
		t.Error("the newest is not read, or the earlier one is not listed")
	}
	for _, query := range []string{"", "&run=0"} {
		if code, body := h.ask(t, city, page+"?of="+first.Subject().Digest()+query, nil); code != 200 || !strings.Contains(body, first.Digest[:12]) || strings.Contains(body, second.Digest[:12]) {
			t.Errorf("the draft's weights: another report (%d)", code)
		}
	}
	if code, body := h.ask(t, city, page+"?of=nobody", nil); code != 200 || !strings.Contains(body, "还没有算过") {
		t.Errorf("weights that nobody reported on: %d", code)
	}
}

// TestTheReportSaysWhatItStartsFrom: of a draft's weights every step of a tenth starts from those
// proposed, and the page says so, in its columns too; else from those in force. By a newcomer.
//
// Red, the old code: `of a draft: the page lacks "别的各行都从提出的权重动起,不是从现在在用的"`, `a tenth of a
// draft's: the page lacks "!data-h=\"现在\""`.
func TestTheReportSaysWhatItStartsFrom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ours := hardship.Weights{110, 85, 100, 100, 100, 100, 100}
	_, err := h.watch.Sense(t.Context(), watch.Sensing{Hands: 2, Proposed: &ours, By: audit.Actor{Kind: "operator"}})
	must(t, err)
	says := func(what, query string, words ...string) {
		t.Helper()
		_, body := h.ask(t, city, "/desk/ranking/sensitivity"+query, nil)
		for _, w := range words {
			not, absent := strings.CutPrefix(w, "!")
			if strings.Contains(body, not) == absent {
				t.Errorf("%s: the page lacks %q", what, w)
			}
		}
	}
	const by, now = `<th scope="col">按提出的权重</th>`, `<th scope="col">现在</th>`
	says("of a draft", "", "别的各行都从提出的权重动起,不是从现在在用的", now, "!"+by, `data-h="现在"`)
	says("a tenth of a draft's", "?run=1", by, "!"+now, "从提出的权重起,收入缺口 减一成:各类人", `data-h="按提出的权重"`, `!data-h="现在"`)
	_, err = h.watch.Sense(t.Context(), watch.Sensing{Hands: 2, By: audit.Actor{Kind: "operator"}})
	must(t, err)
	says("of those in force", "?run=1", "各行都从现在在用的权重动起", now, "!从提出的权重")
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

// TestTheOrderIsNoCopy (P22): the pages of the room name as many households as their reader may
// still be shown, those of the register counted in, and are opened as often as searches are;
// a page says in the log what it is for.
//
// Controls: heads without MayShow ("the order after 800: 200"); in without Allow ("page 240:
// 200"); leads with the purpose of the order ("0 looks at leads").
func TestTheOrderIsNoCopy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if code, _ := h.ask(t, officer, "/desk/ranking/leads", nil); code != 200 {
		t.Fatal(code)
	}
	must(t, h.DB.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into people_shown (staff, kind, who, at) select a.id::text, 'person', n, $2 from staff_account a, generate_series(1, $3::int) n where login = $1`,
			officer, tx.Now(), audit.ShownPerHour)
		return err
	}))
	if code, body := h.ask(t, officer, "/desk/ranking", nil); code != 429 || named(body) != 0 {
		t.Errorf("the order after %d: %d", audit.ShownPerHour, code)
	}
	if code, _ := h.ask(t, county, "/desk/ranking", nil); code != 200 {
		t.Errorf("another's: %d", code)
	}
	for i := 2; i <= 240; i++ {
		code, _ := h.ask(t, officer, "/desk/ranking/lead/999999/settle", came("served"))
		if (code == 429) != (i >= 240) {
			t.Fatalf("page %d: %d", i, code)
		}
	}
	var looks int
	must(t, h.Env.DB(pgtest.Check).Read(t.Context(), pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'household.listed' and purpose = '核实线索'`).Scan(&looks)
	}))
	if looks != 1 {
		t.Errorf("%d looks at leads in the log", looks)
	}
}

// TestLeadIsSettledOnce by somebody of its place. Controls: Settle without the state.
func TestLeadIsSettledOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, wangmiao)
	h.learn(t, deping)
	var foreign int64
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select id from lead where region = $1`, string(deping)).Scan(&foreign)
	}))
	if code, _ := h.ask(t, officer, "/desk/ranking/lead/"+itoa(int(foreign))+"/settle", came("served")); code != 409 {
		t.Errorf("another township's lead: %d", code)
	}
	code, body := h.ask(t, officer, "/desk/ranking/leads", nil)
	path := regexp.MustCompile(`/desk/ranking/lead/\d+/settle`).FindString(body)
	if code != 200 || named(body) != 1 || path == "" || !strings.Contains(body, "新对得上") {
		t.Fatalf("%d, %d leads: %s", code, named(body), body)
	}
	for i, c := range []struct {
		outcome string
		code    int
	}{{"", 422}, {"paid", 422}, {"served", 303}, {"served", 409}} {
		if code, _ := h.ask(t, officer, path, came(c.outcome)); code != c.code {
			t.Errorf("step %d, %q: %d, want %d", i, c.outcome, code, c.code)
		}
	}
	if _, body := h.ask(t, officer, "/desk/ranking/leads", nil); named(body) != 0 {
		t.Error("a settled lead is still listed")
	}
}

// learn has the register hear something about a household of a township, and looks again.
func (h *house) learn(t *testing.T, town core.RegionCode) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		list, err := h.watch.Found().All(ctx, tx, town)
		if err != nil {
			return err
		}
		for _, f := range list {
			if f.Eligible == 0 {
				return h.reg.Learn(ctx, tx, registry.Purpose{Actor: audit.Actor{Kind: "job"}, Why: "test"}, f.Household, 0, registry.Sheet{Source: "registry:civil",
					ValidFrom: tx.Today(), Confidence: 99, Facts: json.RawMessage(`{"statuses":["dibao"],"hukou":"local"}`)})
			}
		}
		t.Error("something fits everybody")
		return nil
	}))
	h.scan(t)
}

// pay has the household that stands first in a township receive money, each month and once.
func (h *house) pay(t *testing.T, town core.RegionCode) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.Env.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	// No case stands behind it: this test is not about how money comes to be.
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica`)
	must(t, err)
	_, err = conn.Exec(t.Context(), `insert into payout_entitlement (region, case_id, claim, decision, decision_digest, scheme, beneficiary, item, item_name, period, monthly, amount, sample, holder, account, last4, created, updated)
		select r.region, 1, c.claim, 1, repeat('a', 64), c.scheme, (select min(person) from membership m where m.household = r.household and m.until is null), c.scheme, c.scheme,
			to_char(lianou_now() at time zone 'Asia/Shanghai' - c.back, 'YYYYMM'), c.monthly, c.amount, false, 'x', 'x', '1234', now(), now()
		from (select * from ranking where region = $1 order by place desc, household limit 1) r,
			(values (1, 'MZ-01', interval '0', true, 30000), (1, 'MZ-01', interval '1 month', true, 25000), (2, 'MZ-03', interval '0', false, 120000), (3, 'MZ-04', interval '13 months', false, 900000)) c (claim, scheme, back, monthly, amount)`, string(town))
	must(t, err)
}

// TestWhatComesInStandsBeside: the newest month of a monthly claim and what came once
// within a year are counted, and nobody's place moves by it.
// Control: InForce without distinct on ("每月 550 元").
func TestWhatComesInStandsBeside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	names := regexp.MustCompile(`<b>([^<]+)</b>(?:等| 一个人)`)
	_, before := h.ask(t, officer, "/desk/ranking", nil)
	h.pay(t, wangmiao)
	_, after := h.ask(t, officer, "/desk/ranking", nil)
	was, is := names.FindAllStringSubmatch(before, -1), names.FindAllStringSubmatch(after, -1)
	if len(was) == 0 || !reflect.DeepEqual(was, is) {
		t.Errorf("the order moved: %v, then %v", was, is)
	}
	said := regexp.MustCompile(`算上已经在领的[^:]*:`).FindAllString(after, -1)
	if len(said) != 1 || strings.Contains(before, "算上已经在领的") || !strings.Contains(said[0], "300 元") || !strings.Contains(said[0], "1200 元") && !strings.Contains(said[0], "1,200 元") {
		t.Errorf("the page says %q", said)
	}
}

// TestPagesAreReadable with a screen reader, by a finger, narrow and in large letters.
func TestPagesAreReadable(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, wangmiao)
	h.pay(t, wangmiao)
	h.owe(t, wangmiao)
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into lead (region, household, kind, items, cause, book, since, found, place, state, outcome, staff, settled)
			select region, household, 'due', 1, 'facts', repeat('b', 64), '2026-07-01', $2::timestamptz, place, 'settled', 'applied', 1, $2::timestamptz from ranking where region = $1 limit 3`, string(wangmiao), tx.Now())
		return err
	}))
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", officer)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	for path, name := range map[string]string{"/desk/ranking": "desk-ranking", "/desk/ranking/leads?then=applied": "desk-leads", "/desk/ranking/leads/settled": "desk-leads-settled"} {
		tab.Open(site.URL + path)
		if behind := map[string]string{"desk-ranking": "details summary", "desk-leads": ".clue summary"}[name]; behind != "" {
			tab.Click(behind)
		}
		tab.Faultless()
		tab.Legible()
		tab.View(name, 1366, 768)
		tab.Large(true)
		tab.Whole()
		tab.Large(false)
		tab.Touchscreen(360)
		tab.Faultless()
		tab.Whole()
		tab.Legible()
		tab.Shot(name + "-phone")
		tab.Laptop()
	}
	_, err := h.watch.Sense(t.Context(), watch.Sensing{Proposed: &hardship.Weights{110, 85, 100, 100, 100, 100, 100}, Hands: 2, By: audit.Actor{Kind: "operator"}})
	must(t, err)
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", city)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Open(site.URL + "/desk/ranking/sensitivity")
	tab.Faultless()
	tab.Legible()
	tab.View("desk-sensitivity", 1366, 768)
	tab.Large(true)
	tab.Whole()
	tab.Large(false)
	tab.Touchscreen(360)
	tab.Faultless()
	tab.Whole()
	tab.Shot("desk-sensitivity-phone")
}
