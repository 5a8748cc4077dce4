// Package desktest opens the desk's shell over a real database with its staff, so
// that the rooms that are channels run through channeltest.Suite. It must be
// imported by tests only.
package desktest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
	"lianou/intake/calls"
	"lianou/intake/drafts"
	"lianou/intake/talks"
)

// Desk is a shell with the demonstration's staff and no rooms.
type Desk struct {
	*channeltest.House
	Shell *desk.Desk
	Staff *staff.Staff
	Audit *audit.Log
	DB    *pg.DB      // as the platform
	Env   *pgtest.Env // for other roles
}

// New makes a desk for one test, in which nobody needs a second factor.
func New(t testing.TB) *Desk {
	t.Helper()
	return open(t, staff.Config{})
}

// Demanding makes a desk of a city that demands a second factor, whose codes go by now.
func Demanding(t testing.TB, now func() time.Time) *Desk {
	t.Helper()
	return open(t, staff.Config{Demand: true, Now: now})
}

func open(t testing.TB, people staff.Config) *Desk {
	t.Helper()
	d := &Desk{House: channeltest.NewHouse(t), Env: pgtest.New(t)}
	d.DB, d.Audit = d.Env.DB(pgtest.Platform), audit.New(d.Keys.Platform.Ring)
	_, err := staff.Seed(t.Context(), d.Env.DB(pgtest.Import), []staff.Town{{Code: channeltest.Town, Name: "王庙镇", County: "平原县"}})
	must(t, err)
	people.DB, people.Log, people.Expand, people.Ring, people.Light = d.DB, d.Audit, d.Regions.Expand, d.Keys.Platform.Ring, true
	d.Staff, err = staff.New(t.Context(), people)
	must(t, err)
	d.Blobs, err = blob.Open(blob.Config{URL: d.BlobURL, To: d.Keys.Gateway.Platform, Opener: d.Keys.Platform.Opener}) // desks look at what came in
	must(t, err)
	sessions, err := staff.NewSessions(staff.SessionConfig{Staff: d.Staff})
	must(t, err)
	kept, err := drafts.New(d.DB, d.Keys.Platform.Ring)
	must(t, err)
	d.Shell, err = desk.New(desk.Config{}, desk.Deps{DB: d.DB, Staff: d.Staff, Sessions: sessions, Bell: d.Bell, Blobs: d.Blobs, Audit: d.Audit,
		Regions: d.Regions, Library: d.Book, Drafts: kept, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	return d
}

// Sessions logs people in through the log-in page of a desk with the room, and gives
// their cookies by log-in.
func (d *Desk) Sessions(t testing.TB, room desk.RoomMaker, logins ...string) map[string]*http.Cookie {
	t.Helper()
	handler, err := d.Shell.Handler(room)
	must(t, err)
	out := map[string]*http.Cookie{}
	for _, login := range logins {
		form := url.Values{"login": {login}, "password": {staff.DemoPassword}}
		r := httptest.NewRequest(http.MethodPost, "/desk/login", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		for _, c := range w.Result().Cookies() {
			if c.Name == "lianou_staff" {
				out[login] = c
			}
		}
		if out[login] == nil {
			t.Fatalf("log in as %s: %d", login, w.Code)
		}
	}
	return out
}

// Calls are the record of calls as the gateway keeps it and as the desk reads it.
func (d *Desk) Calls(t testing.TB) (gateway, desk *calls.Log) {
	t.Helper()
	inserter, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	gateway, err = calls.New(calls.Deps{DB: d.Env.DB(pgtest.Gateway), Bell: d.Bell, Audit: audit.NewTo(d.Keys.Gateway.Platform), Ring: d.Keys.Gateway.Ring,
		Platform: d.Keys.Gateway.Platform, Blind: d.Keys.Gateway.Shared, Jobs: inserter})
	must(t, err)
	desk, err = calls.New(calls.Deps{DB: d.DB, Bell: d.Bell, Audit: d.Audit, Platform: d.Keys.Platform.Self, Opener: d.Keys.Platform.Opener})
	must(t, err)
	return gateway, desk
}

// Talks are citizens' conversations as the gateway keeps them and as the desk reads those
// that were handed over.
func (d *Desk) Talks(t testing.TB) (gateway *talks.Store, desk *talks.Desk) {
	t.Helper()
	inserter, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	speech, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	g, p := d.Keys.Gateway, d.Keys.Platform
	gateway, err = talks.New(talks.Deps{DB: d.Env.DB(pgtest.Gateway), Ring: g.Ring, Platform: g.Platform, Opener: g.Opener, Audit: audit.NewTo(g.Platform), Bell: d.Bell, Jobs: inserter, Speech: speech})
	must(t, err)
	desk, err = talks.NewDesk(talks.DeskDeps{DB: d.DB, Opener: p.Opener, Self: p.Self, Gateway: p.Gateway, Jobs: inserter, Audit: d.Audit, Bell: d.Bell})
	must(t, err)
	return gateway, desk
}

// ID finds a member of staff.
func (d *Desk) ID(t testing.TB, login string) core.StaffID {
	t.Helper()
	p, err := d.Staff.Authenticate(t.Context(), login, staff.DemoPassword)
	must(t, err)
	return p.ID
}

// Forge spoils one character of the session's token.
func Forge(r *http.Request) {
	c, err := r.Cookie("lianou_staff")
	if err != nil {
		return // then the case has no proof, and the suite says that it was accepted
	}
	r.Header.Del("Cookie")
	last := byte('A')
	if c.Value[5] == 'A' {
		last = 'B'
	}
	r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value[:5] + string(last) + c.Value[6:]})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
