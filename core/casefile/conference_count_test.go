package casefile

import (
	"testing"

	"lianou/core"
)

// What is published of conferences shows no count of fewer than five, nor the two from which one
// follows, and no sum from which a household's part could be had.
//
// Control: Shown without Cover: `{Help:1 …}: column 0 shows 1, want x`.
func TestConferencesArePublishedByCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   ConferenceCount
		want [5]string // held, help, not, look, off
	}{
		{ConferenceCount{}, [5]string{"0", "0", "0", "0", "0"}},
		{ConferenceCount{Help: 1}, [5]string{"x", "x", "x", "x", "0"}},
		{ConferenceCount{Help: 9, Not: 8, Off: 4}, [5]string{"17", "9", "8", "0", "x"}},
		{ConferenceCount{Help: 20, Not: 9, Look: 2}, [5]string{"31", "20", "x", "x", "0"}},
	} {
		got := c.in.Shown()
		for i, n := range []string{got.Held.Or("x"), got.Help.Or("x"), got.Not.Or("x"), got.Look.Or("x"), got.Off.Or("x")} {
			if n != c.want[i] {
				t.Errorf("%+v: column %d shows %s, want %s", c.in, i, n, c.want[i])
			}
		}
	}
	of := map[string]core.Fen{"once": core.Yuan(18_300)}
	largest := map[string]core.Fen{"once": core.Yuan(2_000)}
	if got := (ConferenceCount{Help: 9, Sums: of, Largest: largest}).Shown(); got.Once.Hidden || got.Once.Fen != core.Yuan(20_000) || got.Once.Unit < core.Yuan(10_000) {
		t.Errorf("the sum %d is exact", got.Once.Fen)
	}
	if got := (ConferenceCount{Help: 4, Sums: of, Largest: largest}).Shown(); !got.Once.Hidden || got.Once.Fen != 0 {
		t.Error("the sum of four is shown")
	}
}
