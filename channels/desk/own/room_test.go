package own_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/channels/browsertest"
	"lianou/channels/desk/desktest"
	"lianou/channels/desk/own"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/realname"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/routing"
	"lianou/core/seal"
	"lianou/core/staff"
	"lianou/core/workflow"
)

const (
	town     = core.RegionCode("371426104")
	fresh    = "wang.li"
	secret   = "a long sentence of one's own"
	brother  = "371424196303150028" // nobody's number, with a valid check digit
	officer  = "wangmiao.officer"
	approver = "wangmiao.approver"
	county   = "pingyuan.county"
)

// house is the room with a new officer who has a case in hand.
type house struct {
	*desktest.Desk
	handler http.Handler
	cases   *casefile.Store
	me      core.StaffID
	id      core.CaseID
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Desk: desktest.New(t)}
	var err error
	h.cases, err = casefile.New(casefile.Config{Ring: h.Keys.Platform.Ring, Shared: h.Keys.Platform.Shared, Audit: h.Audit})
	must(t, err)
	books, err := policy.Embedded()
	must(t, err)
	router, err := routing.New(routing.Config{Regions: h.Regions, Staff: h.Staff, Cases: h.cases, Calendar: books.Calendar})
	must(t, err)
	// What the acts of this room do not touch is there and empty.
	flow, err := workflow.New(workflow.Deps{DB: h.DB, Audit: h.Audit, Cases: h.cases, Staff: h.Staff, Bell: h.Bell, Log: slog.New(slog.DiscardHandler), Opener: &seal.Opener{},
		Registry: &registry.Registry{}, Changes: &change.Changes{}, Realname: &realname.Checker{}, Routing: router, Payout: &payout.Payout{}, Outbox: &notify.Outbox{}, Books: &policy.Library{}})
	must(t, err)
	h.handler, err = h.Shell.Handler(own.New(own.Deps{DB: h.DB, Staff: h.Staff, Cases: h.cases, Flow: flow, Audit: h.Audit}))
	must(t, err)
	must(t, h.DB.Tx(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
		h.me, err = h.Staff.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: fresh, Name: "王丽", Roles: []staff.Role{staff.Officer},
			Regions: []core.RegionCode{town}, Password: secret})
		return err
	}))
	h.id = h.opened(t)
	return h
}

// opened is a case in the new officer's hands that is to be accepted in three days.
func (h *house) opened(t *testing.T) core.CaseID {
	t.Helper()
	var c casefile.Opened
	must(t, h.DB.Tx(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) (err error) {
		a := core.Application{ID: core.ApplicationID(uuid.NewString()), Receipt: "4071882635", Channel: "counter", At: time.Now(),
			Applicant: core.Applicant{Ref: "m", Name: "周桂兰"}, Contact: core.Contact{Name: "周桂兰", Capacity: core.CapacitySelf},
			Household: core.Household{Members: []core.Member{{Ref: "m", Relation: "applicant"}}}}
		if c, err = h.cases.Open(ctx, tx, casefile.NewCase{Application: a, Region: town, Town: "王庙镇"}); err != nil {
			return err
		}
		opened, err := h.cases.Get(ctx, tx, c.Case)
		if err != nil {
			return err
		}
		due := tx.Today() + 3
		if err := h.cases.Route(ctx, tx, opened, casefile.Routing{Officer: h.me, AcceptDue: due}); err != nil {
			return err
		}
		return h.cases.SetDeadline(ctx, tx, casefile.Deadline{Case: c.Case, Kind: casefile.DeadlineAccept, Due: due})
	}))
	return c.Case
}

func (h *house) enter(t *testing.T, b *browsertest.Browser, site, login, password string) *browsertest.Tab {
	t.Helper()
	tab := b.Tab(t)
	tab.Laptop()
	tab.Open(site + "/desk/login")
	tab.Fill("input[name=login]", login)
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	return tab
}

