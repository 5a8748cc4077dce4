package city

import (
	"context"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/workflow"
)

// lostCase is one case that nobody has yet, and why.
type lostCase struct {
	casefile.Case
	County, Why string
}

// countyTowns are the places of one county to choose from.
type countyTowns struct {
	Name  string
	Towns []registry.Place
}

type lostPage struct {
	Cases    []lostCase
	Counties []countyTowns
}

// lost lists what waits at sorting desks and what was handed back, in every county.
func (c *Room) lost(w http.ResponseWriter, r *http.Request, at desk.At) error {
	var p lostPage
	err := c.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		p.Cases = nil
		found, err := c.d.Cases.Queue(ctx, tx, casefile.QueueFilter{Regions: at.Staff.Regions, Lost: true}, 50, "")
		if err != nil {
			return err
		}
		ids := make([]int64, 0, len(found.Rows))
		for _, row := range found.Rows {
			why, err := c.why(ctx, tx, row.ID)
			if err != nil {
				return err
			}
			county, _ := c.d.Regions.Place(row.Region.County())
			ids = append(ids, int64(row.ID))
			p.Cases = append(p.Cases, lostCase{row.Case, county.Name, why})
		}
		return c.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "case.listed", IDs: ids, Purpose: "跨县改派"}))
	})
	if err != nil {
		return err
	}
	for _, county := range c.d.Regions.Counties() {
		p.Counties = append(p.Counties, countyTowns{county.Name, c.d.Regions.Townships(county.Code)})
	}
	return at.Page.Part(w, "city", "lost", p)
}

// why is the last line of the timeline that says how the case came here.
func (c *Room) why(ctx context.Context, tx *pg.Tx, id core.CaseID) (string, error) {
	events, err := c.d.Cases.Events(ctx, tx, id)
	said := ""
	for _, e := range events {
		if e.Kind == "case.returned" || e.Kind == "case.unsorted" {
			said = e.Staff
		}
	}
	return said, err
}

// relocate sends a case to a township of any county.
func (c *Room) relocate(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := strconv.ParseInt(r.FormValue("case"), 10, 64)
	if err != nil || id <= 0 {
		return core.Invalid("case", "请先选要派的那一件。")
	}
	to, err := core.ParseRegion(r.FormValue("region"))
	if err != nil {
		return err
	}
	if err := c.d.Flow.Relocate(r.Context(), casefile.As(at.Staff), workflow.Relocate{Case: core.CaseID(id), To: to, Why: r.FormValue("reason")}); err != nil {
		return err
	}
	town, _ := c.d.Regions.Place(to)
	return desk.Back(w, r, "/desk/city", "派到了"+town.Name+"。")
}
