package quota_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/channels/desk/desktest"
	desk "lianou/channels/desk/quota"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/notify/notifytest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/quota"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/staff"
	"lianou/core/watch"
)

// The two of the city, the county's and the auditor.
const (
	first, second = "city", "city2"
	county        = "pingyuan.county"
	auditor       = "auditor"
)

// house is the desk over a small city that was looked at once.
type house struct {
	*desktest.Desk
	handler http.Handler
	cookies map[string]*http.Cookie
	rounds  *quota.Quota
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Desk: desktest.New(t)}
	reg, err := registry.New(registry.Config{Ring: h.Keys.Platform.Ring, Log: h.Audit, Regions: h.Regions})
	must(t, err)
	_, err = (seed.Loader{DB: h.Env.DB(pgtest.Import), Registry: reg, Regions: h.Regions}).Load(t.Context(), 5, 9000)
	must(t, err)
	h.scan(t, reg)
	cases, err := casefile.New(casefile.Config{Ring: h.Keys.Platform.Ring, Shared: h.Keys.Platform.Shared, Audit: h.Audit})
	must(t, err)
	box, err := notify.NewOutbox(h.Keys.Platform.Gateway)
	must(t, err)
	rounds, err := quota.New(quota.Deps{DB: h.DB, Registry: reg, Cases: cases, Books: h.Book, Audit: h.Audit, Outbox: box, Ring: h.Keys.Platform.Ring})
	must(t, err)
	h.rounds = rounds
	room := desk.New(desk.Deps{DB: h.DB, Quota: rounds, Registry: reg, Staff: h.Staff, Audit: h.Audit})
	h.cookies = h.Sessions(t, room, first, second, county, auditor)
	h.handler, err = h.Shell.Handler(room)
	must(t, err)
	return h
}

func (h *house) scan(t *testing.T, reg *registry.Registry) {
	t.Helper()
	all, err := watch.New(watch.Deps{DB: h.DB, Registry: reg, Books: h.Book, Audit: h.Audit, Ring: h.Keys.Platform.Ring})
	must(t, err)
	into, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	id, err := all.Begin(t.Context(), into, watch.Request{Towns: h.Regions.Expand("371426"), Reason: "test", By: audit.Actor{Kind: "operator"}})
	must(t, err)
	for more := true; more; {
		more, err = all.Next(t.Context(), id)
		must(t, err)
	}
}

// seen adds to a form on a household what stands of it on the page of the moment.
func (h *house) seen(t *testing.T, form url.Values) url.Values {
	t.Helper()
	n, err := strconv.Atoi(form.Get("n"))
	if err != nil {
		return form
	}
	must(t, h.DB.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		c, err := h.rounds.Course(ctx, tx, 1)
		if o, _ := c.Last(n); o != nil {
			form.Set("offer", strconv.FormatInt(o.ID, 10))
		}
		form.Set("seen", c.Stands(n).String())
		return err
	}))
	return form
}

// told has all notices reach whom they are for.
func (h *house) told(t *testing.T) {
	t.Helper()
	notifytest.Arrives(t, h.Env.DB(pgtest.Gateway), notifytest.Queued(t, h.DB)...)
}

// days has a household hear what is written of it, and its days pass, of each of which the
// page of who would hold it says that it waits for them.
func (h *house) days(t *testing.T, to, before string) {
	t.Helper()
	for _, want := range []string{before + "(送到,或者确定送不到)", "过了这天才能核对「是」;不是这样的,现在就能选"} {
		if _, body := h.ask(t, first, to, nil); !strings.Contains(body, want) || strings.Contains(body, `name="holds" value="yes"`) {
			t.Errorf("the page has no %q, or has it held already", want)
		}
		h.told(t)
	}
	h.pass(t)
	if _, body := h.ask(t, first, to, nil); !strings.Contains(body, `name="holds" value="yes"`) {
		t.Error("after its days nobody can hold it")
	}
}

// pass has all notices arrive and four days pass, after which everybody logs in again.
func (h *house) pass(t *testing.T) {
	t.Helper()
	h.told(t)
	h.Env.Advance(4 * 24 * time.Hour)
	for _, who := range []string{first, second, county, auditor} {
		h.again(t, who)
	}
}

