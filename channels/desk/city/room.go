package city

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/discreet"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/sampled"
	"lianou/core/staff"
	"lianou/core/workflow"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	DB      *pg.DB
	Cases   *casefile.Store
	Flow    *workflow.Flow
	Staff   *staff.Staff
	Audit   *audit.Log
	Regions *registry.Regions
	Sampled *sampled.Sampled // nil where nobody is asked whether money arrived
}

// Room is the city's room.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (c *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table.
func (c *Room) Desk() desk.Room {
	all, senders := []staff.Role{staff.City, staff.Auditor}, []staff.Role{staff.City}
	return desk.Room{Name: "city", Title: "全市", Roles: all, Home: "/city", Routes: []desk.Route{
		{Method: "GET", Path: "/city", Roles: all, Trace: "none: counts only, small ones suppressed", Serve: c.page},
		{Method: "GET", Path: "/city/lost", Roles: senders, Trace: "case.listed", Serve: c.lost},
		{Method: "GET", Path: "/city/late", Roles: senders, Trace: "case.listed", Serve: c.late},
		{Method: "POST", Path: "/city/late/{climb}", Roles: senders, Trace: "climb.seen", Serve: c.open},
		{Method: "GET", Path: "/city/unsolved", Roles: senders, Trace: "case.listed", Serve: c.unsolved},
		{Method: "GET", Path: "/city/unsolved/{unsolved}", Roles: senders, Trace: "unsolved.read", Serve: c.readUnsolved},
		{Method: "POST", Path: "/city/unsolved/{unsolved}", Roles: senders, Trace: "unsolved.answered", Serve: c.answerUnsolved},
		{Method: "POST", Path: "/city/relocate", Roles: senders, Trace: "case.relocated", Serve: c.relocate},
	}}
}

// line is one county-level unit.
type line struct {
	Name                     string
	Open, Late, Urgent, Wait string
}

type page struct {
	Said  string
	Lines []line
	Sends bool // may send a case to another county
	Asked asked
}

func (c *Room) page(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := page{Said: desk.Said(w, r), Sends: at.Has(staff.City)}
	err := c.d.DB.Read(r.Context(), pg.City("the city counts its counties"), func(ctx context.Context, tx *pg.Tx) error {
		p.Lines = nil
		towns, err := c.d.Cases.CountTowns(ctx, tx, c.d.Regions.Expand(core.DezhouCity))
		if err != nil {
			return err
		}
		for _, county := range c.d.Regions.Counties() {
			var n casefile.Counts
			for _, town := range c.d.Regions.Expand(county.Code) {
				n.Open, n.Late, n.Urgent, n.Decide = n.Open+towns[town].Open, n.Late+towns[town].Late, n.Urgent+towns[town].Urgent, n.Decide+towns[town].Decide
			}
			p.Lines = append(p.Lines, line{county.Name, shown(n.Open), shown(n.Late), shown(n.Urgent), shown(n.Decide)})
		}
		p.Asked, err = c.asked(ctx, tx, r.FormValue("month"))
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "city", Name: "city", Title: "全市"}, p)
}

// shown hides a count that could point at a person. No sum of a column stands on the page.
func shown(n int) string {
	if discreet.Alone(n).Hidden() {
		return fmt.Sprintf("少于 %d", discreet.Least)
	}
	return core.Yuan(int64(n)).Short()
}
