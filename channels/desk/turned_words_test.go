package desk

import (
	"testing"

	"lianou/core"
	"lianou/core/registry"
)

// Who came and who left is said by day; whom the register had wrongly left out, or in, when a
// figure was written, without one: nothing happened on it.
//
// Control, seen red: miscounted left out ("back: 11月27日多了李小…").
func TestTurnsInWords(t *testing.T) {
	t.Parallel()
	day, today := core.NewDate(2026, 11, 27), core.NewDate(2026, 11, 30)
	names := map[core.PersonID]string{1: "李小", 2: "李老"}
	for name, c := range map[string]struct {
		turns []registry.Turn
		want  string
	}{
		"came":      {[]registry.Turn{{Person: 1, Day: day, Came: true}, {Person: 2, Day: day, Came: true}}, "11月27日多了李小、李老"},
		"last year": {[]registry.Turn{{Person: 1, Day: day - 365, Came: true}}, "2025年11月27日多了李小"},
		"left":      {[]registry.Turn{{Person: 3, Day: day}}, "11月27日少了 1 人"},
		"back":      {[]registry.Turn{{Person: 1, Day: day, Came: true, Back: true}, {Person: 2, Day: day + 1, Came: true, Back: true}}, "写的时候没算上李小、李老"},
		"both":      {[]registry.Turn{{Person: 3, Day: day, Back: true}, {Person: 2, Day: day, Came: true}}, "写的时候多算了 1 人,11月27日多了李老"},
	} {
		if got := TurnWords(c.turns, names, today); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
