package recheck

import (
	"context"
	"net/http"
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

const (
	perPage  = 20
	mineHome = "/desk/recheck/mine"
)

type listPage struct {
	Said     string
	Rounds   []recheck.Round
	Acts     bool
	Goes     bool // who looks may be sent
	Counties []registry.Place
	First    core.Date
	Last     core.Date
}

func (k *Room) list(w http.ResponseWriter, r *http.Request, at desk.At) error {
	if !at.Has(staff.County, staff.City, staff.Auditor) {
		http.Redirect(w, r, mineHome, http.StatusSeeOther)
		return nil
	}
	p := listPage{Said: desk.Said(w, r), Acts: at.Has(staff.County, staff.City), Goes: at.Has(staff.County, staff.Officer, staff.Approver, staff.Assistant, staff.Clerk), Counties: k.counties(at)}
	err := k.in(r, at, func(ctx context.Context, tx *pg.Tx) (err error) {
		p.First, p.Last = tx.Today().AddDate(0, 0, -400), tx.Today().AddDate(0, 0, 100)
		p.Rounds, err = k.d.Recheck.Rounds(ctx, tx, at.Staff)
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "recheck", Name: "recheck", Title: "抽查"}, p)
}

// counties are those of which somebody covers every township.
func (k *Room) counties(at desk.At) (out []registry.Place) {
	for _, c := range k.d.Regions.Counties() {
		whole := true
		for _, t := range k.d.Regions.Expand(c.Code) {
			whole = whole && at.Staff.Covers(t)
		}
		if whole {
			out = append(out, c)
		}
	}
	return out
}

// row is one drawn case as a page shows it.
type row struct {
	recheck.Visit
	Of          casefile.Case
	Names       map[core.StaffID]string
	Free        []staff.Person // who may go
	Me          core.StaffID
	Today       core.Date
	Acts, Opens bool // who looks may send, and look into the case
	MayWrite    bool
	MayHold     bool
}

type roundPage struct {
	Said string
	recheck.Round
	Tally recheck.Tally
	Rows  []row
	Acts  bool
	Over  bool // the period
	Next  core.CaseID
	Names map[core.StaffID]string
}

func (k *Room) round(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	after, _ := strconv.ParseInt(r.FormValue("after"), 10, 64) // nothing: from the first
	p := roundPage{Said: desk.Said(w, r), Acts: at.Has(staff.County, staff.City)}
	err = k.in(r, at, func(ctx context.Context, tx *pg.Tx) (err error) {
		if p.Round, err = k.d.Recheck.Round(ctx, tx, at.Staff, id); err != nil {
			return err
		}
		p.Over = tx.Today() > p.Until
		if p.Tally, err = k.d.Recheck.Tally(ctx, tx, id); err != nil {
			return err
		}
		list, err := k.d.Recheck.Visits(ctx, tx, id, core.CaseID(after), perPage)
		if err != nil {
			return err
		}
		if p.Next = 0; len(list) == perPage {
			p.Next = list[perPage-1].Case
		}
		p.Rows, err = k.rows(ctx, tx, at, list, p.Acts)
		return err
	})
	if err != nil {
		return err
	}
	if p.Names, err = k.named(r, p.Rows, p.Opener, p.Lister, p.Drawer); err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "recheck", Name: "round", Title: "抽查"}, p)
}

type minePage struct {
	Said string
	Rows []row
}

// mine lists where whoever looks goes.
func (k *Room) mine(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := minePage{Said: desk.Said(w, r)}
	err := k.in(r, at, func(ctx context.Context, tx *pg.Tx) error {
		list, err := k.d.Recheck.Mine(ctx, tx, at.Staff.ID)
		if err != nil {
			return err
		}
		p.Rows, err = k.rows(ctx, tx, at, list, false)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := k.named(r, p.Rows); err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "recheck", Name: "mine", Title: "抽查:要去看的"}, p)
}

// rows reads what a page shows of drawn cases, and writes down that it was shown.
func (k *Room) rows(ctx context.Context, tx *pg.Tx, at desk.At, list []recheck.Visit, acts bool) ([]row, error) {
	var out []row
	var shown []int64
	for _, v := range list {
		one := row{Visit: v, Me: at.Staff.ID, Today: tx.Today(), Acts: acts, Opens: at.Has(staff.County, staff.Officer, staff.Approver, staff.Assistant, staff.Clerk)}
		one.MayWrite = v.Goes(at.Staff.ID) && v.Word == 0 && v.Planned <= one.Today
		one.MayHold = v.Goes(at.Staff.ID) && v.Word != 0 && !v.Held && v.Writer != at.Staff.ID
		var err error
		if one.Of, err = k.d.Cases.Get(ctx, tx, v.Case); err != nil {
			return nil, err
		}
		if acts && v.Word == 0 {
			if one.Free, err = k.d.Recheck.Free(ctx, tx, v); err != nil {
				return nil, err
			}
		}
		out, shown = append(out, one), append(shown, int64(v.Case))
	}
	return out, k.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "case.listed", IDs: shown, Purpose: "抽查"}))
}

// named puts names to the staff of rows, and gives them.
func (k *Room) named(r *http.Request, rows []row, more ...core.StaffID) (map[core.StaffID]string, error) {
	for _, one := range rows {
		more = append(more, one.First, one.Second, one.Writer, one.Seconder)
	}
	names, err := k.d.Staff.Names(r.Context(), more...)
	for i := range rows {
		rows[i].Names = names
	}
	return names, err
}
