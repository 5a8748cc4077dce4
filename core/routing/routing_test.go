package routing_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/routing"
)

// Whatever the order of cases and whoever is left out of single ones, people who
// are never left out stay within one case of each other.
func TestLoadStaysEven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "people")
		ids := make([]core.StaffID, n)
		load := map[core.StaffID]int{}
		for i := range ids {
			ids[i] = core.StaffID(i + 1)
		}
		for range rapid.IntRange(0, 200).Draw(t, "cases") {
			id := routing.Least(ids, load, map[core.StaffID]bool{0: true})
			load[id]++
			loads := make([]int, 0, n)
			for _, id := range ids {
				loads = append(loads, load[id])
			}
			if slices.Max(loads)-slices.Min(loads) > 1 {
				t.Fatalf("loads %v", loads)
			}
		}
	})
}

func TestLeastLeavesOut(t *testing.T) {
	t.Parallel()
	ids := []core.StaffID{3, 5, 7}
	for name, c := range map[string]struct {
		load map[core.StaffID]int
		out  map[core.StaffID]bool
		want core.StaffID
	}{
		"lowest":       {map[core.StaffID]int{3: 2, 5: 1, 7: 2}, nil, 5},
		"tie to first": {map[core.StaffID]int{3: 1, 5: 1, 7: 1}, nil, 3},
		"kin":          {map[core.StaffID]int{3: 2, 5: 1, 7: 3}, map[core.StaffID]bool{5: true}, 3},
		"nobody left":  {nil, map[core.StaffID]bool{3: true, 5: true, 7: true}, 0},
	} {
		if got := routing.Least(ids, c.load, c.out); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestSortingDesk(t *testing.T) {
	t.Parallel()
	for region, want := range map[core.RegionCode]bool{"371426000": true, "371400000": true, "371426103": false, "371426": false, "": false} {
		if got := routing.Sorting(region); got != want {
			t.Errorf("%q: %v", region, got)
		}
	}
}
