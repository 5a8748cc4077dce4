package watch

import (
	"errors"
	"testing"
)

// TestWhatFailsRests: what fails for 20 hours of rounds is tried some 300 times and not 36,000,
// told of once, and within minutes of being mended it is done in every round again; what works
// beside it is done all the while.
//
// Controls, named: the next round whatever came before ("tried 36000 times"); a turn for each
// failure ("300 turns").
func TestWhatFailsRests(t *testing.T) {
	t.Parallel()
	r := rests{of: map[string]rest{}}
	bad := errors.New("a row cannot be read")
	tried, beside, turns := 0, 0, []turn{}
	round := func() {
		r.round++
		for what, do := range map[string]func() error{"bad": func() error { tried++; return bad }, "good": func() error { beside++; return nil }} {
			if turn := r.try(what, do); turn != nil {
				turns = append(turns, *turn)
			}
		}
	}
	const hours = 20 * 1800
	for range hours {
		round()
	}
	if tried < 250 || tried > 350 || beside != hours {
		t.Errorf("tried %d times, the other %d times of %d", tried, beside, hours)
	}
	if len(turns) != 1 || turns[0] != (turn{"bad", bad}) {
		t.Errorf("%d turns: %v", len(turns), turns)
	}
	bad, tried = nil, 0
	for range longestRest + 10 {
		round()
	}
	if tried < 10 || len(turns) != 2 || turns[1] != (turn{"bad", nil}) {
		t.Errorf("mended: tried %d times, %d turns: %v", tried, len(turns), turns)
	}
}
