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
