package bulk

import (
	"strings"
	"sync"

	"lianou/core"
	"lianou/core/registry"
)

// places finds the codes of places by the names that tables give them.
type places struct {
	tree     *registry.Regions
	counties map[string]core.RegionCode
	towns    map[string][]core.RegionCode

	mu    sync.RWMutex
	found map[[3]string]place // what was looked up before
}

// place is what a look-up gave.
type place struct {
	code core.RegionCode
	why  reason
}

// maxFound bounds what is kept of look-ups: twice as many as there are villages.
const maxFound = 20_000

func newPlaces(tree *registry.Regions) *places {
	p := &places{tree: tree, counties: map[string]core.RegionCode{}, towns: map[string][]core.RegionCode{}, found: map[[3]string]place{}}
	for _, c := range tree.Counties() {
		p.counties[c.Name] = c.Code
		for _, t := range tree.Townships(c.Code) {
			p.towns[t.Name] = append(p.towns[t.Name], t.Code)
		}
	}
	return p
}

// byCode takes a code of a township or village.
func (p *places) byCode(s string) place {
	code, err := core.ParseRegion(s)
	if err != nil {
		return place{why: noPlace}
	}
	found, ok := p.tree.Place(code)
	if !ok || found.Level < registry.LevelTownship {
		return place{why: noPlace}
	}
	return place{code: found.Code}
}

// county takes the name or code of a county-level unit.
func (p *places) county(s string) (core.RegionCode, bool) {
	if code, ok := p.counties[s]; ok {
		return code, true
	}
	found, ok := p.tree.Place(core.RegionCode(s))
	return core.RegionCode(s), ok && found.Level == registry.LevelCounty
}

// byName takes what stands under county, township and village. It never guesses
// between two (F51).
func (p *places) byName(county, town, village string) place {
	key := [3]string{county, town, village}
	p.mu.RLock()
	known, ok := p.found[key]
	p.mu.RUnlock()
	if ok {
		return known
	}
	out := p.look(county, town, village)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.found) < maxFound {
		// The cells are parts of whole rows, which must not be kept with them.
		p.found[[3]string{strings.Clone(county), strings.Clone(town), strings.Clone(village)}] = out
	}
	return out
}

func (p *places) look(county, town, village string) place {
	var towns []core.RegionCode
	for _, t := range p.towns[town] {
		if county == "" || p.counties[county] == t.County() {
			towns = append(towns, t)
		}
	}
	if len(towns) == 0 && len(p.towns[town]) > 0 {
		return place{why: noPlace} // of another county
	}
	if len(towns) == 1 && village == "" {
		return place{code: towns[0]}
	}
	var in []core.RegionCode
	for _, t := range towns {
		for _, v := range p.tree.Villages(t) {
			if sameVillage(v.Name, village) {
				in = append(in, v.Code)
			}
		}
	}
	switch {
	case len(in) == 1:
		return place{code: in[0]}
	case len(in) > 1:
		return place{why: manyPlaces}
	}
	// Shorter names, and whole addresses in one cell.
	list := p.tree.Find(county + town + village)
	switch {
	case len(list) == 0, len(list) == 1 && len(list[0]) < 9, village != "" && len(list) == 1 && len(list[0]) < 12:
		return place{why: noPlace}
	case len(list) > 1:
		return place{why: manyPlaces}
	}
	return place{code: list[0]}
}

// sameVillage compares names with and without what kind of place it is.
func sameVillage(name, said string) bool {
	return name == said || strings.TrimSuffix(name, "村") == said || strings.TrimSuffix(name, "社区") == said ||
		strings.TrimSuffix(strings.TrimSuffix(name, "委会"), "居") == said
}
