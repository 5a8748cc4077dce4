package own

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/workflow"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	DB    *pg.DB
	Staff *staff.Staff
	Cases *casefile.Store
	Flow  *workflow.Flow
	Audit *audit.Log
}

// Room is the room of one's own account.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (o *Room) Templates() fs.FS { return templates }

// Words are the formatting functions of this room's templates.
func (o *Room) Words() template.FuncMap {
	return template.FuncMap{"kinword": kinWord, "kintone": kinTone, "relations": staff.Relations}
}

// Desk is the room's rows of the route table. In the bar stand the colleagues, for those
// who look after some; one's own page is behind one's name.
func (o *Room) Desk() desk.Room {
	all, heads := staff.Roles(), []staff.Role{staff.Approver, staff.County, staff.City}
	judges, near := []staff.Role{staff.County, staff.City}, []staff.Role{staff.Approver, staff.County}
	return desk.Room{Name: "own", Title: "同事", Roles: heads, Home: "/own/team", Routes: []desk.Route{
		{Method: "GET", Path: "/own", Roles: all, Trace: "staff.relatives_listed", Serve: o.page},
		{Method: "POST", Path: "/own/kin", Roles: all, Trace: "staff.relative_declared", Serve: o.declare},
		{Method: "POST", Path: "/own/none", Roles: all, Trace: "staff.no_relative staff.relatives_as_before", Serve: o.none},
		{Method: "POST", Path: "/own/kin/{kin}/answer", Roles: all, Trace: "staff.relative_answered", Serve: o.answer},
		{Method: "POST", Path: "/own/kin/{kin}/end", Roles: all, Trace: "staff.relative_leaving", Serve: o.end},
		{Method: "POST", Path: "/own/away", Roles: all, Trace: "staff.absence_set", Serve: o.away},
		{Method: "POST", Path: "/own/away/{away}/undo", Roles: all, Trace: "staff.absence_undone case.handed_back", Serve: o.undo},
		{Method: "GET", Path: "/own/team", Roles: heads, Trace: "staff.relatives_listed case.listed", Serve: o.team},
		{Method: "POST", Path: "/own/team/kin/{kin}", Roles: judges, Trace: "staff.relative_confirmed staff.relative_asked staff.relative_ended staff.relative_kept", Serve: o.judge},
		{Method: "POST", Path: "/own/team/away", Roles: heads, Trace: "staff.absence_set", Serve: o.awayOf},
		{Method: "POST", Path: "/own/team/away/{away}/hand", Roles: heads, Trace: "case.handed_over", Serve: o.hand},
		{Method: "GET", Path: "/own/hands", Roles: near, Trace: "case.listed", Serve: o.hands},
		{Method: "POST", Path: "/own/hands/case/{case}", Roles: near, Trace: "case.assigned", Serve: o.assign},
		{Method: "GET", Path: "/own/hands/move", Roles: near, Trace: "case.listed", Serve: o.movePlan},
		{Method: "POST", Path: "/own/hands/move", Roles: near, Trace: "case.moved", Serve: o.move},
		{Method: "POST", Path: "/own/hands/move/{move}/undo", Roles: near, Trace: "case.handed_back", Serve: o.moveBack},
		{Method: "GET", Path: "/own/often", Roles: judges, Trace: "case.listed", Serve: o.often},
		{Method: "POST", Path: "/own/hands/figure", Roles: []staff.Role{staff.County}, Trace: "hands.figure_set", Serve: o.figure},
	}}
}

// tx runs one act in the person's own area.
func (o *Room) tx(r *http.Request, at desk.At, do func(context.Context, *pg.Tx) error) error {
	return o.d.DB.Tx(r.Context(), at.Staff.Scope(), do)
}

func number(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, core.E(core.KindNotFound, "no_page", "没有这一页。")
	}
	return id, nil
}

// date reads a day out of a form.
func date(r *http.Request, name, say string) (core.Date, error) {
	d, err := core.ParseDate(strings.TrimSpace(r.FormValue(name)))
	if err != nil {
		return core.Date(0), core.Invalid(name, say)
	}
	return d, nil
}

// member reads an account out of a choice; 0 when nothing was chosen.
func member(r *http.Request, name string) core.StaffID {
	id, _ := strconv.ParseInt(r.FormValue(name), 10, 64) // what is no number is nobody, and refused as that
	return core.StaffID(max(id, 0))
}

func kinWord(s staff.KinState) string {
	switch s {
	case staff.KinAsked:
		return "县里问您一句"
	case staff.KinConfirmed:
		return "县里核过了"
	case staff.KinLeaving:
		return "等另一个人同意去掉"
	}
	return "等县里核"
}

func kinTone(s staff.KinState) string {
	switch s {
	case staff.KinConfirmed:
		return "leaf"
	case staff.KinAsked:
		return "petal"
	}
	return "amber"
}
