package desk

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/intake/drafts"
)

// Config is what a Desk is set up with.
type Config struct {
	// Secure sends cookies over TLS only. Defaults to false, for loopback.
	Secure bool
}

// Deps are what the shell works with; all are required.
type Deps struct {
	DB       *pg.DB
	Staff    *staff.Staff
	Sessions *staff.Sessions
	Bell     *bell.Bell
	Blobs    *blob.Store
	Audit    *audit.Log
	Regions  *registry.Regions
	Library  matching.Books
	Drafts   *drafts.Store
	Log      *slog.Logger
}

// Desk is the shell of the staff's web application.
type Desk struct {
	cfg   Config
	d     Deps
	log   *slog.Logger
	pages *Pages
	live  *Live
	judge *Judge
	clock atomic.Pointer[pg.Clock]

	refused refusals
}

// A RoomMaker is a room with its templates, before it is mounted.
type RoomMaker interface {
	Desk() Room
	Templates() fs.FS
}

// New makes a Desk without rooms. Errors name a template that does not parse.
func New(cfg Config, d Deps) (*Desk, error) {
	if d.DB == nil || d.Staff == nil || d.Sessions == nil || d.Bell == nil || d.Blobs == nil || d.Audit == nil || d.Regions == nil || d.Library == nil || d.Drafts == nil || d.Log == nil {
		return nil, core.E(core.KindInternal, "desk_deps", "")
	}
	desk := &Desk{cfg: cfg, d: d, log: d.Log, live: newLive(d.Log, d.Sessions)}
	desk.clock.Store(&pg.Clock{})
	var err error
	if desk.judge, err = NewJudge(d.Library); err != nil {
		return nil, err
	}
	pages, err := newPages(func() (time.Duration, bool) { c := desk.clock.Load(); return c.Shift, c.Demo })
	desk.pages = pages
	return desk, err
}

// Handler mounts the rooms. A hole in the route table is an error: the desk does
// not start with it.
func (d *Desk) Handler(makers ...RoomMaker) (http.Handler, error) {
	mux := http.NewServeMux()
	var rooms []Room
	for _, m := range makers {
		room := m.Desk()
		if err := d.pages.Add(room.Name, m); err != nil {
			return nil, err
		}
		rooms = append(rooms, room)
	}
	if err := check(rooms); err != nil {
		return nil, err
	}
	d.pages.nav = rooms
	for _, room := range rooms {
		for _, r := range room.Routes {
			mux.HandleFunc(r.Method+" /desk"+r.Path, d.mount(r))
		}
		for _, s := range room.Shells {
			mux.HandleFunc(http.MethodGet+" /desk"+s.Path, d.shell(s))
		}
	}
	for _, r := range d.own() {
		serve := r.bare
		if serve == nil {
			serve = d.mount(r.Route)
		}
		mux.HandleFunc(strings.TrimSpace(r.Method+" /desk"+r.Path), serve)
	}
	cross := http.NewCrossOriginProtection()
	return cross.Handler(headers(d.d.Sessions.Wrap(mux))), nil
}

// Guard gives another handler of the platform (the desk's channels) the desk's
// sessions, headers and protection against other origins.
func (d *Desk) Guard(h http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(headers(d.d.Sessions.Wrap(h)))
}

func (d *Desk) noPage(w http.ResponseWriter, r *http.Request) {
	who, _ := d.Person(r) // nobody is fine: the page says only that there is nothing here
	d.fail(w, r, who, core.E(core.KindNotFound, "no_page", "没有这一页。"))
}

// headers forbids what none of our pages does: scripts and styles from text,
// framing, sniffing, telling others where somebody came from.
func headers(next http.Handler) http.Handler {
	const csp = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// Run passes bells to browsers and follows the demo clock until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	go d.followClock(ctx)
	return d.live.Run(ctx, d.d.Bell)
}

// followClock reads how far the demo clock was moved, for the bar that says so.
func (d *Desk) followClock(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		if c, err := d.d.DB.ReadClock(ctx); err == nil {
			d.clock.Store(&c)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ErrRole says that a page belongs to another role.
var ErrRole = errForbidden

// Person is who is logged in. Errors: staff.ErrNoSession.
func (d *Desk) Person(r *http.Request) (staff.Person, error) { return d.d.Sessions.Who(r.Context()) }

func (d *Desk) home(w http.ResponseWriter, r *http.Request) {
	who, err := d.Person(r)
	if err != nil {
		http.Redirect(w, r, "/desk/login", http.StatusSeeOther)
		return
	}
	if rooms := d.pages.navFor(who); len(rooms) > 0 {
		http.Redirect(w, r, "/desk"+rooms[0].Home, http.StatusSeeOther)
		return
	}
	d.fail(w, r, who, core.E(core.KindForbidden, "no_room", "您的账号还没有开通任何一间。请找管理员。"))
}

func (d *Desk) servePlaces(w http.ResponseWriter, r *http.Request, at At) error {
	return at.Page.Part(w, "", "places", PlacesOf(r.URL.Query(), d.d.Regions))
}

// Front sends whoever opens the platform's bare address to the desk.
func Front() http.Handler { return http.RedirectHandler("/desk/", http.StatusSeeOther) }

// Back sends somebody back to a page of the desk after an act, which then says
// what was done.
func Back(w http.ResponseWriter, r *http.Request, to, said string) error {
	http.SetCookie(w, &http.Cookie{Name: "said", Value: url.QueryEscape(said), Path: "/desk", MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Redirect", safeNext(to)) // a refusal stays on the page, what was done goes on
		return nil
	}
	http.Redirect(w, r, safeNext(to), http.StatusSeeOther)
	return nil
}

// Said takes what the last act said, once.
func Said(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie("said")
	if err != nil || len(c.Value) > 900 {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: "said", Path: "/desk", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	said, err := url.QueryUnescape(c.Value)
	if err != nil {
		return ""
	}
	return said
}
