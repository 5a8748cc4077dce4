package policy

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Number writes a value as rules do: in the unit, without needless decimals.
func (u Unit) Number(v int64) string {
	n := places(u)
	if n == 0 {
		return strconv.FormatInt(v, 10)
	}
	scale := int64(math.Pow10(n))
	out := strconv.FormatInt(v/scale, 10)
	if rest := v % scale; rest != 0 {
		out += "." + strings.TrimRight(fmt.Sprintf("%0*d", n, rest), "0")
	}
	return out
}

// Condition writes what a test compares, in the words of the rules: for those who
// look after them, not for citizens.
func (b *Book) Condition(t *Test) string {
	fact := t.Fact.Of()
	if fact.Unit == UnitBool {
		return fact.Key
	}
	if fact.Unit == UnitEnum {
		var words []string
		for i, w := range fact.Words {
			if t.Words>>i&1 == 1 {
				words = append(words, w)
			}
		}
		return fact.Key + " in [" + strings.Join(words, ", ") + "]"
	}
	return fact.Key + " " + b.compared(t, fact)
}

func (b *Book) compared(t *Test, fact *Fact) string {
	l := t.Limit
	if l == nil {
		low, high := fact.Unit.Number(t.Low), fact.Unit.Number(t.High)
		switch t.Op {
		case Less:
			return "< " + fact.Unit.Number(t.High+1) + " " + string(fact.Unit)
		case More:
			return "> " + fact.Unit.Number(t.Low-1) + " " + string(fact.Unit)
		case AtMost:
			return "<= " + high + " " + string(fact.Unit)
		case Between:
			return "between " + low + " and " + high + " " + string(fact.Unit)
		}
		return string(t.Op) + " " + low + " " + string(fact.Unit)
	}
	out := string(t.Op) + " "
	if l.Param >= 0 {
		out += b.Params[l.Param].Name
	} else {
		out += l.Fact.Of().Key
	}
	if l.By >= 0 {
		out += " * " + b.Params[l.By].Name
	}
	if l.Times > 1 {
		out += " * " + strconv.FormatInt(l.Times, 10)
	}
	return out
}
