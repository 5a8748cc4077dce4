package quota

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/hardship"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
	"lianou/core/rulebook"
	"lianou/core/staff"
)

// perPage is how many households a page of a list has.
const perPage = 20

type listPage struct {
	Said   string
	Rounds []roundLine
	Acts   bool
	Things []quota.Thing
	Areas  []registry.Place
	Today  core.Date
	First  time.Time // the first cut-off that may be asked for
}

type roundLine struct {
	quota.Round
	OpenedBy, EndedBy string
}

func (k *Room) list(w http.ResponseWriter, r *http.Request, at desk.At) error {
	if !at.Has(staff.County, staff.City, staff.Auditor) {
		http.Redirect(w, r, townHome, http.StatusSeeOther)
		return nil
	}
	p := listPage{Said: desk.Said(w, r), Acts: at.Has(staff.County, staff.City), Things: quota.Things(), Areas: k.areas(at)}
	var rounds []quota.Round
	err := k.in(r, at, func(ctx context.Context, tx *pg.Tx, _ registry.Purpose) (err error) {
		p.Today, p.First = tx.Today(), quota.Earliest(tx.Now())
		rounds, err = k.d.Quota.Rounds(ctx, tx, at.Staff)
		return err
	})
	if err != nil {
		return err
	}
	var ids []core.StaffID
	for _, one := range rounds {
		p.Rounds, ids = append(p.Rounds, roundLine{Round: one}), append(ids, one.Opener, one.Ender)
	}
	names, err := k.d.Staff.Names(r.Context(), ids...)
	if err != nil {
		return err
	}
	for i := range p.Rounds {
		p.Rounds[i].OpenedBy, p.Rounds[i].EndedBy = names[p.Rounds[i].Opener], names[p.Rounds[i].Ender]
	}
	return at.Page.Show(w, at, desk.View{Room: "quota", Name: "quota", Title: "名额"}, p)
}

