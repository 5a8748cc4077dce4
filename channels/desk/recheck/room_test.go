package recheck_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/channels/desk/desktest"
	desk "lianou/channels/desk/recheck"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/recheck"
	"lianou/core/recheck/rechecktest"
	"lianou/core/staff"
)

const (
	county    = "pingyuan.county"
	officer   = "wangmiao.officer"
	assistant = "wangmiao.assistant1"
	auditor   = "auditor"
)

// house is the desk over a county with decided cases.
type house struct {
	*desktest.Desk
	handler http.Handler
	cookies map[string]*http.Cookie
	in      *audit.Integrator
	until   core.Date
}

func newHouse(t *testing.T, cases int) *house {
	t.Helper()
	h := &house{Desk: desktest.New(t)}
	store, err := casefile.New(casefile.Config{Ring: h.Keys.Platform.Ring, Shared: h.Keys.Platform.Shared, Audit: h.Audit})
	must(t, err)
	again, err := recheck.New(recheck.Deps{DB: h.DB, Cases: store, Staff: h.Staff, Audit: h.Audit, Ring: h.Keys.Platform.Ring, Regions: h.Regions})
	must(t, err)
	h.in, err = audit.NewIntegrator(audit.IntegratorConfig{DB: h.Env.DB(pgtest.Audit), Signer: h.Keys.Platform.Audit.Signer,
		Key: h.Keys.Platform.Audit.Verifier, Dir: filepath.Join(t.TempDir(), "checkpoints"), Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	room := desk.New(desk.Deps{DB: h.DB, Recheck: again, Cases: store, Staff: h.Staff, Audit: h.Audit, Regions: h.Regions})
	h.cookies = h.Sessions(t, room, county, officer, assistant, auditor)
	h.handler, err = h.Shell.Handler(room)
	must(t, err)
	must(t, h.DB.Read(t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { h.until = tx.Today().AddDate(0, 0, -1); return nil }))
	rechecktest.Lay(t, h.Env, cases, h.until.Time().Add(4*time.Hour))
	return h
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

func (h *house) grows(t *testing.T) {
	t.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = h.in.Round(t.Context())
		must(t, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var (
	caseName = regexp.MustCompile(`name="case" value="(\d+)"`)
	wordName = regexp.MustCompile(`name="word" value="(\d+)"`)
	option   = regexp.MustCompile(`<option value="(\d+)">`)
)

const to = "/desk/recheck/round/1"

// A round goes through the pages from its commitment to what two others found, each act by who may;
// the pages are looked at on the way, wide and narrow.
func TestARoundGoesThroughThePages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 12)
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
		tab.View(name, 1440, 900)
		tab.Touchscreen(360)
		tab.Faultless()
		tab.Whole()
		tab.Legible()
		tab.Shot(name + "-phone")
		tab.Laptop()
	}
	tab.Laptop()
	login(county)
	// 1. Committed.
	form := url.Values{"county": {"371426"}, "since": {h.until.AddDate(0, 0, -20).String()}, "until": {h.until.String()}}
	if code, body := h.ask(t, county, "/desk/recheck/commit", form); code == http.StatusSeeOther || !strings.Contains(body, "开了就不能撤") {
		t.Errorf("begun without a tick: %d", code)
	}
	form.Set("sure", "1")
	if code, _ := h.ask(t, officer, "/desk/recheck/commit", form); code == http.StatusSeeOther {
		t.Error("an officer of a township begins a round")
	}
	h.does(t, county, "/desk/recheck/commit", form)
	see("/desk/recheck", "desk-recheck-rounds")
	if code, body := h.ask(t, county, to+"/list", url.Values{}); code == http.StatusSeeOther || !strings.Contains(body, "日志还没往后长够") {
		t.Errorf("listed before the log grew: %d %s", code, body)
	}
	for range recheck.After {
		h.shows(t, county, to, []string{"定名单", "密封一个数"}, `action="/desk/recheck/round/1/draw"`)
	}
	h.grows(t)
	h.shows(t, auditor, to, []string{"等定名单"}, `/list"`)
	// 2. Listed, and drawn.
	h.does(t, county, to+"/list", url.Values{})
	h.shows(t, county, to, []string{"12 件,按编号排", `action="/desk/recheck/round/1/draw"`}, "抽中")
	h.does(t, county, to+"/draw", url.Values{})
	body := h.shows(t, county, to, []string{"抽中 4 件", "谁去", "lianou draw verify 1"}, "亲属", "亲戚")
	see(to, "desk-recheck-drawn")
	h.shows(t, auditor, to, []string{"抽中 4 件"}, "/send")
	// 3. Two others are sent.
	id := caseName.FindStringSubmatch(body)[1]
	var pair []string
	for _, who := range []string{officer, assistant} {
		pair = append(pair, h.id(t, who))
		if !strings.Contains(body, `<option value="`+pair[len(pair)-1]+`">`) {
			t.Errorf("%s is not offered", who)
		}
	}
	if len(option.FindAllString(body, -1)) == 0 {
		t.Fatal("nobody can be sent")
	}
	today := h.until.AddDate(0, 0, 1).String()
	h.does(t, county, to+"/send", url.Values{"case": {id}, "first": {pair[0]}, "second": {pair[1]}, "on": {today}})
	h.shows(t, county, to, []string{"派了 1", "换人、换日子"})
	h.shows(t, county, "/desk/recheck/mine", []string{"现在没有派给您的"})
	login(officer)
	see("/desk/recheck/mine", "desk-recheck-mine")
	// 4. What they found.
	h.does(t, officer, to+"/found", url.Values{"case": {id}, "outcome": {"different"}, "words": {"儿子去年回来住了,在镇上厂里上班"}})
	h.shows(t, officer, "/desk/recheck/mine", []string{"等一起去的另一个人确认"}, `/hold"`)
	word := wordName.FindStringSubmatch(h.shows(t, assistant, "/desk/recheck/mine", []string{"儿子去年回来住了", `/hold"`}))[1]
	login(assistant)
	see("/desk/recheck/mine", "desk-recheck-hold")
	h.does(t, assistant, to+"/hold", url.Values{"case": {id}, "word": {word}, "holds": {"no"}})
	h.does(t, assistant, to+"/found", url.Values{"case": {id}, "outcome": {"different"}, "words": {"儿子今年回来住了,在镇上厂里上班"}})
	word = wordName.FindStringSubmatch(h.shows(t, officer, "/desk/recheck/mine", []string{"儿子今年回来住了"}))[1]
	h.does(t, officer, to+"/hold", url.Values{"case": {id}, "word": {word}, "holds": {"yes"}})
	h.shows(t, county, to, []string{"看过 1", "不一样 1", `href="/desk/township/case/` + id + `"`, "要不要调整,由人来提"})
	login(county)
	see(to, "desk-recheck-found")
}

// id is the number of an account.
func (h *house) id(t *testing.T, login string) (id string) {
	t.Helper()
	must(t, h.DB.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		p, err := h.Staff.ByLogin(ctx, tx, login)
		id = strconv.FormatInt(int64(p.ID), 10)
		return err
	}))
	return id
}
