package sampled

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"

	"lianou/channels/desk"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/sampled"
	"lianou/core/staff"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	DB      *pg.DB
	Sampled *sampled.Sampled
	Cases   *casefile.Store
	Staff   *staff.Staff
	Audit   *audit.Log
	Bell    *bell.Bell // counts the numbers shown
	Regions *registry.Regions
}

// Room is the room of the sampled call.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (k *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table.
func (k *Room) Desk() desk.Room {
	asks, finds := []staff.Role{staff.Agent, staff.Officer, staff.Assistant}, []staff.Role{staff.Payer, staff.County}
	every := slices.Concat(asks, finds)
	const call, matter = "/sampled/call/{asked}", "/sampled/matter/{matter}"
	return desk.Room{Name: "sampled", Title: "钱到没到", Roles: every, Home: "/sampled", Routes: []desk.Route{
		{Method: "GET", Path: "/sampled", Roles: every, Trace: "sampled.shown", Serve: k.list},
		{Method: "GET", Path: call, Roles: asks, Trace: "sampled.read", Serve: k.call},
		{Method: "POST", Path: call + "/take", Roles: asks, Trace: "sampled.taken", Serve: k.take},
		{Method: "POST", Path: call + "/phone", Roles: asks, Trace: "sampled.number", Serve: k.phone},
		{Method: "POST", Path: call + "/answer", Roles: asks, Trace: "sampled.answered", Serve: k.answer},
		{Method: "POST", Path: call + "/missed", Roles: asks, Trace: "sampled.missed", Serve: k.missed},
		{Method: "GET", Path: matter, Roles: finds, Trace: "sampled.matter_read", Serve: k.matter},
		{Method: "POST", Path: matter + "/own", Roles: finds, Trace: "sampled.owned", Serve: k.own},
		{Method: "POST", Path: matter + "/close", Roles: finds, Trace: "sampled.closed sampled.proposed", Serve: k.end},
		{Method: "POST", Path: matter + "/confirm", Roles: finds, Trace: "sampled.closed sampled.sent_back", Serve: k.confirm},
	}}
}

// Words are the formatting functions of this room's templates.
func (k *Room) Words() template.FuncMap {
	return template.FuncMap{"kindword": kindWord, "resultword": resultWord}
}

func kindWord(o sampled.Outcome) string {
	return map[sampled.Outcome]string{sampled.Amount: "数不对", sampled.Missing: "说没到", sampled.Taken: "说别人拿走了", sampled.Unfound: "上门没找到人"}[o]
}

func resultWord(r sampled.Result) string {
	return map[sampled.Result]string{sampled.Found: "钱在卡上", sampled.Explained: "数没有错,说清了", sampled.Repaired: "改好再发", sampled.Passed: "转有权查的部门"}[r]
}

// in runs a look in one transaction of the officer's scope.
func (k *Room) in(r *http.Request, at desk.At, do func(context.Context, *pg.Tx) error) error {
	return k.d.DB.Tx(r.Context(), at.Staff.Scope(), do)
}

func number(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, sampled.ErrNone
	}
	return id, nil
}

const home = "/desk/sampled"

func callPath(id int64) string { return home + "/call/" + strconv.FormatInt(id, 10) }

func matterPath(id int64) string { return home + "/matter/" + strconv.FormatInt(id, 10) }
