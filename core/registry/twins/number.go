package twins

import (
	"log/slog"
	"strings"
	"unique"

	"lianou/core"
)

// Number is an identity number as somebody said or wrote it, right or wrong. Like
// core.IDNumber it masks itself and refuses JSON. The zero value is "not known".
type Number struct{ said unique.Handle[string] }

// SaidNumber takes what was said: spaces go, x becomes X, nothing is checked.
func SaidNumber(s string) Number {
	s = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
	if s == "" || len(s) > 24 {
		return Number{}
	}
	return Number{unique.Make(s)}
}

// NumberOf takes a number that is in order.
func NumberOf(id core.IDNumber) Number { return SaidNumber(id.Reveal()) }

// IsZero reports whether no number is known.
func (n Number) IsZero() bool { return n == Number{} }

// String masks the number.
func (n Number) String() string {
	if n.IsZero() {
		return ""
	}
	return "****"
}

// LogValue masks the number in logs.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MarshalJSON always fails, as that of core.IDNumber does.
func (n Number) MarshalJSON() ([]byte, error) { return core.IDNumber{}.MarshalJSON() }

func (n Number) plain() string {
	if n.IsZero() {
		return ""
	}
	return n.said.Value()
}

// NumberLike is how two identity numbers are alike.
type NumberLike string

// The likenesses of numbers.
const (
	NumberNone     NumberLike = "none"     // one of them is not known
	NumberSame     NumberLike = "same"     // the same, one perhaps of fifteen digits
	NumberSlip     NumberLike = "slip"     // one of them is wrong by one digit, or by two neighbours changed
	NumberClose    NumberLike = "close"    // both in order, one digit of place or birth and the check digit differ
	NumberSequence NumberLike = "sequence" // both in order, the same place and day, another sequence: two people
	NumberOther    NumberLike = "other"
)

// CompareNumbers says how alike two numbers are. Nothing in it tells whose they are:
// a number that belongs to somebody else can differ from this one by one digit.
func CompareNumbers(a, b Number, today core.Date) NumberLike {
	x, y := a.plain(), b.plain()
	if x == "" || y == "" {
		return NumberNone
	}
	x, y = widen(x, today), widen(y, today)
	if x == y {
		return NumberSame
	}
	_, errX := core.ParseID(x, today)
	_, errY := core.ParseID(y, today)
	if errX != nil || errY != nil {
		if slip(x, y) || slip(narrow(x), y) || slip(x, narrow(y)) {
			return NumberSlip
		}
		return NumberOther
	}
	switch n := differ(x[:17], y[:17]); {
	case x[:14] == y[:14]:
		return NumberSequence
	case n == 1:
		return NumberClose
	}
	return NumberOther
}

// widen gives the eighteen-digit form of an old number that is in order.
func widen(s string, today core.Date) string {
	if id, err := core.Widen15(s, today); err == nil {
		return id.Reveal()
	}
	return s
}

// narrow gives the fifteen digits of a number of the last century.
func narrow(s string) string {
	if len(s) == 18 && s[6:8] == "19" {
		return s[:6] + s[8:17]
	}
	return s
}

func differ(x, y string) int {
	n := 0
	for i := range len(x) {
		if x[i] != y[i] {
			n++
		}
	}
	return n
}

// slip reports one wrong, missing or added digit, or two neighbours changed.
func slip(x, y string) bool {
	if len(x) > len(y) {
		x, y = y, x
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	switch len(y) - len(x) {
	case 0:
		if i == len(x) || x[i+1:] == y[i+1:] {
			return true
		}
		return i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && x[i+2:] == y[i+2:]
	case 1:
		return x[i:] == y[i+1:]
	}
	return false
}
