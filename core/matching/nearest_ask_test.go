package matching

import (
	"slices"
	"testing"
)

// A line that hangs on a fact nobody knows is asked for by that fact's own name, and how far
// it is off is not told.
//
// Control: narrowCompared with narrowed{} for the fact that stays, which is told as the first
// status; gapText without a look at the line ("正好在线上").
func TestNearestAsksForTheLine(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "poor", set{"income_12m": nil, "houses": 3})
	r := m.Explain(&h)
	got := m.Nearest(&h, &r, Wish{Item: "MZ-04"})
	i := slices.IndexFunc(got.Steps, func(s Step) bool { return s.Key == "income_12m" })
	if i < 0 || got.Steps[i].Code != "burden_heavy" || got.Steps[i].Can != Ask {
		t.Fatalf("%+v", got.Steps)
	}
	want := "差 3 样。还不知道全家一年收入。先问清这一样再看。家里有 3 处房,超过 1 处。有变化就再算一次。还不知道一年必须花的大钱和全家收入。情况有变化,随时再来说。"
	if got.Text != want {
		t.Error(got.Text)
	}
	for _, s := range got.Steps {
		if s.Key == "rigid_12m" && (s.Limit != "" || s.Gap != "") {
			t.Errorf("a line that nobody knows is %q, and %q off", s.Limit, s.Gap)
		}
	}
}
