package desk

import (
	"net/http"

	"lianou/core/staff"
)

// ownRoute is a row of the shell itself. One with bare looks after the session on
// its own: it serves people who have none yet, or hands out what is nobody's.
type ownRoute struct {
	Route
	bare http.HandlerFunc
}

// own are the shell's routes, which belong to no room.
func (d *Desk) own() []ownRoute {
	writers := []staff.Role{staff.Agent, staff.Clerk, staff.Assistant}
	return []ownRoute{
		{Route{Method: "GET", Path: "/static/{hash}/{name...}", Trace: "none: the look of the pages"}, serveStatic},
		{Route{Method: "GET", Path: "/login", Trace: "none: an empty form"}, d.loginPage},
		{Route{Method: "POST", Path: "/login", Trace: "staff.signed_in"}, d.login},
		{Route{Method: "GET", Path: "/login/code", Trace: "none: an empty form"}, d.codePage},
		{Route{Method: "POST", Path: "/login/code", Trace: "staff.signed_in"}, d.code},
		{Route{Method: "GET", Path: "/login/phone", Trace: "none: a new secret, for who typed the password"}, d.phonePage},
		{Route{Method: "POST", Path: "/login/phone", Trace: "staff.factor_enrolled staff.signed_in"}, d.phone},
		{Route{Method: "GET", Path: "/device", Roles: staff.Roles(), Trace: "none: one's own device", Serve: d.device}, nil},
		{Route{Method: "POST", Path: "/device/new", Roles: staff.Roles(), Trace: "none: a new secret, for who showed password and code", Serve: d.newDevice}, nil},
		{Route{Method: "POST", Path: "/device/prove", Roles: staff.Roles(), Trace: "staff.factor_enrolled", Serve: d.proveDevice}, nil},
		{Route{Method: "POST", Path: "/device/papers", Roles: staff.Roles(), Trace: "staff.factor_papers", Serve: d.newPapers}, nil},
		{Route{Method: "POST", Path: "/logout", Trace: "none: shows nobody"}, d.logout},
		{Route{Method: "GET", Path: "/live", Trace: "none: topics and row numbers, and only of one's own area"}, d.serveLive},
		{Route{Method: "GET", Path: "/{$}", Trace: "none: leads to the first room"}, d.home},
		{Route{Method: "POST", Path: "/judge", Roles: writers, Trace: "none: judges what the asker typed", Serve: d.serveJudge}, nil},
		{Route{Method: "GET", Path: "/places", Roles: writers, Trace: "none: names of places", Serve: d.servePlaces}, nil},
		{Route{Path: "/", Trace: "none: there is nothing here"}, d.noPage},
	}
}

// Own lists the shell's rows as they are mounted, for whoever walks the whole table.
// A row without roles is open to everybody, and a path "/" stands for all others.
func Own() []Route {
	var rows []Route
	for _, r := range new(Desk).own() {
		rows = append(rows, r.Route)
	}
	return rows
}
