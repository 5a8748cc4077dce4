package policy

import (
	"slices"

	"lianou/core"
)

// A Pair is two Books that face one another from a day on.
type Pair struct {
	From     core.Date
	Old, New *Book
}

// Pairs faces two libraries on every day on which something begins in either. Where one of
// them has no rules yet, its Book is an empty one.
func Pairs(old, new *Library) (out []Pair) {
	for _, day := range Boundaries(old, new) {
		out = append(out, Pair{day, old.OrEmpty(day), new.OrEmpty(day)})
	}
	return out
}

// Boundaries are the days on which something begins in any of the libraries, in order.
func Boundaries(libs ...*Library) (days []core.Date) {
	for _, lib := range libs {
		for _, b := range lib.books {
			days = append(days, b.From)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// OrEmpty is On with an empty Book for a day before the first.
func (l *Library) OrEmpty(day core.Date) *Book {
	if b, err := l.On(day); err == nil {
		return b
	}
	return &Book{}
}

// Counties are those that a row of either Book names; "" stands for all others in places.
func (d *Diff) Counties() []core.RegionCode { return slices.Clone(d.counties) }
