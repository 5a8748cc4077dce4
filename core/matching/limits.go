package matching

import (
	"math"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// A place is one set of parameter values: a group of counties with equal rows and
// an area that may be unknown.
type place struct {
	county core.RegionCode
	area   core.Area // "" for not known

	values []policy.Amount // by ParamID
	has    []bool
	limits []limit // by Test.ID
	prog   program
}

// limit is a test's limit at a place.
type limit struct {
	known  bool // false: the parameter depends on an area that is not known
	fact   bool // compared with another fact instead: see Test.Limit
	low    int64
	high   int64
	factor int64 // of the other fact, in thousandths
	sample bool
	said   string // the limit in Chinese, "" when it is not constant
}

// areas are the three states of knowledge about the area, in the order of
// placeIndex.
var areas = [3]core.Area{"urban", "rural", ""}

// newPlace resolves every parameter and limit of the book at one place.
func newPlace(book *policy.Book, county core.RegionCode, area core.Area) *place {
	p := &place{county: county, area: area}
	for id := range book.Params {
		a, found := book.Amount(policy.ParamID(id), county, area)
		p.values, p.has = append(p.values, a), append(p.has, found)
	}
	for _, t := range book.Tests {
		p.limits = append(p.limits, p.limit(t))
	}
	return p
}

// limit resolves the limit of one test.
func (p *place) limit(t *policy.Test) limit {
	unit := t.Fact.Of().Unit
	if t.Limit == nil {
		return limit{known: true, low: t.Low, high: t.High, said: constantSaid(t, unit)}
	}
	factor, sample := t.Limit.Times*1000, false
	if by := t.Limit.By; by >= 0 {
		if !p.has[by] {
			return limit{}
		}
		factor, sample = t.Limit.Times*p.values[by].Value, p.values[by].Sample
	}
	if t.Limit.Param < 0 {
		return limit{known: true, fact: true, factor: factor, sample: sample}
	}
	if !p.has[t.Limit.Param] {
		return limit{}
	}
	base := p.values[t.Limit.Param]
	sample = sample || base.Sample
	out := limit{known: true, sample: sample}
	out.low, out.high = interval(t.Op, base.Value*factor)
	out.said = string(appendLimit(nil, unit, base.Value*factor/1000, sample))
	return out
}

// interval gives the inclusive bounds of `op limit`, the limit in thousandths, for
// a whole number.
func interval(op policy.Op, thousandths int64) (low, high int64) {
	floor, exact := thousandths/1000, thousandths%1000 == 0
	low, high = math.MinInt64, math.MaxInt64
	switch op {
	case policy.Less:
		if exact {
			floor--
		}
		return low, floor
	case policy.AtMost:
		return low, floor
	case policy.More:
		return floor + 1, high
	case policy.AtLeast:
		if !exact {
			floor++
		}
		return floor, high
	default: // equal
		if !exact {
			return 1, 0
		}
		return floor, floor
	}
}

func constantSaid(t *policy.Test, unit policy.Unit) string {
	switch {
	case unit == policy.UnitBool || unit == policy.UnitEnum:
		return wordsSaid(t)
	case t.Op == policy.Less: // the bounds are inclusive; people say the number in the rule
		return string(appendValue(nil, t.Fact.Of(), t.High+1))
	case t.Op == policy.More:
		return string(appendValue(nil, t.Fact.Of(), t.Low-1))
	case t.Op == policy.AtMost:
		return string(appendValue(nil, t.Fact.Of(), t.High))
	case t.Op != policy.Between: // ranges are of small whole numbers, never of money
		return string(appendValue(nil, t.Fact.Of(), t.Low))
	default:
		buf := appendNumber(nil, policy.UnitCount, t.Low)
		return string(appendValue(append(buf, " 到 "...), t.Fact.Of(), t.High))
	}
}

func wordsSaid(t *policy.Test) string {
	f := t.Fact.Of()
	if f.Unit == policy.UnitBool {
		return policy.Yes
	}
	var said []string
	for i, s := range f.Said {
		if t.Words>>i&1 == 1 {
			said = append(said, s)
		}
	}
	return strings.Join(said, "、")
}
