package routing

import (
	"context"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/staff"
)

// AcceptDays is how many working days a township has to take a case on
// (domain.md 3.3: the investigation starts within 3).
const AcceptDays = 3

// Config is what New needs. All fields are required.
type Config struct {
	Regions  *registry.Regions
	Staff    *staff.Staff
	Cases    *casefile.Store
	Calendar func() *policy.Calendar // the newest that is announced
}

// Router chooses. Safe for concurrent use.
type Router struct {
	regions  *registry.Regions
	staff    *staff.Staff
	cases    *casefile.Store
	calendar func() *policy.Calendar
}

// New makes a Router.
func New(c Config) (*Router, error) {
	if c.Regions == nil || c.Staff == nil || c.Cases == nil || c.Calendar == nil {
		return nil, core.E(core.KindInvalid, "routing_config", "")
	}
	return &Router{regions: c.Regions, staff: c.Staff, cases: c.Cases, calendar: c.Calendar}, nil
}

// Where is a place as a case keeps it.
type Where struct {
	Region      core.RegionCode // township, or a sorting desk
	Village     core.RegionCode // "" when not known
	Town        string
	VillageName string
}

// Sorting reports whether a region is a county's sorting desk.
func Sorting(region core.RegionCode) bool {
	return len(region) == 9 && strings.HasSuffix(string(region), "000")
}

// Desks are the sorting desks of the city: each county's, and its own.
func (r *Router) Desks() []core.RegionCode {
	list := []core.RegionCode{jobs.ScopeRegion(core.DezhouCity)}
	for _, county := range r.regions.Counties() {
		list = append(list, jobs.ScopeRegion(county.Code))
	}
	return list
}

// Place finds the township of an address. A place that is not in the tree goes to
// the sorting desk of its county, and with no county to the city's.
func (r *Router) Place(live core.Place) Where {
	if town, ok := r.regions.Township(live.Region); ok {
		w := Where{Region: town.Code, Town: town.Name}
		if v, ok := r.regions.Place(live.Region); ok && len(v.Code) == 12 {
			w.Village, w.VillageName = v.Code, v.Name
		}
		return w
	}
	county := live.Region.County()
	if p, ok := r.regions.Place(county); ok && p.Code != core.DezhouCity {
		return Where{Region: jobs.ScopeRegion(p.Code), Town: p.Name}
	}
	return Where{Region: jobs.ScopeRegion(core.DezhouCity), Town: "德州市"}
}

