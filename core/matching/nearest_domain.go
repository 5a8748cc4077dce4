package matching

import (
	"math"
	"math/bits"
	"slices"

	"lianou/core/facts"
	"lianou/core/policy"
)

// slot is a fact of a member, or of the household.
type slot struct {
	fact   policy.FactID
	member int // house for the household's
}

// domain is what a fact may be: a set of words for yes or no and for words, else a range.
type domain struct {
	words     uint64
	low, high int64
}

// narrowed is a fact of which not every value does any more, and the condition that
// last said so.
type narrowed struct {
	slot
	dom    domain
	test   *policy.Test // nil for a status or the area
	want   bool         // what test is to come out as
	status int          // of a status: its number
	leaves int
}

// wordy reports whether a fact has words rather than a number.
func wordy(f policy.FactID) bool {
	u := f.Of().Unit
	return u == policy.UnitBool || u == policy.UnitEnum
}

// highest bounds what numbers a person or a home can have.
func highest(f policy.FactID) int64 {
	switch f {
	case policy.Age:
		return 120
	case policy.DisabilityGrade:
		return 4
	case policy.ADLFailed:
		return 6
	case policy.ShockDays:
		return policy.NoShock
	}
	return 1_000_000_000_00
}

// whole is every value of a fact.
func whole(f policy.FactID) domain {
	switch u := f.Of(); u.Unit {
	case policy.UnitBool:
		return domain{words: 3}
	case policy.UnitEnum:
		return domain{words: 1<<len(u.Words) - 1}
	}
	return domain{high: highest(f)}
}

func (d domain) meet(e domain) domain {
	return domain{d.words & e.words, max(d.low, e.low), min(d.high, e.high)}
}

func (d domain) has(f policy.FactID, x int64) bool {
	if wordy(f) {
		return d.words>>uint64(x)&1 == 1
	}
	return d.low <= x && x <= d.high
}

func (d domain) empty(f policy.FactID) bool {
	if wordy(f) {
		return d.words == 0
	}
	return d.low > d.high
}

// nearest is the value of the domain next to x; where nothing is known, one that does.
func (d domain) nearest(f policy.FactID, x int64, known bool) int64 {
	switch {
	case known && d.has(f, x):
		return x
	case wordy(f):
		return int64(bits.TrailingZeros64(d.words))
	case !known && d.low > 0:
		return d.low
	case !known:
		return min(d.high, highest(f))
	}
	return min(max(x, d.low), d.high)
}

// read gives a fact of a vector.
func read(v *facts.Vector, at slot) (int64, bool) {
	if at.fact.IsMember() {
		m := &v.M[at.member]
		return m.V[at.fact.Index()], m.Known>>at.fact.Index()&1 != 0
	}
	return v.H[at.fact], v.Known>>at.fact&1 != 0
}

// write sets a fact of a vector, or forgets it.
func write(v *facts.Vector, at slot, x int64, known bool) {
	switch {
	case at.fact.IsMember() && known:
		v.M[at.member].Set(at.fact, x)
	case at.fact.IsMember():
		v.M[at.member].Known &^= 1 << at.fact.Index()
	case known:
		v.Set(at.fact, x)
	default:
		v.Known &^= 1 << at.fact
	}
}

// put narrows one fact; false when nothing is left of it. as says which condition did.
func (s *seeker) put(list []narrowed, at slot, d domain, as narrowed) ([]narrowed, bool) {
	if wordy(at.fact) {
		d.high = math.MaxInt64
	} else {
		d.words = math.MaxUint64
	}
	as.slot, as.dom = at, whole(at.fact).meet(d)
	i := slices.IndexFunc(list, func(n narrowed) bool { return n.slot == at })
	if i >= 0 {
		as.dom = as.dom.meet(list[i].dom)
	}
	if as.dom.empty(at.fact) {
		return nil, false
	}
	x, known := read(&s.base, at)
	value := func(d domain) int64 { return d.nearest(at.fact, x, known) }
	if i < 0 {
		return append(slices.Clip(list), as), true
	}
	list = slices.Clone(list)
	before := list[i]
	list[i] = as
	switch { // the condition that moves the value is the one to tell of
	case value(before.dom) == value(as.dom):
		list[i] = before
		list[i].dom = as.dom
	case before.leaves > 0 && value(before.dom) != x:
		list[i].leaves = before.leaves
	}
	return list, true
}

