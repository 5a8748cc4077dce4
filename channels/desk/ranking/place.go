package ranking

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/insight"
	"lianou/core/registry"
)

// view is what of the order somebody looks at.
type view struct {
	Place core.RegionCode // a village, a township, a county or the city
	Level int             // of the standing: 0 township, 1 county, 2 city
	Towns []core.RegionCode
	Part  bool // Towns are not all of Place: the rest is not the officer's
	Poor  bool // only the hardest 3 in 100 (相对贫困, domain.md 0.3)
	After *insight.Ranked
	Aside bool // of leads: the page before ended among those that are laid aside
	From  int  // how many were shown before
}

// perPage is how many households a page of the list has.
const perPage = 50

var errPlace = core.E(core.KindNotFound, "place_unknown", "没有这个地方,或者不归您管。")

// viewOf reads what is wanted from the address. It holds no person: a place, and the
// number of a household to go on after.
func (k *Room) viewOf(r *http.Request, at desk.At) (v view, err error) {
	q := r.URL.Query()
	v.Place, v.Poor = core.RegionCode(q.Get("place")), q.Get("poor") == "1"
	if v.Place == "" {
		v.Place = widest(at.Staff.Regions)
	}
	regions := k.d.Registry.Regions()
	place, known := regions.Place(v.Place)
	if !known {
		return v, errPlace
	}
	v.Towns = regions.Expand(place.Code.Township())
	if place.Level <= registry.LevelCounty {
		v.Towns = regions.Expand(place.Code)
	}
	whole := len(v.Towns)
	v.Towns = slices.DeleteFunc(v.Towns, func(t core.RegionCode) bool { return !at.Staff.Covers(t) })
	if len(v.Towns) == 0 {
		return v, errPlace
	}
	v.Part = len(v.Towns) < whole
	switch place.Level {
	case registry.LevelCity:
		v.Level = 2
	case registry.LevelCounty:
		v.Level = 1
	}
	v.Place, v.Aside = place.Code, q.Get("aside") == "1"
	return v, v.after(q.Get("after"), q.Get("n"))
}

// after reads where the page before ended.
func (v *view) after(mark, n string) error {
	if mark == "" {
		return nil
	}
	place, household, found := strings.Cut(mark, ".")
	p, err1 := strconv.ParseInt(place, 10, 32)
	h, err2 := strconv.ParseInt(household, 10, 64)
	from, err3 := strconv.Atoi(n)
	if !found || err1 != nil || err2 != nil || err3 != nil || from < 0 {
		return core.Invalid("after", "这一页的地址不完整,请从第一页看起。")
	}
	v.After, v.From = &insight.Ranked{Place: insight.Place(p), Household: core.HouseholdID(h)}, from
	return nil
}

// widest is the place somebody's townships make up: one township, one county, or the city.
func widest(towns []core.RegionCode) core.RegionCode {
	switch {
	case len(towns) == 1:
		return towns[0]
	case len(towns) > 1 && !slices.ContainsFunc(towns, func(t core.RegionCode) bool { return t.County() != towns[0].County() }):
		return towns[0].County()
	default:
		return core.DezhouCity
	}
}

// choice is one place to look at instead.
type choice struct {
	Code core.RegionCode
	Name string
	Here bool
}

// around are the place itself, what it lies in, and what lies in it, as far as the officer
// may see.
func (k *Room) around(v view, at desk.At) (up, down []choice) {
	regions := k.d.Registry.Regions()
	for code := v.Place; ; {
		p, known := regions.Place(code)
		if !known {
			break
		}
		up = append([]choice{{p.Code, p.Name, p.Code == v.Place}}, up...)
		if code = p.Parent; code == "" || !k.covers(code, at) {
			break
		}
	}
	for _, p := range regions.Children(v.Place) {
		if k.covers(p.Code, at) {
			down = append(down, choice{Code: p.Code, Name: p.Name})
		}
	}
	return up, down
}

// covers reports whether a place holds a township of the officer's, or lies in one.
func (k *Room) covers(code core.RegionCode, at desk.At) bool {
	if len(code) == 12 {
		return at.Staff.Covers(code.Township())
	}
	return slices.ContainsFunc(k.d.Registry.Regions().Expand(code), at.Staff.Covers)
}
