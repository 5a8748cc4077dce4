package discreet

import (
	"strconv"

	"lianou/core"
)

// A Count is a number, or that it is not shown. A hidden one does not hold its number.
type Count struct {
	n      int
	hidden bool
}

// Shown is a count that may be shown.
func Shown(n int) Count { return Count{n: n} }

// Hide is a count that may not.
func Hide() Count { return Count{hidden: true} }

// If is a count, hidden or not.
func If(hidden bool, n int) Count {
	if hidden {
		return Hide()
	}
	return Shown(n)
}

// Alone is a count that is part of no sum.
func Alone(n int) Count { return If(small(n), n) }

// Part is a count out of another that is shown beside it: what is left is a count too.
func Part(n int, of Count) Count { return If(of.hidden || small(n) || small(of.n-n), n) }

// Hidden reports whether the number is not shown.
func (c Count) Hidden() bool { return c.hidden }

// N is the number; 0 for a hidden one.
func (c Count) N() int { return c.n }

// Or writes the number, or the word for one that is not shown.
func (c Count) Or(word string) string {
	if c.hidden {
		return word
	}
	return strconv.Itoa(c.n)
}

// MarshalJSON writes null for a hidden one.
func (c Count) MarshalJSON() ([]byte, error) { return []byte(c.Or("null")), nil }

// A Sum is of money, exact or rounded, or not shown.
type Sum struct {
	Fen    core.Fen // a multiple of Unit where that is not 0
	Unit   core.Fen // 0: exact
	Hidden bool
}

// Round makes a sum: rounded to a unit, or exact for 0.
func Round(f, unit core.Fen) Sum {
	if unit == 0 {
		return Sum{Fen: f}
	}
	half := unit / 2
	if f < 0 {
		half = -half
	}
	return Sum{Fen: (f + half) / unit * unit, Unit: unit}
}

// Unit is a unit in which five households more or less make no difference, each of them
// given so much: 10, 20, 50, 100 yuan and so on; 0 where nothing is given.
func Unit(each core.Fen) core.Fen {
	if each == 0 {
		return 0
	}
	for ten := core.Yuan(10); ; ten *= 10 {
		for _, unit := range []core.Fen{ten, 2 * ten, 5 * ten} {
			if unit >= Least*each {
				return unit
			}
		}
	}
}