// fits holds a page to what every page is held to: a laptop, a narrow phone, letters of
// twice the size, and a finger.
func fits(t *testing.T, tab *browsertest.Tab, name string) {
	t.Helper()
	tab.Laptop()
	tab.Faultless()
	tab.Legible()
	tab.Shot(name)
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

// A new officer is asked for kin as they log in, declares a brother and asks for leave; the
// county confirms, the township's second person hands over what falls due in one act, and
// the stand-in reads it on their own page.
//
// Controls: afterLogin that leads on at once ("wait until the page says 您有亲属在本市申请救助吗");
// openKin without its mask ("the page shows 报上了。…").
func TestAnOfficerDeclaresKinAndGoesOnLeave(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	browser := browsertest.Start(t)

	me := h.enter(t, browser, site.URL, fresh, secret)
	me.Wait("您有亲属在本市申请救助吗")
	fits(t, me, "desk-own-asked")
	me.Fill("[name=name]", "周大山")
	me.Fill("[name=id_number]", brother)
	me.Choose("[name=relation]", "兄弟姐妹")
	me.Click(`[action="/desk/own/kin"] .btn`)
	me.Wait("报上了")
	if me.Has("周大山") || me.Has("19630315") || !me.Has("周某某") || me.Has("您有亲属在本市申请救助吗") {
		t.Errorf("the page shows %s", me.Text("main"))
	}
	day := func(tab *browsertest.Tab, name string, d core.Date) {
		tab.Eval(`document.querySelector("[action='/desk/own/away'] [name=` + name + `]").value = "` + d.String() + `"; ""`)
	}
	today := core.DateOf(time.Now())
	day(me, "from", today)
	day(me, "to", today+14)
	me.Fill("[action='/desk/own/away'] [name=reason]", "病假")
	me.Choose("[name=stand_in]", strconv.Itoa(int(h.ID(t, officer))))
	me.Click(`[action="/desk/own/away"] .btn`)
	me.Wait("手里有 1 件")
	fits(t, me, "desk-own")

	over := h.enter(t, browser, site.URL, county, staff.DemoPassword)
	over.Open(site.URL + "/desk/own/team")
	if over.Has("周大山") || !over.Has("周某某") {
		t.Errorf("the county is shown %s", over.Text("main"))
	}
	fits(t, over, "desk-own-team")
	over.Click(`[action^="/desk/own/team/kin/"] .btn`)
	over.Wait("核过了")

	head := h.enter(t, browser, site.URL, approver, staff.DemoPassword)
	head.Open(site.URL + "/desk/own/team")
	fits(t, head, "desk-own-team-town")
	head.Click(`[action$="/hand"] .btn.go`)
	head.Wait("交接了 1 件")

	next := h.enter(t, browser, site.URL, officer, staff.DemoPassword)
	next.Open(site.URL + "/desk/own")
	next.Wait("王丽请假,交给您")

	me.Open(site.URL + "/desk/own")
	me.Wait("您请假,交给")
	me.Click(`[action$="/undo"] .btn`)
	me.Wait("交出去的 1 件还没人动,已经交回")
	must(t, h.DB.Read(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
		c, err := h.cases.Get(ctx, tx, h.id)
		if err == nil && c.Officer != h.me {
			t.Errorf("in the hands of %d", c.Officer)
		}
		return err
	}))
}

// Nobody judges or arranges what is not theirs, through the address either; and who has
// answered this year goes where they were going.
//
// Control: ofMine without Heads ("a colleague undoes leave: 303, want 403").
func TestWhatIsNotOnesOwnIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var away int64
	var kin int64
	must(t, h.DB.Tx(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) (err error) {
		by := audit.Actor{Kind: "staff", ID: strconv.Itoa(int(h.me))}
		id, err := core.ParseID(brother, tx.Today())
		if err != nil {
			return err
		}
		if kin, err = h.Staff.Declare(ctx, tx, by, staff.NewKin{Staff: h.me, Name: "周大山", ID: id, Relation: "兄弟姐妹"}); err != nil {
			return err
		}
		away, err = h.Staff.SetAbsence(ctx, tx, by, staff.Absence{Staff: h.me, From: tx.Today(), To: tx.Today() + 3, Reason: "病假", StandIn: h.ID(t, officer)})
		return err
	}))
	ask := func(login, path string, form url.Values) (int, string) {
		w, c := httptest.NewRecorder(), h.login(t, login)
		r := httptest.NewRequest(http.MethodPost, "/desk/own"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(c)
		h.handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	k, a := "/kin/"+strconv.FormatInt(kin, 10), "/away/"+strconv.FormatInt(away, 10)
	for _, tc := range []struct {
		name, login, path string
		form              url.Values
		want              int
	}{
		{"an officer judges", officer, "/team" + k, url.Values{"verdict": {"confirm"}}, http.StatusForbidden},
		{"the township judges", approver, "/team" + k, url.Values{"verdict": {"confirm"}}, http.StatusForbidden},
		{"another takes kin off", officer, k + "/end", url.Values{"why": {"没有这个人"}}, http.StatusNotFound},
		{"another answers", officer, k + "/answer", url.Values{"note": {"是"}}, http.StatusNotFound},
		{"a colleague undoes leave", officer, a + "/undo", nil, http.StatusForbidden},
		{"a stranger's leave", "pingyuan.clerk", a + "/undo", nil, http.StatusForbidden},
		{"an officer hands over", officer, "/team" + a + "/hand", nil, http.StatusForbidden},
		{"leave of the county by the township", approver, "/team/away", url.Values{"staff": {strconv.Itoa(int(h.ID(t, county)))}, "from": {"2030-01-07"}, "to": {"2030-01-08"}, "reason": {"年假"}}, http.StatusForbidden},
		{"no date", officer, "/away", url.Values{"from": {"下周"}, "to": {""}, "reason": {"病假"}}, http.StatusUnprocessableEntity},
		{"no number", officer, "/kin", url.Values{"name": {"周大山"}, "id_number": {"371424196303150029"}, "relation": {"配偶"}}, http.StatusUnprocessableEntity},
	} {
		if code, _ := ask(tc.login, tc.path, tc.form); code != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, code, tc.want)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/desk/login", strings.NewReader(url.Values{"login": {officer}, "password": {staff.DemoPassword}, "next": {"/desk/township"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	if to := w.Header().Get("Location"); to != "/desk/township" {
		t.Errorf("who has answered is led to %s", to)
	}
	if n := h.entries(t, "refusal.not_head"); n != 3 {
		t.Errorf("%d refusals in the log", n)
	}
}

func (h *house) login(t *testing.T, login string) *http.Cookie {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/desk/login", strings.NewReader(url.Values{"login": {login}, "password": {staff.DemoPassword}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "lianou_staff" {
			return c
		}
	}
	t.Fatalf("log in as %s: %d", login, w.Code)
	return nil
}

func (h *house) entries(t *testing.T, act string) (n int) {
	t.Helper()
	must(t, h.Env.DB(pgtest.Check).Read(t.Context(), pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = $1`, act).Scan(&n)
	}))
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
