package simulate_test

import (
	"testing"

	"lianou/core/simulate"
)

// TestAFewAreCountedByTheSameRule: what is counted beside a few real households is hidden as the
// simulation hides it (core/discreet): no number of one to four stands there, nor two whose difference
// is one. By a newcomer: one page hid how many change, and the other printed it.
//
// Controls: Touched shown whatever the others are ("4 worse: [900 440 - 300 - -]"); Worse shown
// ("4 worse: [900 - 4 300 - -]"); without what the parts leave of it ("one more than better: [900 61 0 60 - -]").
func TestAFewAreCountedByTheSameRule(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		few  simulate.Few
		want [6]string // households, touched, worse, better, beside, both
	}{
		"all large":            {simulate.Few{Households: 900, Touched: 100, Worse: 30, Better: 60, Beside: 20}, [6]string{"900", "100", "30", "60", "20", "10"}},
		"4 worse":              {simulate.Few{Households: 900, Touched: 440, Worse: 4, Better: 300, Beside: 136}, [6]string{"900", "-", "-", "300", "-", "-"}},
		"one more than better": {simulate.Few{Households: 900, Touched: 61, Worse: 0, Better: 60, Beside: 1}, [6]string{"900", "-", "0", "60", "-", "-"}},
		"nobody":               {simulate.Few{Households: 900}, [6]string{"900", "0", "0", "0", "0", "0"}},
		"all but two":          {simulate.Few{Households: 32, Touched: 30, Worse: 30}, [6]string{"32", "-", "-", "0", "-", "-"}},
		"a few read":           {simulate.Few{Households: 3, Touched: 3, Worse: 3}, [6]string{"-", "-", "-", "-", "-", "-"}},
		"from before":          {simulate.Few{Households: 900, Touched: 100, Worse: 30}, [6]string{"900", "100", "30", "0", "-", "-"}},
	} {
		s := c.few.Shown()
		got := [6]string{s.Households.Or("-"), s.Touched.Or("-"), s.Worse.Or("-"), s.Better.Or("-"), s.Beside.Or("-"), s.Both.Or("-")}
		if got != c.want {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
		if s.Hides != (c.want != [6]string{"900", "100", "30", "60", "20", "10"} && what != "nobody" && what != "from before") {
			t.Errorf("%s: hides %v", what, s.Hides)
		}
	}
}
