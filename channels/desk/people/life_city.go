package people

import (
	"slices"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/registry"
	"lianou/core/staff"
)

// office is which of the three registers: each tells of what both its ends lie in.
type office string

const (
	ofTown   office = "town"
	ofCounty office = "county"
	ofCity   office = "city" // of two counties
)

func officeOf(at desk.At) office {
	switch {
	case at.Has(staff.Officer, staff.Approver):
		return ofTown
	case at.Has(staff.County):
		return ofCounty
	}
	return ofCity
}

// leadsTo reports whether the event leads to a township that is chosen.
func (page lifePage) leadsTo() bool {
	return slices.Contains([]string{"move_town", "divorce"}, page.Kind.Value)
}

// AsksCounty reports that the county has to be chosen first: nobody chooses among all the
// villages of the city.
func (page lifePage) AsksCounty() bool {
	return page.Office == ofCity && page.leadsTo() && page.County == ""
}

// chooseCounty lays out the townships of the county that was chosen.
func (page *lifePage) chooseCounty(p *Room, chosen string) {
	page.Counties = p.d.Regions.Counties()
	i := slices.IndexFunc(page.Counties, func(c registry.Place) bool { return string(c.Code) == chosen })
	if i < 0 {
		return
	}
	page.County = core.RegionCode(chosen)
	for _, town := range p.d.Regions.Townships(page.County) {
		page.Towns = append(page.Towns, townRow{town, p.d.Regions.Villages(town.Code)})
	}
}
