package sampled_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/channels/desk/city"
	"lianou/channels/desk/desktest"
	desk "lianou/channels/desk/sampled"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/sampled"
	"lianou/core/sampled/sampledtest"
	"lianou/core/staff"
	"lianou/core/trail/trailtest"
)

const (
	agent     = "0317"
	assistant = "wangmiao.assistant1"
	officer   = "wangmiao.officer"
	county    = "pingyuan.county"
	payer     = "payer1"
	auditor   = "auditor"
)

// house is the desk over payments of yesterday, each of which is asked about.
type house struct {
	*desktest.Desk
	handler http.Handler
	cookies map[string]*http.Cookie
}

func newHouse(t *testing.T, payments int) *house {
	t.Helper()
	h := &house{Desk: desktest.New(t)}
	cases, err := casefile.New(casefile.Config{Ring: h.Keys.Platform.Ring, Shared: h.Keys.Platform.Shared, Audit: h.Audit})
	must(t, err)
	asked, err := sampled.New(sampled.Deps{DB: h.DB, Cases: cases, Staff: h.Staff, Audit: h.Audit, Ring: h.Keys.Platform.Ring, Regions: h.Regions,
		Calendar: func() sampled.Calendar { return sampledtest.Days{} }})
	must(t, err)
	room := desk.New(desk.Deps{DB: h.DB, Sampled: asked, Cases: cases, Staff: h.Staff, Audit: h.Audit, Bell: h.Bell, Regions: h.Regions})
	whole := city.New(city.Deps{DB: h.DB, Cases: cases, Staff: h.Staff, Audit: h.Audit, Regions: h.Regions, Sampled: asked})
	h.handler, err = h.Shell.Handler(room, whole)
	must(t, err)
	phone, err := core.ParsePhone("13905340001")
	must(t, err)
	now := time.Now().In(core.China)
	h.Env.Advance(time.Date(now.Year(), now.Month(), now.Day()+1, 9, 0, 0, 0, core.China).Sub(now))
	sampledtest.Super(t, h.Env, `insert into sampled_share values ('371426', 100, 2, '样本', now())`)
	must(t, asked.Work(t.Context()))
	trailtest.Lay(t, trailtest.Deps{Env: h.Env, DB: h.DB, Ring: h.Keys.Platform.Ring, Audit: h.Audit, Cases: cases, Phone: phone}, payments)
	sampledtest.Super(t, h.Env, `update payout_line set answered = lianou_now()`, `update payout_entitlement set paid = lianou_now()`, `update casefile set contact_phone = null where id = 4`)
	in := sampledtest.Integrator(t, h.Env, h.Keys)
	for n := 1; n > 0; {
		n, err = in.Round(t.Context())
		must(t, err)
	}
	h.Env.Advance(24 * time.Hour)
	must(t, asked.Work(t.Context()))
	h.cookies = h.Sessions(t, room, agent, assistant, officer, county, payer, auditor, "city")
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
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

func (h *house) does(t *testing.T, who, target string, form url.Values) {
	t.Helper()
	if code, body := h.ask(t, who, target, form); code != http.StatusSeeOther {
		t.Fatalf("%s: %d %s", target, code, body)
	}
}

// shows asks for a page and holds it to some words, and to be without others.
func (h *house) shows(t *testing.T, who, target string, want []string, not ...string) string {
	t.Helper()
	code, body := h.ask(t, who, target, nil)
	for _, s := range want {
		if code != http.StatusOK || !strings.Contains(body, s) {
			t.Errorf("%s of %s: %d without %q", target, who, code, s)
		}
	}
	for _, s := range not {
		if strings.Contains(body, s) {
			t.Errorf("%s of %s has %q", target, who, s)
		}
	}
	return body
}

// left counts the entries of an act.
func (h *house) left(t *testing.T, act string) (n int) {
	t.Helper()
	must(t, h.DB.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = $1`, act).Scan(&n)
	}))
	return n
}

// Who looks at number after number of calls in their hands is stopped, with the answer of a rate limit
// and its entry, as in every room.
//
// Control not tried: core.KindUnavailable (503, and no entry).
func TestNumbersShownHaveABound(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	const one = "/desk/sampled/call/1"
	h.does(t, agent, one+"/take", url.Values{})
	for range 30 {
		if code, _ := h.ask(t, agent, one+"/phone", url.Values{}); code != http.StatusOK {
			t.Fatalf("a number within the bound: %d", code)
		}
	}
	if code, body := h.ask(t, agent, one+"/phone", url.Values{}); code != http.StatusTooManyRequests || strings.Contains(body, "13905340001") {
		t.Errorf("the thirty-first: %d", code)
	}
	if n := h.left(t, "refusal.sampled_numbers"); n != 1 {
		t.Errorf("%d entries of the refusal", n)
	}
}

var stamp = regexp.MustCompile(`name="stamp" value="(\d+)"`)

// A sampled call goes through the pages, from the list to the end of its matter, each act by who may;
// the pages are looked at on the way, wide and narrow. The page of a call has no amount and no day of
// it, in no attribute.
func TestACallGoesThroughThePages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 6)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	login := func(who string) {
		tab.Open(site.URL + "/desk/login")
		tab.Fill("input[name=login]", who)
		tab.Fill("input[name=password]", staff.DemoPassword)
		tab.Go(".login .btn.go")
	}
	see := func(path, name string) {
		tab.Open(site.URL + path)
		tab.Faultless()
		tab.Legible()
		tab.View(name, 1366, 900)
		tab.Touchscreen(360)
		tab.Faultless()
		tab.Whole()
		tab.Legible()
		tab.Shot(name + "-phone")
		tab.Laptop()
	}
	call := func(n int) string { return fmt.Sprintf("/desk/sampled/call/%d", n) }
	tab.Laptop()
	// 1. The list, and the page of a call.
	h.shows(t, agent, "/desk/sampled", []string{"要打的电话", "5 家", "周某某", "我来问"}, "对不上的", "周桂兰", "360")
	h.shows(t, assistant, "/desk/sampled", []string{"要上门问的", "1 家"})
	h.shows(t, county, "/desk/sampled", []string{"没有对不上的"}, "要打的电话")
	if code, _ := h.ask(t, auditor, "/desk/sampled", nil); code != http.StatusForbidden {
		t.Errorf("the auditor asks: %d", code)
	}
	if code, _ := h.ask(t, agent, call(2)+"/phone", url.Values{}); code == http.StatusOK {
		t.Error("a number without taking the call")
	}
	if code, _ := h.ask(t, officer, call(2)+"/take", url.Values{}); code != http.StatusNotFound {
		t.Errorf("the township rings: %d", code)
	}
	login(agent)
	see("/desk/sampled", "desk-sampled-list")
	h.does(t, agent, call(2)+"/take", url.Values{})
	h.shows(t, agent, call(2), []string{"周桂兰", "不先念金额", "不问卡号,不问密码、验证码", "他怎么说"}, "361", "13905340001", core.DateOf(time.Now()).AddDate(0, 0, 1).String()+`" value`)
	see(call(2), "desk-sampled-ask")
	if code, body := h.ask(t, agent, call(2)+"/phone", url.Values{}); code != http.StatusOK || !strings.Contains(body, "13905340001") || !strings.Contains(body, "周小山") {
		t.Errorf("the number: %d %s", code, body)
	}
	// 2. What is said.
	if code, body := h.ask(t, agent, call(2)+"/answer", url.Values{"arrived": {"yes"}, "yuan": {"三百六"}, "words": {"到了,在农行取的"}}); code == http.StatusSeeOther || !strings.Contains(body, "只写数字") {
		t.Errorf("a sum in words: %d", code)
	}
	h.does(t, agent, call(2)+"/answer", url.Values{"arrived": {"yes"}, "yuan": {"361"}, "words": {"到了,在农行取的"}})
	h.shows(t, agent, "/desk/sampled", []string{"4 家"})
	h.does(t, agent, call(1)+"/take", url.Values{})
	h.does(t, agent, call(1)+"/answer", url.Values{"arrived": {"no"}, "words": {"没有,卡里还是上个月的数"}})
	h.does(t, agent, call(3)+"/take", url.Values{})
	h.does(t, agent, call(3)+"/missed", url.Values{})
	h.does(t, assistant, call(4)+"/take", url.Values{})
	login(assistant)
	see(call(4), "desk-sampled-door")
	h.does(t, assistant, call(4)+"/answer", url.Values{"arrived": {"taken"}, "words": {"卡在侄子手里,钱他取走了"}})
	// 3. What is found out.
	body := h.shows(t, payer, "/desk/sampled", []string{"对不上的", "2 件", "说没到", "说别人拿走了", "您在办"}, "要打的电话")
	login(payer)
	see("/desk/sampled", "desk-sampled-matters")
	for _, m := range regexp.MustCompile(`/desk/sampled/matter/\d+`).FindAllString(body, -1) {
		h.does(t, county, m+"/own", url.Values{})
	}
	const one, two = "/desk/sampled/matter/1", "/desk/sampled/matter/2"
	h.shows(t, payer, one, []string{"我来办"}, "办结周桂兰")
	h.shows(t, county, one, []string{"360 元", "没有,卡里还是上个月的数", "写好了,请人确认", "都要第二个人确认", "/desk/township/case/"}, "数没有错")
	login(county)
	see(one, "desk-sampled-matter")
	if code, body := h.ask(t, county, one+"/close", url.Values{"result": {"repaired"}, "words": {"卡号错了一位,改好再发了"}}); code == http.StatusSeeOther || !strings.Contains(body, "改卡重发") {
		t.Errorf("money that nobody moved: %d", code)
	}
	sampledtest.Super(t, h.Env, `insert into payout_fix (line, entitlement, region, code, state, holder, account, last4, evidence, proposed_by, proposed, confirmed_by, confirmed, opened)
		select l.id, l.entitlement, l.region, '1', 'confirmed', 'x', 'x', '1234', 'x', 9005, lianou_now(), 9006, lianou_now(), lianou_now() from payout_line l join sampled_call c on c.line = l.id where c.id = 1`)
	h.does(t, county, one+"/close", url.Values{"result": {"repaired"}, "words": {"卡号错了一位,改好再发了"}})
	at := stamp.FindStringSubmatch(h.shows(t, payer, one, []string{"等第二个人确认", "卡号错了一位"}))
	login(payer)
	see(one, "desk-sampled-confirm")
	h.does(t, payer, one+"/confirm", url.Values{"stamp": {at[1]}, "holds": {"no"}})
	h.does(t, county, one+"/close", url.Values{"result": {"repaired"}, "words": {"卡号错了一位,改好再发了,看过回单"}})
	at = stamp.FindStringSubmatch(h.shows(t, payer, one, []string{"看过回单"}))
	h.does(t, payer, one+"/confirm", url.Values{"stamp": {at[1]}, "holds": {"yes"}})
	h.does(t, county, two+"/close", url.Values{"result": {"passed"}, "words": {"转给县公安局王庙派出所,收了材料"}})
	at = stamp.FindStringSubmatch(h.shows(t, payer, two, []string{"等第二个人确认", "您看过交接的材料"}))
	see(two, "desk-sampled-passed")
	h.does(t, payer, two+"/confirm", url.Values{"stamp": {at[1]}, "holds": {"yes"}})
	h.shows(t, payer, one, []string{"办结", "改好再发"}, "/confirm")
	// 4. Every act left its entry.
	for _, act := range []string{"sampled.shown", "sampled.read", "sampled.taken", "sampled.number", "sampled.answered", "sampled.missed", "sampled.matter_read", "sampled.owned", "sampled.proposed", "sampled.sent_back", "sampled.closed"} {
		if h.left(t, act) == 0 {
			t.Errorf("nothing left %s", act)
		}
	}
	// 5. The city's figures: four of a county are not shown.
	month := "/desk/city?month=" + core.DateOf(time.Now()).AddDate(0, 0, 1).Time().Format("2006-01")
	h.shows(t, "city", month, []string{"问钱到没到", "少于 5"}, ">4<", ">2<")
	login("city")
	see(month, "desk-sampled-city")
}
