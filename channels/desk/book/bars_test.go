package book

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/simulate"
)

// TestBarsTellNoHiddenNumber: the rows of a simulation come in the order of what is shown, and
// their bars are as long: two simulations that differ in hidden numbers alone look the same, to
// the order of their rows.
//
// Controls: item giving Worse though it is covered ("MZ-01 150 0; CL-01 8 0; MZ-02 2 0" beside
// "MZ-01 150 0; MZ-02 8 0; CL-01 2 0"); bar that is seen also for nothing ("MZ-02 2 2").
func TestBarsTellNoHiddenNumber(t *testing.T) {
	t.Parallel()
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	look := func(a, b int) string {
		r := simulate.Result{}
		for _, code := range []core.ItemCode{"MZ-01", "MZ-02", "CL-01", "CL-02"} {
			r.Items = append(r.Items, simulate.Item{Code: code, Before: "month", After: "month"})
		}
		towns := regions.Expand(core.DezhouCity)
		for i, lost := range [][4]int{{30, a, b, 0}, {40, 0, 0, 0}, {a, 0, 0, 0}, {b, 0, 0, 0}} {
			one := simulate.TownTally{Region: towns[i*20]}
			one.Households, one.Items = 900, make([]simulate.Shift, 4)
			for j, n := range lost {
				one.Items[j] = simulate.Shift{Lost: n, Before: core.Fen(100 * n), Moved: core.Fen(100 * n), Movers: n}
				one.Worse, one.Touched, one.Lost, one.Poorer = one.Worse+n, one.Touched+n, one.Lost+n, one.Poorer+n
			}
			r.ByTown = append(r.ByTown, one)
			r.Whole.Add(&one.Tally)
		}
		p := simulation{Shown: r.Shown()}
		p.items()
		p.places(New(Deps{Regions: regions}))
		var out []string
		for _, l := range p.Items {
			out = append(out, fmt.Sprint(l.Code, " ", l.WorseBar, " ", l.MoreBar))
		}
		for _, c := range p.Homes {
			for _, l := range append(slices.Clone(c.Towns), c.Line) {
				out = append(out, fmt.Sprint(l.Name, " ", l.Worse, " ", l.WorseBar, " ", l.BetterBar))
			}
		}
		return strings.Join(out, "; ")
	}
	one, two := look(1, 4), look(4, 1)
	if one != two {
		t.Errorf("what is hidden is told:\n%s\n%s", one, two)
	}
	if !strings.HasPrefix(one, "MZ-01 ") || !strings.Contains(one, "MZ-02 0 0") || !strings.Contains(one, unshown+" 0 0") {
		t.Errorf("this sees too little: %s", one)
	}
}