// ask sends one request of somebody, a POST where there is a form.
func (h *house) ask(t *testing.T, who, target string, form url.Values) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if form != nil {
		if strings.HasSuffix(target, "/offer") && !form.Has("sure") { // of whom it is not known whether they fit, their own test asks
			form.Set("sure", "1")
		}
		r = httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(h.cookies[who])
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func (h *house) today(t *testing.T) core.Date { return core.DateOf(h.now(t)) }

// opened has the county open a round whose cut-off is the first that may be, lets that come,
// when all log in again, and gives the round's address.
func (h *house) opened(t *testing.T) string {
	t.Helper()
	now := h.now(t)
	cutoff := quota.Earliest(now).In(core.China)
	code, body := h.ask(t, county, "/desk/quota/open", asked(cutoff))
	if code != http.StatusSeeOther {
		t.Fatalf("open a round: %d %s", code, body)
	}
	h.Env.Advance(cutoff.Sub(now))
	for _, who := range []string{first, second, county, auditor} {
		h.again(t, who)
	}
	return "/desk/quota/round/1"
}

// asked is the form by which a round is opened.
func asked(cutoff time.Time) url.Values {
	return url.Values{"item": {"RS-01"}, "area": {"371426"}, "places": {"2"}, "day": {core.DateOf(cutoff).String()}, "hour": {strconv.Itoa(cutoff.In(core.China).Hour())}, "why": {"平人社〔2026〕8 号,第四季度岗位"}}
}

func (h *house) now(t *testing.T) (now time.Time) {
	t.Helper()
	must(t, h.DB.Read(t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { now = tx.Now(); return nil }))
	return now
}

// draws does what the job does at a cut-off.
func (h *house) draws(t *testing.T) {
	t.Helper()
	if n, err := h.rounds.DrawDue(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d lists were drawn: %v", n, err)
	}
}

var digest = regexp.MustCompile(`name="digest" value="([0-9a-f]{64})"`)

// TestARoundGoesFromItsOpeningToTheLastPlace through the pages, each act by who may.
//
// Controls: Holds without Early, and the words of before ("the page has no "过了这天才能核对「是」…",
// or has it held already"; "the auditor's page has "收回了「他家不要」…": true").
func TestARoundGoesFromItsOpeningToTheLastPlace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.opened(t)
	if _, body := h.ask(t, first, to, nil); !strings.Contains(body, "系统正在排名单") || digest.MatchString(body) {
		t.Fatalf("before the job has drawn it: %s", body)
	}
	h.draws(t)
	_, body := h.ask(t, first, to, nil)
	seen := digest.FindStringSubmatch(body)
	if seen == nil || !strings.Contains(body, "没问全") {
		t.Fatalf("the second person sees no order to freeze: %s", body)
	}
	day := h.today(t)
	by := day.AddDate(0, 0, 7).String()
	for i, c := range []struct {
		who, act string
		form     url.Values
		code     int
	}{
		{county, "/freeze", url.Values{"digest": {seen[1]}, "read": {"1"}}, 403},
		{auditor, "/freeze", url.Values{"digest": {seen[1]}, "read": {"1"}}, 403},
		{first, "/offer", url.Values{"n": {"1"}, "by": {by}}, 409},
		{first, "/freeze", url.Values{"digest": {seen[1]}}, 422},
		{first, "/freeze", url.Values{"digest": {"0"}, "read": {"1"}}, 409},
		{first, "/freeze", url.Values{"digest": {seen[1]}, "read": {"1"}}, 303},
		{county, "/withdraw", url.Values{"why": {"算了"}}, 409},
		{county, "/offer", url.Values{"n": {"2"}, "by": {by}}, 409},
		{county, "/offer", url.Values{"n": {"x"}, "by": {by}}, 422},
		{county, "/offer", url.Values{"n": {"1"}, "by": {by}}, 303},
		{second, "/offer", url.Values{"n": {"1"}, "by": {by}}, 409},
		{county, "/try", url.Values{"n": {"1"}, "how": {"call"}, "words": {"没人接"}}, 303},
		{county, "/answer", url.Values{"n": {"1"}, "answer": {"unreached"}, "words": {"没人接"}}, 409},
		{county, "/skip", url.Values{"n": {"2"}, "reason": {"lazy"}, "words": {"去看过"}}, 422},
		{county, "/skip", url.Values{"n": {"2"}, "reason": {"away"}, "words": {"在济南住院,村里说下周回来"}}, 303},
		{county, "/second", url.Values{"n": {"2"}, "holds": {"yes"}}, 403},
		{second, "/second", url.Values{"n": {"2"}, "holds": {"yes"}}, 409}, // they have not heard of it yet
		{"", "通知有了结果", nil, 1},
		{second, "/second", url.Values{"n": {"2"}, "holds": {"yes"}}, 303},
		{county, "/offer", url.Values{"n": {"3"}, "by": {by}}, 303},
		{county, "/answer", url.Values{"n": {"3"}, "answer": {"accepted"}, "words": {"行,下周一就能去"}}, 303},
		{county, "/undo", url.Values{"n": {"2"}, "why": {"回来了"}}, 409},
		{county, "/answer", url.Values{"n": {"1"}, "answer": {"declined"}, "words": {"听邻居说不去"}}, 303},
		{second, "/undo", url.Values{"n": {"1"}, "why": {"邻居说的不算"}}, 403},
		{county, "/undo", url.Values{"n": {"1"}, "why": {"邻居说的不算"}}, 303},
		{county, "/answer", url.Values{"n": {"1"}, "answer": {"declined"}, "words": {"身体不行,不去了"}}, 303},
		{second, "/answer", url.Values{"n": {"1"}, "answer": {"accepted"}, "words": {"又要了"}}, 409},
		{county, "/second", url.Values{"n": {"1"}, "holds": {"yes"}}, 403},
		{first, "/second", url.Values{"n": {"1"}, "holds": {"yes"}}, 409}, // they have not heard of it yet
		{"", "通知有了结果", nil, 0},
		{first, "/second", url.Values{"n": {"1"}, "holds": {"yes"}}, 303},
		{county, "/undo", url.Values{"n": {"3"}, "why": {"记错户了"}}, 303},
		{county, "/second", url.Values{"n": {"3"}, "holds": {"yes"}}, 403},
		{"", "通知有了结果", nil, 0},
		{second, "/second", url.Values{"n": {"3"}, "holds": {"yes"}}, 303},
	} {
		if c.who == "" { // the notices arrive, and days pass
			if c.code == 1 {
				h.hangs(t, to)
			}
			h.days(t, to, c.act)
			continue
		}
		if code, body := h.ask(t, c.who, to+c.act, h.seen(t, c.form)); code != c.code {
			t.Fatalf("step %d, %s %s: %d, want %d: %s", i+1, c.who, c.act, code, c.code, body)
		}
	}
	_, body = h.ask(t, auditor, to, nil)
	for _, want := range []string{"身体不行,不去了", "在济南住院", "人不在家,过些天再问", "两个人核对过:他家不要了", "收回了「他家不要」:邻居说的不算", "退回了给他家的名额:记错户了", "给第 2 户"} {
		if strings.Contains(body, want) == (want == "给第 2 户") { // an auditor acts on nothing
			t.Errorf("the auditor's page has %q: %v", want, !strings.Contains(body, want))
		}
	}
	if code, body := h.ask(t, auditor, to+"/why?a=3&b=1", nil); code != 200 || !strings.Contains(body, "第 1 户为什么排在第 3 户前面") || strings.Count(body, "就看这一样") != 1 {
		t.Errorf("why: %d %s", code, body)
	}
	for target, want := range map[string]int{"/why?a=1&b=1": 422, "/why?a=1&b=9999": 404, "?from=0": 422, "/why": 422} {
		if code, _ := h.ask(t, county, to+target, nil); code != want {
			t.Errorf("%s: %d, want %d", target, code, want)
		}
	}
	h.Env.Advance(8 * 24 * 3600e9)
	h.again(t, county)
	if code, body := h.ask(t, county, to+"/public", nil); code != 200 || strings.Contains(body, "*</td>") {
		t.Errorf("after its time: %d, it still hangs out", code)
	}
}

