package recheck

import (
	"context"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/recheck"
	"lianou/core/registry"
	"lianou/core/staff"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	DB      *pg.DB
	Recheck *recheck.Recheck
	Cases   *casefile.Store
	Staff   *staff.Staff
	Audit   *audit.Log
	Regions *registry.Regions
}

// Room is the room of random re-checks.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (k *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table.
func (k *Room) Desk() desk.Room {
	look, act := []staff.Role{staff.County, staff.City, staff.Auditor}, []staff.Role{staff.County, staff.City}
	goes := []staff.Role{staff.Officer, staff.Assistant, staff.Clerk, staff.Approver, staff.County}
	every := slices.Concat(look, goes[:4])
	const round = "/recheck/round/{round}"
	return desk.Room{Name: "recheck", Title: "抽查", Roles: every, Home: "/recheck", Routes: []desk.Route{
		{Method: "GET", Path: "/recheck", Roles: every, Trace: "none: days and counts, no citizen", Serve: k.list},
		{Method: "GET", Path: "/recheck/mine", Roles: goes, Trace: "case.listed", Serve: k.mine},
		{Method: "GET", Path: round, Roles: look, Trace: "case.listed", Serve: k.round},
		{Method: "POST", Path: "/recheck/commit", Roles: act, Trace: "recheck.committed", Serve: k.commit},
		{Method: "POST", Path: round + "/list", Roles: act, Trace: "recheck.listed", Serve: k.freeze},
		{Method: "POST", Path: round + "/draw", Roles: act, Trace: "recheck.drawn", Serve: k.draw},
		{Method: "POST", Path: round + "/send", Roles: act, Trace: "recheck.sent", Serve: k.send},
		{Method: "POST", Path: round + "/found", Roles: goes, Trace: "recheck.written", Serve: k.found},
		{Method: "POST", Path: round + "/hold", Roles: goes, Trace: "recheck.held recheck.refused", Serve: k.hold},
	}}
}

// Words are the formatting functions of this room's templates.
func (k *Room) Words() template.FuncMap {
	return template.FuncMap{
		"place": func(c core.RegionCode) string { return k.d.Regions.FullName(c) },
		"whole": func(d core.Date) string { return d.SayWhole() },
		"hex":   func(h recheck.Hash) string { return hex.EncodeToString(h[:]) },
		"step":  func(s recheck.State) step { return steps[s] },
	}
}

// step is how a page shows how far a round is.
type step struct{ Word, Tone string }

var steps = map[recheck.State]step{recheck.Committed: {"等定名单", "amber"}, recheck.Listed: {"名单定了,等抽", "blue"}, recheck.Drawn: {"抽好了", "leaf"}}

// in runs a look in one transaction of the officer's scope.
func (k *Room) in(r *http.Request, at desk.At, do func(context.Context, *pg.Tx) error) error {
	return k.d.DB.Tx(r.Context(), at.Staff.Scope(), do)
}

func home(id int64) string { return "/desk/recheck/round/" + strconv.FormatInt(id, 10) }

func number(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("round"), 10, 64)
	if err != nil || id <= 0 {
		return 0, recheck.ErrNone
	}
	return id, nil
}

func caseOf(r *http.Request) core.CaseID {
	id, _ := strconv.ParseInt(r.FormValue("case"), 10, 64) // nonsense is no drawn case
	return core.CaseID(id)
}
