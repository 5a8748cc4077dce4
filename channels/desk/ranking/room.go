package ranking

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/core/watch"
)

//go:embed templates/*.html
var templates embed.FS

// Books gives the Book in force on a day.
type Books interface {
	On(core.Date) (*policy.Book, error)
}

// Deps are what the room works with; all are required.
type Deps struct {
	DB       *pg.DB
	Watch    *watch.Watch
	Registry *registry.Registry
	Staff    *staff.Staff
	Books    Books
	Audit    *audit.Log
	Bell     *bell.Bell
}

// Room is the room of the order.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (k *Room) Templates() fs.FS { return templates }

// Words are the formatting functions of this room's templates.
func (k *Room) Words() template.FuncMap {
	return template.FuncMap{
		"stack": desk.StackIndex,
		"ways":  askedWays,
		"share": func(n int) string { return fmt.Sprintf("%d.%04d", n/10_000, n%10_000) },
		"place": func(c core.RegionCode) string { return k.d.Registry.Regions().FullName(c) },
	}
}

// Desk is the room's rows of the route table.
func (k *Room) Desk() desk.Room {
	all := []staff.Role{staff.Officer, staff.Approver, staff.County, staff.City}
	return desk.Room{Name: "ranking", Title: "排序", Roles: all, Home: "/ranking", Routes: []desk.Route{
		{Method: "GET", Path: "/ranking", Roles: all, Trace: "household.listed", Serve: k.list},
		{Method: "GET", Path: "/ranking/leads", Roles: all, Trace: "household.listed", Serve: k.leads},
		{Method: "GET", Path: "/ranking/leads/settled", Roles: all, Trace: "household.listed", Serve: k.settled},
		{Method: "GET", Path: "/ranking/lead/{lead}/why", Roles: all, Trace: "facts.read", Serve: k.why},
		{Method: "GET", Path: "/ranking/household/{household}/told", Roles: all, Trace: "facts.read", Serve: k.told},
		{Method: "GET", Path: "/ranking/sensitivity", Roles: []staff.Role{staff.City}, Trace: "none: counts by groups and places, of nobody", Serve: k.sensitivity},
		{Method: "POST", Path: "/ranking/lead/{lead}/settle", Roles: all, Trace: "lead.settled lead.checking", Serve: k.settle},
		{Method: "POST", Path: "/ranking/lead/{lead}/reopen", Roles: all, Trace: "lead.reopened", Serve: k.reopen},
	}}
}

// The purposes of the room's pages, as the log keeps them (PIPL art. 6): each page is for
// one thing, so that nobody is asked what can have one answer only.
const (
	forOrder = "安排帮扶先后" // who is seen to first
	forLeads = "核实线索"   // that somebody may be due something
)

// pages is how many pages of the room one member of staff may open in an hour; how many
// households they name in all is bounded by audit.MayShow.
var pages = bell.Rate{Count: 240, Per: time.Hour}

var errPages = core.E(core.KindTooMany, "ranking_exceeded", "这一小时翻得太多了,已经记下。请过一会儿再看。")

// in runs a look for a purpose in one transaction of the officer's scope. Errors: errPages.
func (k *Room) in(r *http.Request, at desk.At, purpose string, do func(context.Context, *pg.Tx, registry.Purpose) error) error {
	if ok, _ := k.d.Bell.Allow(r.Context(), "ranking:"+desk.ActorOf(at).ID, pages); !ok { // without Redis nobody is kept from work
		return errPages
	}
	return k.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		return do(ctx, tx, registry.Purpose{Actor: desk.ActorOf(at), Why: purpose})
	})
}

// heads names the households of a page, as many as its reader may still be shown. Errors:
// KindTooMany.
func (k *Room) heads(ctx context.Context, tx *pg.Tx, why registry.Purpose, ids []core.HouseholdID) (map[core.HouseholdID]registry.Head, error) {
	if err := k.d.Audit.MayShow(ctx, tx, audit.Shown(why.Actor, "household", len(ids), func(i int) int64 { return int64(ids[i]) })); err != nil {
		return nil, err
	}
	return k.d.Registry.Heads(ctx, tx, why, ids)
}
