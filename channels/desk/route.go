package desk

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"lianou/channels"
	"lianou/core"
	"lianou/core/staff"
)

// A Route is one row of the route table of security.md P21: who may come in, what
// trace it leaves, and what it does.
type Route struct {
	Method string // GET or POST
	Path   string // below /desk, such as "/township/case/{case}"
	Roles  []staff.Role

	// Trace is the audit act this route writes, several where the path names one of
	// several acts, or "none: " and the reason why nothing of a person is shown or
	// changed. Empty is refused at Open.
	Trace string

	// Serve answers the request. What it returns is turned into a page or a
	// fragment by the shell, in one place.
	Serve func(w http.ResponseWriter, r *http.Request, at At) error
}

// At is where a request stands: who is at the desk.
type At struct {
	Staff staff.Person
	Page  *Pages
}

// Has reports whether the person holds any of the roles.
func (a At) Has(roles ...staff.Role) bool {
	return a.Staff.Has(roles...)
}

// A Room is one group of routes with its own link in the top bar.
type Room struct {
	Name  string // in the path: /desk/<name>
	Title string // in the bar
	Roles []staff.Role
	Home  string // path below /desk, the link's target

	Routes []Route
	Shells []Shell
}

// A Shell is a file of a room that is the same for everybody and holds nothing of anybody: a
// device keeps it for when there is no network, and asks for it without a session.
type Shell struct {
	Path  string // below /desk, without a wildcard
	Serve func(w http.ResponseWriter, r *http.Request, p *Pages) error
}

// shell answers with a file that is nobody's.
func (d *Desk) shell(s Shell) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.Serve(w, r, d.pages); err != nil {
			d.fail(w, r, staff.Person{}, err)
		}
	}
}

// check refuses a table with a hole in it: a row that names no role, no trace or
// no handler, a path outside its room, or the same row twice.
func check(rooms []Room) error {
	seen := map[string]bool{}
	for _, room := range rooms {
		for _, r := range room.Routes {
			name := r.Method + " " + r.Path
			switch {
			case r.Serve == nil, len(r.Roles) == 0, r.Trace == "":
				return fmt.Errorf("route %s of room %s lacks roles, trace or handler", name, room.Name)
			case r.Method != http.MethodGet && r.Method != http.MethodPost:
				return fmt.Errorf("route %s: only GET and POST", name)
			case !strings.HasPrefix(r.Path, "/"+room.Name):
				return fmt.Errorf("route %s lies outside room %s", name, room.Name)
			case seen[name]:
				return fmt.Errorf("route %s stands twice", name)
			}
			seen[name] = true
		}
		for _, s := range room.Shells {
			name := http.MethodGet + " " + s.Path
			if s.Serve == nil || !strings.HasPrefix(s.Path, "/"+room.Name+"/") || strings.Contains(s.Path, "{") || seen[name] {
				return fmt.Errorf("shell %s of room %s stands twice, outside it, for many addresses or without a handler", s.Path, room.Name)
			}
			seen[name] = true
		}
	}
	return nil
}

// MaxBody bounds every body sent to the desk: two photos of an ID card, a
// signature and three minutes of speech fit.
const MaxBody = 24 << 20

var errForbidden = core.E(core.KindForbidden, "role", "这一页不归您管。需要的话请找管理员开通。")

// mount wraps a row: session, role, body limit, and one place for errors.
func (d *Desk) mount(r Route) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(w, req.Body, MaxBody)
		defer channels.ForgetFiles(req)
		who, err := d.Person(req)
		if errors.Is(err, staff.ErrNoSession) && req.Method == http.MethodGet && req.Header.Get("HX-Request") == "" && !wantsJSON(req) {
			http.Redirect(w, req, "/desk/login?next="+url.QueryEscape(safeNext(req.URL.RequestURI())), http.StatusSeeOther)
			return
		}
		at := At{Staff: who, Page: d.pages}
		if err == nil && !at.Has(r.Roles...) {
			err = errForbidden
		}
		if err == nil {
			err = r.Serve(w, req, at)
		}
		if err != nil {
			d.trace(req, who, err)
			d.fail(w, req, who, err)
		}
	}
}