// hangs: what is posted names nobody whole and gives no index.
func (h *house) hangs(t *testing.T, to string) {
	t.Helper()
	code, body := h.ask(t, county, to+"/public", nil)
	if want := "名额 2 个,名单列到第 6 户:前面的人不要,或者不符合的,往后顺延。"; !strings.Contains(body, want) {
		t.Errorf("posted without %q", want)
	}
	names := regexp.MustCompile(`<td>([^<]+)</td>`).FindAllStringSubmatch(body, -1)
	if code != 200 || len(names) == 0 {
		t.Fatalf("posted: %d %s", code, body)
	}
	for _, n := range names {
		if !strings.HasSuffix(n[1], "*") || len([]rune(strings.TrimRight(n[1], "*"))) != 1 {
			t.Errorf("a whole name hangs out: %s", n[1])
		}
	}
}

// again logs somebody in whose session has ended.
func (h *house) again(t *testing.T, who string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/desk/login", strings.NewReader(url.Values{"login": {who}, "password": {staff.DemoPassword}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "lianou_staff" {
			h.cookies[who] = c
		}
	}
}

// does is an act that must come about.
func (h *house) does(t *testing.T, who, target string, form url.Values) {
	t.Helper()
	if code, body := h.ask(t, who, target, h.seen(t, form)); code != http.StatusSeeOther {
		t.Fatalf("%s %v: %d %s", target, form, code, body)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
