package rulebook

import (
	"slices"

	"lianou/core"
	"lianou/core/policy"
)

// Standing says what a standard is on a day at the counties and in the area of an Amount that
// somebody is about to set, a line for each value it has there; no county is all of them, no
// area both. A standard that is not there, or has no value by then, has no line. Errors:
// KindNotFound for a day before the first Book.
func (r *Reading) Standing(a Amount, on core.Date) ([]string, error) {
	book, err := r.lib.On(on)
	if err != nil {
		return nil, err
	}
	id, found := book.Param(a.Param)
	if !found {
		return nil, nil
	}
	counties := append([]core.RegionCode{""}, rowCounties(&book.Params[id])...)
	all := len(counties) - 1
	if len(a.Counties) > 0 {
		counties, all = a.Counties, -1
	}
	areas := []core.Area{a.Area}
	if a.Area == "" {
		areas = []core.Area{"urban", "rural"}
	}
	var values []string
	at := map[string][]policy.Place{}
	for _, county := range counties {
		for _, area := range areas {
			row, has := book.Amount(id, county, area)
			if !has {
				continue
			}
			value := amountOf(book, a.Param, row, has)
			if at[value] == nil {
				values = append(values, value)
			}
			at[value] = append(at[value], policy.Place{County: county, Area: area})
		}
	}
	t := teller{names: r.names}
	var out []string
	for _, value := range values {
		out = append(out, t.where(at[value], all)+" "+value)
	}
	return out, nil
}

// rowCounties are the counties that a row of a parameter names.
func rowCounties(p *policy.Param) (out []core.RegionCode) {
	for _, r := range p.Rows {
		out = append(out, r.Counties...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
