package city

import (
	"context"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
)

// lateCase is one line that climbed to the city; once somebody has opened it, it says who
// was told before and what to do.
type lateCase struct {
	desk.LateRow
	County string
	Opened bool
}

// lateView is what climbed to the city: cases, and money that stands still.
type lateView struct {
	Rows  []lateCase
	Still []desk.StillRow
}

// open has one of them shown whole, and writes down who looked.
func (c *Room) open(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := strconv.ParseInt(r.PathValue("climb"), 10, 64)
	if err != nil || id <= 0 {
		return core.E(core.KindNotFound, "not_found", "没有这一条。")
	}
	err = c.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Cases.SeeClimb(ctx, tx, id, casefile.As(at.Staff))
	})
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/city", "打开了,记在您名下。")
}

// late lists what nobody below the city did in time, oldest first.
func (c *Room) late(w http.ResponseWriter, r *http.Request, at desk.At) error {
	var list []casefile.Climbed
	var still []payout.Late
	err := c.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if list, err = c.d.Cases.Climbs(ctx, tx, casefile.As(at.Staff)); err != nil {
			return err
		}
		if still, err = payout.Lates(ctx, tx, payout.RungCity); err != nil {
			return err
		}
		ids := make([]int64, 0, len(list))
		for _, one := range list {
			ids = append(ids, int64(one.Case.ID))
		}
		return c.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "case.listed", IDs: ids, Purpose: "督办"}))
	})
	if err != nil {
		return err
	}
	names, err := c.d.Staff.Names(r.Context(), desk.LateStaff(list)...)
	if err != nil {
		return err
	}
	var rows []lateCase
	for _, row := range desk.LateRows(list, names) {
		county, _ := c.d.Regions.Place(row.Case.Region.County())
		rows = append(rows, lateCase{row, county.Name, !row.Seen.IsZero()})
	}
	return at.Page.Part(w, "city", "late", lateView{rows, desk.StillRows(still, payout.RungCity)})
}
