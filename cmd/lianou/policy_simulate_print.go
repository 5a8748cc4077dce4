package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"lianou/core/discreet"
	"lianou/core/registry"
	"lianou/core/simulate"
)

// simulationReport writes what a simulation came to: first who loses, and what it costs.
type simulationReport struct {
	simulate.Result
	strings.Builder
	regions *registry.Regions
	took    time.Duration
	most    int // townships printed; 0 for all
}

// hidden stands for a number that is not shown (core/discreet).
const hidden = "-"

func (r *simulationReport) text() string {
	s := r.Shown()
	fmt.Fprintf(r, "simulation %d on %s: book %.12s -> %.12s, %s households in %d townships, %.1f s\n",
		r.ID, r.On, r.Before, r.After, s.Households.Or(hidden), r.Head.Towns, r.took.Seconds())
	fmt.Fprintf(r, "LOSE SOMETHING: %s households (%s lose an item, %s have less money in a year)\n", s.Worse.Or(hidden), s.Lost.Or(hidden), s.Poorer.Or(hidden))
	fmt.Fprintf(r, "COST: %s yuan a month, and %s once; for everybody whom the rules fit by the facts as registered\n", signed(s.Month), signed(s.Once))
	fmt.Fprintf(r, "gain something: %s households (%s newly due); anything is another for %s\n", s.Better.Or(hidden), s.Newly.Or(hidden), s.Touched.Or(hidden))
	fmt.Fprintf(r, "of these: %s gain and lose, %s neither (to be asked more, or less, or the same by another way)\n", s.Both.Or(hidden), s.Beside.Or(hidden))
	if s.Hides {
		fmt.Fprintln(r, "- is a number under five, or one that would tell such a number; money is rounded for it")
	}
	r.items(&s)
	r.places(&s)
	return r.String()
}

// signed is a difference, with ~ where it is rounded.
func signed(s discreet.Sum) string {
	switch {
	case s.Hidden:
		return hidden
	case s.Fen == 0 && s.Unit > 0:
		return "<" + s.Unit.Short()
	}
	out := s.Fen.Short()
	if s.Fen > 0 {
		out = "+" + out
	}
	if s.Unit > 0 {
		out = "~" + out
	}
	return out
}

func (r *simulationReport) items(s *simulate.Shown) {
	fmt.Fprintf(r, "\n%-6s %7s %7s %7s %7s %7s %7s %14s  item\n", "item", "gained", "lost", "more", "less", "unclear", "untold", "yuan a month")
	for _, it := range s.Items {
		more := ""
		if it.Once.Fen != 0 || it.Once.Unit > 0 && !it.Once.Hidden {
			more = ", once " + signed(it.Once)
		}
		if it.Samples {
			more += " (sample amounts)"
		}
		fmt.Fprintf(r, "%-6s %7s %7s %7s %7s %7s %7s %14s  %s%s\n", it.Code, it.Gained.Or(hidden), it.Lost.Or(hidden), it.More.Or(hidden), it.Less.Or(hidden),
			it.Opened.Or(hidden), it.Untold.Or(hidden), signed(it.Month), it.Name, more)
	}
	if s.Same > 0 {
		fmt.Fprintf(r, "%d more items were looked at and come out the same\n", s.Same)
	}
}

// places lists townships in the order of what is shown of them.
func (r *simulationReport) places(s *simulate.Shown) {
	var list []simulate.ShownPlace
	for _, county := range s.Counties {
		for i := range county.Towns {
			if county.Towns[i].Any() {
				list = append(list, county.Towns[i])
			}
		}
	}
	slices.SortStableFunc(list, func(a, b simulate.ShownPlace) int {
		return cmp.Or(cmp.Compare(b.Worse.N(), a.Worse.N()), cmp.Compare(b.Better.N(), a.Better.N()))
	})
	fmt.Fprintf(r, "\n%-9s %10s %7s %7s %14s  township\n", "township", "households", "worse", "better", "yuan a month")
	for i := range list {
		t := &list[i]
		if i == r.most && r.most > 0 {
			fmt.Fprintf(r, "%d more townships\n", len(list)-i)
			return
		}
		fmt.Fprintf(r, "%-9s %10s %7s %7s %14s  %s\n", t.Region, t.Households.Or(hidden), t.Worse.Or(hidden), t.Better.Or(hidden), signed(t.Month), r.regions.FullName(t.Region))
	}
}
