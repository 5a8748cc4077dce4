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
func Pairs(old, new *Library) []Pair {
	var days []core.Date
	for _, lib := range []*Library{old, new} {
		for _, b := range lib.books {
			days = append(days, b.From)
		}
	}
	slices.Sort(days)
	var out []Pair
	for _, day := range slices.Compact(days) {
		out = append(out, Pair{day, old.orEmpty(day), new.orEmpty(day)})
	}
	return out
}

func (l *Library) orEmpty(day core.Date) *Book {
	if b, err := l.On(day); err == nil {
		return b
	}
	return &Book{}
}

// Counties are those that a row of either Book names; "" stands for all others in places.
func (d *Diff) Counties() []core.RegionCode { return slices.Clone(d.counties) }