// Pick chooses the officer and the assistant with least in hand who are there
// today, are not kin and did not hand the case back, and counts the days of
// acceptance; they run on when a case is sent on (F55). Nobody there leaves the
// case to the township's queue. Callers in one township take turns, so that
// two cases at once do not both find the same person free.
func (r *Router) Pick(ctx context.Context, tx *pg.Tx, c casefile.Case) (casefile.Routing, error) {
	to := casefile.Routing{AcceptDue: c.AcceptDue}
	if to.AcceptDue.IsZero() {
		to.AcceptDue = r.calendar().Add(tx.Today(), AcceptDays)
	}
	const turn = 71403 // our half of the two-part advisory lock
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1, hashtext($2))`, turn, string(c.Region)); err != nil {
		return to, pg.Fail(err, "take turns in routing")
	}
	var err error
	if to.Officer, err = r.officer(ctx, tx, c); err != nil {
		return to, err
	}
	to.Assistant, err = r.assistant(ctx, tx, c)
	return to, err
}

// Next chooses who takes one part of a case whose hand is gone, as Pick does; 0 for nobody.
func (r *Router) Next(ctx context.Context, tx *pg.Tx, c casefile.Case, part casefile.Part) (core.StaffID, error) {
	if part == casefile.PartAssistant {
		return r.assistant(ctx, tx, c)
	}
	return r.officer(ctx, tx, c)
}

// Anew chooses the officer who looks anew at what others decided: as Next does, and none of
// those who had a part in it; 0 for nobody.
func (r *Router) Anew(ctx context.Context, tx *pg.Tx, c casefile.Case, barred []core.StaffID) (core.StaffID, error) {
	list, err := r.staff.Officers(ctx, tx, c.Region)
	if err != nil {
		return 0, err
	}
	list = slices.DeleteFunc(list, func(p staff.Person) bool { return slices.Contains(barred, p.ID) })
	return r.least(ctx, tx, c, list)
}

func (r *Router) officer(ctx context.Context, tx *pg.Tx, c casefile.Case) (core.StaffID, error) {
	list, err := r.staff.Officers(ctx, tx, c.Region)
	if err != nil {
		return 0, err
	}
	return r.least(ctx, tx, c, list)
}

func (r *Router) assistant(ctx context.Context, tx *pg.Tx, c casefile.Case) (core.StaffID, error) {
	place := c.Region
	if c.Village != "" {
		place = c.Village
	}
	list, err := r.staff.Assistants(ctx, tx, place)
	if err != nil {
		return 0, err
	}
	id, err := r.least(ctx, tx, c, nearest(list))
	if err != nil || id != 0 {
		return id, err
	}
	return r.least(ctx, tx, c, list) // who serves the village wrote it down, or is kin
}

// nearest keeps the assistants of the very village when there are any.
func nearest(list []staff.Person) []staff.Person {
	var own []staff.Person
	for _, p := range list {
		if p.Village != "" {
			own = append(own, p)
		}
	}
	if len(own) > 0 {
		return own
	}
	return list
}

func (r *Router) least(ctx context.Context, tx *pg.Tx, c casefile.Case, list []staff.Person) (core.StaffID, error) {
	ids := make([]core.StaffID, 0, len(list))
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	kin, err := r.cases.Conflicts(ctx, tx, c.ID)
	if err != nil {
		return 0, err
	}
	load, err := r.cases.Loads(ctx, tx, c.Region, ids)
	if err != nil {
		return 0, err
	}
	out := make(map[core.StaffID]bool, len(kin)+2)
	out[c.EnteredBy] = true // nobody handles what they wrote down themselves
	out[c.ReturnedBy] = true
	for _, k := range kin {
		out[k.Staff] = true
	}
	return Least(ids, load, out), nil
}

// Least is the pure choice: the lowest load among those not left out, ties to the
// earlier in the list; 0 when nobody remains. Repeated over the same people it
// keeps the highest and the lowest load within one of each other, once they were.
func Least(ids []core.StaffID, load map[core.StaffID]int, out map[core.StaffID]bool) core.StaffID {
	var best core.StaffID
	for _, id := range ids {
		if id == 0 || out[id] {
			continue
		}
		if best == 0 || load[id] < load[best] {
			best = id
		}
	}
	return best
}

// Days counts working days from a day, which itself does not count.
func (r *Router) Days(from core.Date, n int) core.Date { return r.calendar().Add(from, n) }

// Between counts the working days after one day, up to and with another; 0 where that is
// not later.
func (r *Router) Between(from, to core.Date) int { return max(0, r.calendar().Between(from, to)) }

// Kin finds the members of staff who are near one of the persons or hashed numbers: by
// declaration, by being one, or by a household that they share or shared.
func (r *Router) Kin(ctx context.Context, tx *pg.Tx, persons []core.PersonID, hashes [][]byte) ([]casefile.Kin, error) {
	found, err := r.staff.Near(ctx, tx, persons, hashes)
	list := make([]casefile.Kin, 0, len(found))
	for id, relation := range found {
		list = append(list, casefile.Kin{Staff: id, Relation: relation})
	}
	return list, err
}

// Reach widens registry's Expand by the sorting desks, for staff.Config: who has a
// whole county also has what could not be sorted in it, and who has the city what
// could not be sorted at all.
func Reach(regions *registry.Regions) func(codes ...core.RegionCode) []core.RegionCode {
	return func(codes ...core.RegionCode) []core.RegionCode {
		out := regions.Expand(codes...)
		for _, code := range codes {
			p, ok := regions.Place(code)
			if !ok || len(p.Code) != 6 {
				continue
			}
			out = append(out, jobs.ScopeRegion(p.Code))
			if p.Code == core.DezhouCity {
				for _, county := range regions.Counties() {
					out = append(out, jobs.ScopeRegion(county.Code))
				}
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
}