// areas are the places that an officer may open a round for: those all of whose townships
// are theirs.
func (k *Room) areas(at desk.At) []registry.Place {
	regions := k.d.Registry.Regions()
	var out []registry.Place
	whole := func(code core.RegionCode) bool {
		for _, t := range regions.Expand(code) {
			if !at.Staff.Covers(t) {
				return false
			}
		}
		return true
	}
	if city, known := regions.Place(core.DezhouCity); known && whole(city.Code) {
		out = append(out, city)
	}
	for _, c := range regions.Counties() {
		if whole(c.Code) {
			out = append(out, c)
		}
		if !at.Has(staff.City) { // two hundred townships are no list to choose from
			for _, t := range regions.Townships(c.Code) {
				if at.Staff.Covers(t.Code) {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

// roundPage is one round: its order, and what is to be done next.
type roundPage struct {
	who  staff.Person // who looks
	Said string
	quota.Round
	OpenedBy, EndedBy  string
	LeavingBy          string // who asked that it be withdrawn
	Leaving            quota.Leaving
	Policy             string // by which the list was judged, as people name it
	Leaves             bool   // that is who looks
	Mine, Acts, Due    bool   // opened by who looks; may act; past its cut-off
	Early              bool
	Rows               []row
	From, NextFrom     int
	Total              int
	Large              bool   // too large an area to be drawn for a look
	Drawing            bool   // the cut-off has come and the job has not
	Fault              string // why there is no order yet
	Taken, Waits, Left int
	Turn               *row
	Offers             []row
	Asked              *row
	Undoing            []row // that wait for a second person, but for open offers
	Reasons            []quota.Reason
	Doubles            []quota.Double   // of a list that waits to be frozen, or of the order before it, each once
	order              []quota.Entry    // as it would be drawn now
	Anew               []int            // passed over for a merge that is none any more
	Twice              []quota.TwoTaken // took a second place
	More               int              // of them that are not named
	Pairs              bool             // whether who looks may decide whether two rows are one person
	Tomorrow, By       core.Date
}

func (k *Room) round(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	empty := roundPage{who: at.Staff, Said: desk.Said(w, r), From: 1, Acts: at.Has(staff.County, staff.City), Reasons: quota.Reasons(), Pairs: at.Has(staff.County)}
	if from := r.URL.Query().Get("from"); from != "" {
		if empty.From, err = strconv.Atoi(from); err != nil || empty.From < 1 {
			return core.Invalid("from", "这一页的地址不完整,请从第一页看起。")
		}
	}
	var p roundPage
	err = k.in(r, at, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		p = empty
		if p.Round, err = k.d.Quota.Round(ctx, tx, at.Staff, id); err != nil {
			return err
		}
		if p.Policy, err = edition(ctx, tx, p.Round); err != nil {
			return err
		}
		if p.Leaves = p.Leaver == at.Staff.ID; p.Leaver != 0 {
			if p.Leaving, err = k.d.Quota.Leaving(ctx, tx, p.Round); err != nil {
				return err
			}
		}
		p.Mine, p.Early = p.Opener == at.Staff.ID, tx.Now().Before(p.Cutoff)
		p.Tomorrow, p.By = tx.Today().AddDate(0, 0, 1), tx.Today().AddDate(0, 0, 7)
		if err := k.fill(ctx, tx, why, &p); err != nil {
			return err
		}
		return k.double(ctx, tx, &p)
	})
	if err != nil {
		return err
	}
	names, err := k.d.Staff.Names(r.Context(), p.people()...)
	if err != nil {
		return err
	}
	p.name(names, at.Staff.ID)
	thing, _ := quota.ThingOf(p.Item)
	return at.Page.Show(w, at, desk.View{Room: "quota", Name: "round", Title: "名额 " + thing.Word, Wide: true}, p)
}

// edition names the policy by which a list was judged, "" where there is no list yet.
func edition(ctx context.Context, tx *pg.Tx, r quota.Round) (string, error) {
	if r.Drawn.IsZero() {
		return "", nil
	}
	e, err := rulebook.EditionOf(ctx, tx, r.Book, core.DateOf(r.Cutoff), r.Drawn)
	if errors.Is(err, rulebook.ErrNoEdition) {
		return "随程序带的那一套政策", nil
	}
	return fmt.Sprintf("政策第 %d 版(%s起执行)", e.Number, e.From.SayWhole()), err
}

// fill reads the order of the round and what was done with it.
func (k *Room) fill(ctx context.Context, tx *pg.Tx, why registry.Purpose, p *roundPage) error {
	if p.State == quota.Withdrawn {
		_, err := k.rows(ctx, tx, why, nil, nil) // the look at nothing stands in the log as well
		return err
	}
	if p.State == quota.Open {
		return k.waiting(ctx, tx, why, p)
	}
	c, err := k.d.Quota.Course(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	list, err := k.d.Quota.Entries(ctx, tx, p.ID, p.From, perPage)
	if err != nil {
		return err
	}
	p.Total = p.Listed
	if p.From+perPage <= p.Listed {
		p.NextFrom = p.From + perPage
	}
	next := c.Next(p.Listed)
	acute := []int{next}
	for i := range c.Offers {
		if c.Offers[i].State == "open" {
			acute = append(acute, c.Offers[i].N)
		}
	}
	for _, n := range c.Undoings() {
		if !slices.Contains(acute, n) {
			acute = append(acute, n)
		}
	}
	shown := len(list)
	for _, n := range acute {
		if n != 0 {
			more, err := k.d.Quota.Entries(ctx, tx, p.ID, n, 1)
			if err != nil {
				return err
			}
			list = append(list, more...)
		}
	}
	rows, err := k.rows(ctx, tx, why, list, &c)
	if err != nil {
		return err
	}
	p.Rows, p.Left = rows[:shown], p.Places-len(c.Held())
	for i := range c.Offers {
		switch c.Offers[i].State {
		case "accepted":
			p.Taken++
		case "open":
			p.Waits++
		}
	}
	return k.pending(ctx, tx, why, p, rows[shown:], &c)
}

// waiting is a round that nobody froze yet: the list that was drawn at its cut-off, or the
// order as it would be drawn now.
func (k *Room) waiting(ctx context.Context, tx *pg.Tx, why registry.Purpose, p *roundPage) error {
	if p.Drawn.IsZero() {
		return k.preview(ctx, tx, why, p)
	}
	list, err := k.d.Quota.Entries(ctx, tx, p.ID, p.From, perPage)
	if err != nil {
		return err
	}
	p.Total = p.Listed
	if p.From+perPage <= p.Listed {
		p.NextFrom = p.From + perPage
	}
	p.Rows, err = k.rows(ctx, tx, why, list, &quota.Course{})
	return err
}

// previewed is the most townships whose households are judged for a look at a round that
// is not drawn yet: those of a county take a second, the city's ten.
const previewed = 30

// preview is the order as it would be drawn now; from the cut-off on it is shown no more,
// for what counts is the list that is being drawn.
func (k *Room) preview(ctx context.Context, tx *pg.Tx, why registry.Purpose, p *roundPage) error {
	if p.Large = p.Early && len(k.d.Registry.Regions().Expand(p.Area)) > previewed; p.Large {
		_, err := k.rows(ctx, tx, why, nil, nil)
		return err
	}
	drawn, err := k.d.Quota.Draw(ctx, tx, p.Round)
	if kind := core.KindOf(err); err != nil && kind == core.KindConflict {
		p.Fault = core.Known(err).Say
		_, err = k.rows(ctx, tx, why, nil, nil)
		return err
	}
	if err != nil {
		return err
	}
	if p.Drawing = !p.Early; p.Drawing {
		_, err = k.rows(ctx, tx, why, nil, nil)
		return err
	}
	p.Total, p.order = len(drawn.Entries), drawn.Entries
	from := min(p.From-1, len(drawn.Entries))
	list := drawn.Entries[from:min(from+perPage, len(drawn.Entries))]
	if from+perPage < len(drawn.Entries) {
		p.NextFrom = p.From + perPage
	}
	p.Rows, err = k.rows(ctx, tx, why, list, &quota.Course{})
	return err
}

// rows says who stands where, and what was done, of as many households as their reader may
// still be shown. Errors: KindTooMany.
func (k *Room) rows(ctx context.Context, tx *pg.Tx, why registry.Purpose, list []quota.Entry, c *quota.Course) ([]row, error) {
	if err := k.d.Audit.MayShow(ctx, tx, audit.Shown(why.Actor, "household", len(list), func(i int) int64 { return int64(list[i].Household) })); err != nil {
		return nil, err
	}
	return k.named(ctx, tx, why, list, c)
}

// named is rows of a list that is posted, which names nobody whole.
func (k *Room) named(ctx context.Context, tx *pg.Tx, why registry.Purpose, list []quota.Entry, c *quota.Course) ([]row, error) {
	ids := make([]core.HouseholdID, len(list))
	for i, e := range list {
		ids[i] = e.Household
	}
	heads, err := k.d.Registry.Heads(ctx, tx, why, ids)
	if err != nil {
		return nil, err
	}
	out := make([]row, 0, len(list))
	for _, e := range list {
		one := row{Entry: e, Head: heads[e.Household], Where: k.d.Registry.Regions().FullName(e.Region), Band: string(hardship.BandOf(e.Place.Low())), Outcome: c.Of(e.N), Today: tx.Today()}
		one.Offer, one.Skip = c.Last(e.N)
		one.Undoes, one.Undone, one.Stands = c.Undoable(e.N), c.Undone(e.N), c.Stands(e.N)
		out = append(out, one)
	}
	return out, nil
}
