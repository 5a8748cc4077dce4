package ranking

import (
	"testing"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/insight"
)

// TestPartsSumToTheWhole: what each part comes to at most is rounded as the index rounds it,
// so that the parts of any weights that may be proposed sum to 100 points.
// Control: whole tenths cut off in fill ("998 tenths").
func TestPartsSumToTheWhole(t *testing.T) {
	t.Parallel()
	odd, err := hardship.ReadWeights([]byte(`{"A":101,"B":100,"C":99,"D":100,"E":100,"F":95,"G":100}`))
	if err != nil {
		t.Fatal(err)
	}
	page := sensePage{Kept: insight.Kept{Sensing: insight.Sensing{Now: odd, Proposed: &odd, Runs: []insight.Run{{Name: "proposed"}}}}}
	page.fill(0, func(core.RegionCode) string { return "" })
	now, then := 0, 0
	for _, w := range page.Weights {
		now, then = now+w.Now, then+w.Then
	}
	if now != 1000 || then != 1000 {
		t.Errorf("%d tenths in force, %d proposed", now, then)
	}
}

// TestAHiddenTownshipMayLose: that no township loses is said only where all are shown.
//
// Red: Unsaid never set "hidden: false".
func TestAHiddenTownshipMayLose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		before, after int
		hidden        bool
	}{{3, 2, true}, {300, 300, false}} {
		shares := []insight.Share{{Kind: "town", Key: "371426101", Of: 900, Before: c.before, After: c.after}, {Kind: "town", Key: "371426102", Of: 900, Before: 300, After: 301}}
		page := sensePage{Kept: insight.Kept{Sensing: insight.Sensing{Now: hardship.Even, Runs: []insight.Run{{Name: "A+10", Shares: shares}}}}}
		page.fill(0, func(core.RegionCode) string { return "" })
		if page.Unsaid != c.hidden || len(page.Losers) != 0 {
			t.Errorf("hidden: %v, want %v; losers %v", page.Unsaid, c.hidden, page.Losers)
		}
	}
}
