package ranking

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
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
	Books    Books
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
		"few":   few,
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
		{Method: "GET", Path: "/ranking/sensitivity", Roles: []staff.Role{staff.City}, Trace: "none: counts by groups and places, of nobody", Serve: k.sensitivity},
		{Method: "POST", Path: "/ranking/lead/{lead}/settle", Roles: all, Trace: "lead.settled", Serve: k.settle},
	}}
}

// in runs a look in one transaction of the officer's scope.
func (k *Room) in(r *http.Request, at desk.At, do func(context.Context, *pg.Tx, registry.Purpose) error) error {
	return k.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		return do(ctx, tx, registry.Purpose{Actor: desk.ActorOf(at), Why: "ranking"})
	})
}
