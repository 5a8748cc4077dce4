package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"lianou/core"
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

func (r *simulationReport) text() string {
	w, cost := &r.Whole, simulate.CostOf(r.Items, &r.Whole)
	fmt.Fprintf(r, "simulation %d on %s: book %.12s -> %.12s, %d households in %d townships, %d judged, %.1f s\n",
		r.ID, r.On, r.Before, r.After, w.Households, r.Head.Towns, w.Judged, r.took.Seconds())
	fmt.Fprintf(r, "LOSE SOMETHING: %d households (%d lose an item, %d have less money in a year)\n", w.Worse, w.Lost, w.Poorer)
	fmt.Fprintf(r, "COST: %s yuan a month, and %s once; for everybody whom the rules fit by the facts as registered\n", signed(cost.Month()), signed(cost.Once()))
	fmt.Fprintf(r, "gain something: %d households (%d newly due); anything is another for %d\n", w.Better, w.Newly, w.Touched)
	r.items()
	r.places()
	return r.String()
}

func signed(f core.Fen) string {
	if f > 0 {
		return "+" + f.Short()
	}
	return f.Short()
}

func (r *simulationReport) items() {
	fmt.Fprintf(r, "\n%-6s %7s %7s %7s %7s %7s %7s %14s  item\n", "item", "gained", "lost", "more", "less", "unclear", "untold", "yuan a month")
	same := 0
	for i := range r.Items {
		s, it := &r.Whole.Items[i], &r.Items[i]
		if !s.Any() {
			same++
			continue
		}
		c := simulate.CostOfItem(it, s)
		more := ""
		if c.Once() != 0 {
			more = ", once " + signed(c.Once())
		}
		if s.Samples > 0 {
			more += " (sample amounts)"
		}
		fmt.Fprintf(r, "%-6s %7d %7d %7d %7d %7d %7d %14s  %s%s\n", it.Code, s.Gained, s.Lost, s.More, s.Less, s.Opened, s.Untold, signed(c.Month()), it.Name, more)
	}
	if same > 0 {
		fmt.Fprintf(r, "%d more items were looked at and come out the same\n", same)
	}
}

func (r *simulationReport) places() {
	list := slices.DeleteFunc(slices.Clone(r.ByTown), func(t simulate.TownTally) bool { return t.Touched == 0 })
	slices.SortStableFunc(list, func(a, b simulate.TownTally) int {
		return cmp.Or(cmp.Compare(b.Worse, a.Worse), cmp.Compare(b.Touched, a.Touched))
	})
	fmt.Fprintf(r, "\n%-9s %10s %7s %7s %7s %14s  township\n", "township", "households", "worse", "better", "newly", "yuan a month")
	for i, t := range list {
		if i == r.most && r.most > 0 {
			fmt.Fprintf(r, "%d more townships\n", len(list)-i)
			return
		}
		month := "-"
		if t.Touched >= 5 { // fewer could tell who they are (domain.md 7.5)
			month = signed(simulate.CostOf(r.Items, &t.Tally).Month())
		}
		fmt.Fprintf(r, "%-9s %10d %7s %7s %7s %14s  %s\n", t.Region, t.Households, few(t.Worse), few(t.Better), few(t.Newly), month, r.regions.FullName(t.Region))
	}
}

func few(n int) string {
	if n > 0 && n < 5 {
		return "<5"
	}
	return fmt.Sprint(n)
}
