package policy

import (
	"slices"

	"lianou/core"
)

// ParamID names a parameter inside one Book.
type ParamID int

// A Param is a local standard or another number that a rule reads (domain.md 2).
type Param struct {
	Name  string
	Unit  Unit
	Label string
	Rows  []Amount // in force in the Book's period; counties before the general row
}

// An Amount is one row of a Param.
type Amount struct {
	Counties []core.RegionCode // nil for every county
	Area     core.Area         // "" for both
	Value    int64             // in the unit as held: fen, thousandths, hundredths of m2
	Sample   bool              // not the real standard: every screen and letter must say so
	Source   string
}

// Param finds a parameter by its name.
func (b *Book) Param(name string) (ParamID, bool) {
	id, found := b.params[name]
	return id, found
}

// Amount gives a parameter's row for a place. It is false where the row depends
// on an area that is not known, and where there is no row.
func (b *Book) Amount(id ParamID, county core.RegionCode, area core.Area) (Amount, bool) {
	p := &b.Params[id]
	for i := range p.Rows {
		r := &p.Rows[i]
		if r.Counties != nil && !slices.Contains(r.Counties, county) {
			continue
		}
		if r.Area == "" || r.Area == area {
			return *r, true
		}
	}
	return Amount{}, false
}

// RestsOnSample reports whether an amount of the item that a person works out rests on a
// figure that is not the real standard: its ceiling, or a parameter of its formula. Where
// the place's own row is not known, any row that is a sample counts: real money may be
// called a sample, a sample never real money.
func (b *Book) RestsOnSample(it *Item, county core.RegionCode, area core.Area) bool {
	sample := func(id ParamID) bool {
		if row, ok := b.Amount(id, county, area); ok {
			return row.Sample
		}
		return slices.ContainsFunc(b.Params[id].Rows, func(r Amount) bool { return r.Sample })
	}
	if it.Ceiling >= 0 && sample(it.Ceiling) {
		return true
	}
	if it.Benefit.Formula == nil {
		return false
	}
	return slices.ContainsFunc(it.Benefit.Formula.Uses, func(u Use) bool { return u.Param >= 0 && sample(u.Param) })
}
