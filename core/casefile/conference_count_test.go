package casefile

import (
	"testing"

	"lianou/core"
)

// What is published of conferences shows no count of fewer than five, nor the two from which one
// follows, and no sum from which a household's part could be had.
//
// Control: Shown without Cover: `{Help:1 …}: column 0 shows 1, want x`; sums hidden with
// Help alone: `the sum of four of thirteen is shown`.
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
	nine, four := Resolvable{9, core.Yuan(18_300), core.Yuan(2_000)}, Resolvable{4, core.Yuan(8_000), core.Yuan(2_000)}
	if got := (ConferenceCount{Help: 9, Given: map[string]Resolvable{"once": nine}}).Shown(); got.Once.Hidden || got.Once.Fen != core.Yuan(20_000) || got.Once.Unit < core.Yuan(10_000) {
		t.Errorf("the sum %d is exact", got.Once.Fen)
	}
	if got := (ConferenceCount{Help: 4, Given: map[string]Resolvable{"once": four}}).Shown(); !got.Once.Hidden || got.Once.Fen != 0 {
		t.Error("the sum of four is shown")
	}
	if got := (ConferenceCount{Help: 13, Given: map[string]Resolvable{"once": four, "month": nine}}).Shown(); !got.Once.Hidden || got.Once.Fen != 0 || got.Help.Or("x") != "13" {
		t.Error("the sum of four of thirteen is shown")
	}
	if got := (ConferenceCount{Help: 18, Given: map[string]Resolvable{"once": nine, "often": nine}}).Shown(); got.Once.Fen != core.Yuan(20_000) || got.Often.Or("x") != "9" {
		t.Error("a year's money is in what is given once")
	}
}
