package policy

import (
	"slices"

	"lianou/core"
)

// places is the number of decimals a unit is held with.
func places(u Unit) int {
	switch u {
	case UnitFen, UnitM2:
		return 2
	case UnitRatio:
		return 3
	default:
		return 0
	}
}

func (b *builder) addParams(f file) {
	for _, p := range f.doc.Parameters {
		a := at{f.name, p.Name, ""}
		if _, twice := b.paramIDs[p.Name]; twice || p.Name == "" {
			b.problem(a, "the parameter has no name, or one that is used twice")
			continue
		}
		switch p.Unit {
		case UnitFen, UnitCount, UnitYears, UnitMonths, UnitDays, UnitM2, UnitRatio:
		default:
			b.problem(a, "unknown unit %q", p.Unit)
		}
		if p.Label == "" || len(p.Rows) == 0 {
			b.problem(a, "a parameter needs a label and at least one row")
		}
		for i := range p.Rows {
			b.checkRow(a.in(index("rows", i)), &p, i)
		}
		b.paramIDs[p.Name] = ParamID(len(b.params))
		b.params = append(b.params, p)
	}
}

func (b *builder) checkRow(a at, p *srcParam, i int) {
	r := &p.Rows[i]
	if _, err := r.Value.scaled(places(p.Unit)); err != nil {
		b.problem(a, "value: %v", err)
	}
	if r.Source == "" {
		b.problem(a, "an amount needs its source")
	}
	if r.From.IsZero() || (!r.Until.IsZero() && r.Until.Date <= r.From.Date) {
		b.problem(a, "an amount needs the day it begins, and must not end before it")
	}
	if r.Area != "" && r.Area != "urban" && r.Area != "rural" {
		b.problem(a, "unknown area %q", r.Area)
	}
	for _, c := range r.Counties {
		if code, err := core.ParseRegion(string(c)); err != nil || len(code) != 6 {
			b.problem(a, "unknown county %q", c)
		}
	}
	for j := range i {
		if o := &p.Rows[j]; o.Area == r.Area && slices.Equal(o.Counties, r.Counties) && overlap(o, r) {
			b.problem(a, "two rows for the same place and day")
		}
	}
}

func overlap(x, y *srcRow) bool {
	endsBefore := func(p, q *srcRow) bool { return !p.Until.IsZero() && p.Until.Date <= q.From.Date }
	return !endsBefore(x, y) && !endsBefore(y, x)
}

// paramOn keeps the rows in force on a day, special before general so that the
// first that fits is the one meant.
func (b *builder) paramOn(p *srcParam, on core.Date) Param {
	out := Param{Name: p.Name, Unit: p.Unit, Label: p.Label}
	for _, r := range p.Rows {
		if r.From.Date > on || (!r.Until.IsZero() && r.Until.Date <= on) {
			continue
		}
		v, err := r.Value.scaled(places(p.Unit))
		if err != nil {
			continue // reported by checkRow
		}
		out.Rows = append(out.Rows, Amount{Counties: r.Counties, Area: r.Area, Value: v, Sample: r.Sample, Source: r.Source})
	}
	slices.SortStableFunc(out.Rows, func(x, y Amount) int { return special(y) - special(x) })
	return out
}

func special(a Amount) int {
	n := 0
	if a.Counties != nil {
		n += 2
	}
	if a.Area != "" {
		n++
	}
	return n
}
