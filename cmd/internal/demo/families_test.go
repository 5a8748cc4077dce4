package demo

import (
	"testing"

	"lianou/core"
)

// The families that are made here have whole numbers, and no two have the same.
//
// Controls: one digit of an identity number changed ("f h: no number"); the card of (g) for (h)
// too ("h a: … is somebody else's").
func TestFamiliesAreWhole(t *testing.T) {
	t.Parallel()
	taken := map[string]bool{}
	for _, f := range append(neighbours(), lonelyOldCouple()) {
		for i, m := range f.Members {
			numbers := []string{m.ID.Reveal()}
			if i == 0 {
				numbers = append(numbers, m.Phone.Reveal(), m.Account.Reveal())
			}
			for _, n := range numbers {
				switch {
				case n == "":
					t.Errorf("%s %s: no number", f.Letter, m.Ref)
				case taken[n]:
					t.Errorf("%s %s: %s is somebody else's", f.Letter, m.Ref, n)
				}
				taken[n] = true
			}
		}
		if told := f.told(core.NewDate(2026, 11, 30)); len(told["members"].([]any)) != len(f.Members) {
			t.Errorf("%s tells of %d members", f.Letter, len(told["members"].([]any)))
		}
	}
}