// narrow gives every way to make a test come out as the goal wants.
func (s *seeker) narrow(list []narrowed, t *policy.Test, g goal) [][]narrowed {
	l := &s.place.limits[t.ID]
	member := g.member
	if !t.Fact.IsMember() {
		member = house
	}
	at := slot{t.Fact, member}
	if !l.known || t.Fact == policy.Area { // another area is a search of its own
		return nil
	}
	as := narrowed{test: t, want: g.want, leaves: g.leaves}
	if l.fact {
		return s.narrowCompared(list, at, g, as)
	}
	var ways []domain
	switch {
	case wordy(t.Fact):
		words := t.Words
		if !g.want {
			words = ^words
		}
		ways = append(ways, domain{words: words})
	case g.want:
		ways = append(ways, domain{low: l.low, high: l.high})
	default: // below or above
		if l.low > math.MinInt64 {
			ways = append(ways, domain{low: math.MinInt64, high: l.low - 1})
		}
		if l.high < math.MaxInt64 {
			ways = append(ways, domain{low: l.high + 1, high: math.MaxInt64})
		}
	}
	var out [][]narrowed
	for _, d := range ways {
		if next, ok := s.put(list, at, d, as); ok {
			out = append(out, next)
		}
	}
	return out
}

// wanted is the comparison that has to hold for a test to come out as wanted; "" where
// that is no single one.
func wanted(op policy.Op, want bool) policy.Op {
	if want {
		return op
	}
	return map[policy.Op]policy.Op{policy.Less: policy.AtLeast, policy.AtMost: policy.More, policy.More: policy.AtMost, policy.AtLeast: policy.Less}[op]
}

// narrowCompared moves one of two facts that are compared; the other stays as it is.
func (s *seeker) narrowCompared(list []narrowed, at slot, g goal, as narrowed) [][]narrowed {
	t := as.test
	factor := s.place.limits[t.ID].factor
	other := slot{t.Limit.Fact, house}
	if t.Limit.Fact.IsMember() {
		other.member = g.member
	}
	op := wanted(t.Op, g.want)
	x, knownX := read(&s.base, at)
	base, knownBase := read(&s.base, other)
	var out [][]narrowed
	try := func(stays, moves slot, value int64, d domain) {
		if next, ok := s.put(list, stays, domain{low: value, high: value}, narrowed{test: t, want: as.want}); ok {
			if next, ok = s.put(next, moves, d, as); ok {
				out = append(out, next)
			}
		}
	}
	if knownBase && op != "" {
		low, high := interval(op, base*factor)
		try(other, at, base, domain{low: low, high: high})
	}
	if knownX && op != "" && factor > 0 {
		low, high := baseFor(op, x*1000, factor)
		try(at, other, x, domain{low: low, high: high})
	}
	if !knownBase && op != "" { // it has to be asked, and even the easiest answer may not do
		easiest := int64(0)
		if op == policy.Less || op == policy.AtMost {
			easiest = highest(other.fact)
		}
		low, high := interval(op, easiest*factor)
		try(other, at, easiest, domain{low: low, high: high})
	}
	return out
}

// baseFor gives the whole numbers b for which `thousandths op b*factor` holds.
func baseFor(op policy.Op, thousandths, factor int64) (low, high int64) {
	floor, exact := thousandths/factor, thousandths%factor == 0
	low, high = 0, math.MaxInt64
	switch {
	case op == policy.More && exact: // b*factor < x
		return low, floor - 1
	case op == policy.More, op == policy.AtLeast:
		return low, floor
	case op == policy.Less: // b*factor > x
		return floor + 1, high
	case op == policy.AtMost && !exact:
		return floor + 1, high
	case op == policy.AtMost:
		return floor, high
	case exact:
		return floor, floor
	}
	return 1, 0
}

// holds reports whether a goal is met with the facts as they would be.
func (s *seeker) holds(list []narrowed, g goal) bool {
	for _, n := range list {
		x, known := read(&s.base, n.slot)
		write(&s.v, n.slot, n.dom.nearest(n.fact, x, known), true)
	}
	want := NotEligible
	if g.want {
		want = Eligible
	}
	got := s.eval(g.node, g.member)
	for _, n := range list {
		x, known := read(&s.base, n.slot)
		if n.fact != policy.Area {
			write(&s.v, n.slot, x, known)
		}
	}
	return got == want
}

// eval judges a tree over the facts as they would be, without memory.
func (s *seeker) eval(n *policy.Node, member int) Outcome {
	switch n.Kind {
	case policy.NodeTest:
		return judge(n.Test, &s.place.limits[n.Test.ID], &s.v, member)
	case policy.NodeNot:
		return s.eval(n.Kids[0], member).not()
	case policy.NodeStatus:
		st := &s.m.book.Statuses[n.Status]
		out := Unknown
		if x, known := read(&s.v, slot{st.Recognised, house}); known {
			out = Outcome(x)
		}
		if out == Eligible || st.When == nil {
			return out
		}
		return out.or(s.eval(st.When, house))
	case policy.NodeAll:
		out := Eligible
		for _, k := range n.Kids {
			if out = out.and(s.eval(k, member)); out == NotEligible {
				break
			}
		}
		return out
	case policy.NodeAny:
		out := NotEligible
		for _, k := range n.Kids {
			if out = out.or(s.eval(k, member)); out == Eligible {
				break
			}
		}
		return out
	}
	met, open := 0, 0
	for i := range s.v.M {
		switch s.eval(n.Kids[0], i) {
		case Eligible:
			met++
		case Unknown:
			open++
		}
	}
	return quantified(n, len(s.v.M), met, open)
}
