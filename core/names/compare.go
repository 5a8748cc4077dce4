package names

import (
	"slices"
	"strings"
)

// Likeness is how two written names are alike, the closest way first.
type Likeness string

// The likenesses.
const (
	Same      Likeness = "same"      // but for spaces and dots
	Variant   Likeness = "variant"   // traditional or variant characters
	Order     Likeness = "order"     // the parts of a long name in another order
	Hidden    Likeness = "hidden"    // a character of one could not be written
	Homophone Likeness = "homophone" // sounds the same without tone
	Heard     Likeness = "heard"     // a long name, one of its syllables heard otherwise
	Short     Likeness = "short"     // one character is missing, the surname perhaps
	Near      Likeness = "near"      // one of three or more characters differs
	Surname   Likeness = "surname"   // the surname and no more
	Apart     Likeness = "apart"
)

// Compare says how alike two names are. An empty name is Apart from all.
func (t *Table) Compare(a, b string) Likeness {
	x, y := t.Fold(a), t.Fold(b)
	switch {
	case x == "" || y == "":
		return Apart
	case strings.ContainsRune(x+y, Unknown):
		return hidden([]rune(x), []rune(y))
	case x == y && bare(a) == bare(b):
		return Same
	case x == y:
		return Variant
	case turned(t.Parts(a), y) || turned(t.Parts(b), x):
		return Order
	}
	s, r := t.Syllables(a), t.Syllables(b)
	if !slices.Contains(s, "") && slices.Equal(s, r) {
		return Homophone
	}
	return t.near([]rune(x), []rune(y))
}

// bare is a name without spaces and dots and otherwise as written.
func bare(name string) string {
	return strings.Map(func(c rune) rune {
		if c == ' ' || c == '\u3000' || strings.ContainsRune(dots, c) {
			return -1
		}
		return c
	}, name)
}

// turned reports whether the parts of one name, in another order, are the other.
func turned(parts []string, other string) bool {
	if len(parts) < 2 {
		return false
	}
	for i := range parts {
		if strings.Join(slices.Concat(parts[i:], parts[:i]), "") == other {
			return true
		}
	}
	return false
}

// hidden compares where characters could not be written: all others must be equal,
// and there must be others than the surname or an equal number of them.
func hidden(x, y []rune) Likeness {
	if len(x) == len(y) {
		shown := 0
		for i := range x {
			switch {
			case x[i] == Unknown || y[i] == Unknown:
			case x[i] != y[i]:
				return Apart
			default:
				shown++
			}
		}
		if shown > 0 {
			return Hidden
		}
	}
	return Apart
}

// near tells one wrong or missing character from another name. With two characters
// a given name of one is a whole name: 王伟 and 王强 are not near. A surname may be
// missing; a wrong one is another family.
func (t *Table) near(x, y []rune) Likeness {
	if len(x) > len(y) {
		x, y = y, x
	}
	surname := x[0] == y[0] || t.reading(x[0]) != "" && t.reading(x[0]) == t.reading(y[0])
	switch {
	case len(y) < 3:
	case len(x) == len(y) && surname && t.wrong(x, y) <= 1:
		if len(x) >= longName {
			return Heard
		}
		return Near
	case len(x)+1 == len(y) && len(x) >= 2 && missing(x, y):
		return Short
	}
	if surname {
		return Surname
	}
	return Apart
}

// wrong counts the characters that neither look nor sound the same.
func (t *Table) wrong(x, y []rune) int {
	n := 0
	for i := range x {
		if x[i] != y[i] && (t.reading(x[i]) == "" || t.reading(x[i]) != t.reading(y[i])) {
			n++
		}
	}
	return n
}

// missing reports whether y is x with one character more.
func missing(x, y []rune) bool {
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	return slices.Equal(x[i:], y[i+1:])
}
