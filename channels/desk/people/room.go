package people

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/registry/twins"
	"lianou/core/staff"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	Desk     *desk.Desk
	DB       *pg.DB
	Registry *registry.Registry
	Changes  *change.Changes
	Life     *registry.Life
	Twins    *twins.Twins
	Regions  *registry.Regions
	Staff    *staff.Staff
	Cases    *casefile.Store
	Audit    *audit.Log
	Bell     *bell.Bell
	Book     matching.Books
}

// Room is the registry's room.
type Room struct {
	d     Deps
	rules *matching.Current
}

// New makes the room.
func New(d Deps) *Room { return &Room{d, matching.NewCurrent(d.Book)} }

// Templates gives the room's pages to the shell.
func (p *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table. Whom a person may see is the scope of
// their transactions; the roles here only open the door.
func (p *Room) Desk() desk.Room {
	all := []staff.Role{staff.Officer, staff.Approver, staff.County, staff.City}
	two := changers()
	return desk.Room{Name: "people", Title: "查人", Roles: all, Home: "/people", Routes: []desk.Route{
		{Method: "GET", Path: "/people", Roles: all, Trace: "none: an empty form, and how much waits", Serve: p.page},
		{Method: "POST", Path: "/people/find", Roles: all, Trace: "person.searched", Serve: p.find},
		{Method: "GET", Path: "/people/{person}", Roles: all, Trace: "person.read household.read facts.read events.read person.missed", Serve: p.person},
		{Method: "POST", Path: "/people/{person}/reveal", Roles: all, Trace: "field.revealed person.missed", Serve: p.reveal},
		{Method: "GET", Path: "/people/household/{household}", Roles: all, Trace: "household.read facts.read change.read events.read person.missed", Serve: p.household},
		{Method: "GET", Path: "/people/household/{household}/life", Roles: tellers(), Trace: "household.read events.read person.missed", Serve: p.life},
		{Method: "POST", Path: "/people/household/{household}/life", Roles: tellers(), Trace: "event.entered lead.followed person.missed person.searched", Serve: p.tell},
		{Method: "POST", Path: "/people/household/{household}/life/undo", Roles: tellers(), Trace: "event.entered event.undo_asked event.undo_judged lead.followed person.missed", Serve: p.untell},
		{Method: "GET", Path: "/people/changes", Roles: two, Trace: "change.listed change.read household.read facts.read events.read", Serve: p.changes},
		{Method: "GET", Path: "/people/changes/ask/{person}", Roles: two, Trace: "person.read facts.read change.read person.missed", Serve: p.askChange},
		{Method: "POST", Path: "/people/changes/ask/{person}", Roles: two, Trace: "change.proposed person.missed", Serve: p.propose},
		{Method: "GET", Path: "/people/changes/contest/{household}", Roles: two, Trace: "household.read facts.read person.missed", Serve: p.contest},
		{Method: "POST", Path: "/people/changes/contest/{household}", Roles: two, Trace: "change.proposed person.missed", Serve: p.writeDown},
		{Method: "POST", Path: "/people/changes/judge/{change}", Roles: two, Trace: "change.accepted change.refused change.withdrawn change.mistaken change.vouched", Serve: p.judgeChange},
		{Method: "POST", Path: "/people/changes/told/{change}", Roles: two, Trace: "change.told", Serve: p.told},
	}}
}

func changers() []staff.Role { return desk.AskDeciders() }

// errNobody is the one answer for who does not exist and who is another township's.
var errNobody = core.E(core.KindNotFound, "nobody", "没有找到。可能姓名或号码不对,也可能不在您管的地方。")

// look runs one look at somebody in one transaction of the officer's scope, and again where
// that lost a race: see begins anew what it fills in. Nothing is kept of a look that was for
// nothing but that it was: what was read before showed nobody, and would name a case that may
// not be the reason (holds). Errors: errSearches.
func (p *Room) look(r *http.Request, at desk.At, on asked, see func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error) error {
	if ok, _ := p.d.Bell.Allow(r.Context(), "people-look:"+desk.ActorOf(at).ID, searches); !ok { // numbers of people follow one another
		return errSearches
	}
	why := registry.Purpose{Actor: desk.ActorOf(at), Why: on.Word(), Case: on.Case}
	err := p.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error { return see(ctx, tx, why) })
	if core.KindOf(err) != core.KindNotFound {
		return err
	}
	err = p.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		return p.d.Audit.Write(ctx, tx, audit.Entry{Actor: why.Actor, Act: "person.missed", Purpose: why.Why})
	})
	if err != nil {
		return err
	}
	return errNobody
}

// mayShow counts a household's people, whom a page is about to show. Errors: KindTooMany.
func (p *Room) mayShow(ctx context.Context, tx *pg.Tx, why registry.Purpose, list []registry.Member) error {
	return p.d.Audit.MayShow(ctx, tx, audit.Shown(why.Actor, "person", len(list), func(i int) int64 { return int64(list[i].Person.ID) }))
}

// number reads a wildcard of the path; what is no number is nobody's.
func number(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, errNobody
	}
	return n, nil
}
