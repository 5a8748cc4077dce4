package matching

import (
	"math/bits"
	"slices"

	"lianou/core/facts"
	"lianou/core/policy"
)

// A Scanner judges many households by one Book, for scans of everybody. What the rules
// make of a household depends on nothing but the answers to their tests, and few sets of
// answers are new: what a member's answers come to in all criteria about members is
// remembered, and what a household's own answers come to beside those. A Scanner is for
// one goroutine; its memory is bounded.
type Scanner struct {
	m      *Matcher
	sieves []*sieve // by place, nil where the Book asks more than a sieve holds

	around map[setting]uint32
	people map[memberAt]met
	known  map[profile]Found
	out    []Outcome
}

// Found is the outcome of every item, as sets of bits: bit i is the i-th item of the Book,
// which has no more than policy.MaxItem.
type Found struct{ Eligible, Open uint64 }

// Bounds of what is remembered; beyond one of them that memory starts anew. A city of two
// million households has some hundred thousand of the last two.
const (
	maxAround = 1 << 16
	maxPeople = 1 << 18
	maxKnown  = 1 << 17
)

// answers are those to up to 64 tests: which are known, and which of them hold.
type answers struct{ known, holds uint64 }

// A setting is what criteria about members ask of their household: the place, the standing
// of its statuses and the answers to the tests that stand in them.
type setting struct {
	home     answers
	standing uint16 // two bits a status
	place    uint16
}

// memberAt is a member by their answers, in a setting by its number.
type memberAt struct {
	answers answers
	setting uint32
}

// met is which quantified criteria hold, bit by bit, and which cannot be told.
type met struct{ yes, open uint64 }

// A profile is all that the items of a Book depend on.
type profile struct {
	home  answers
	met   met
	place uint16
}

// NewScanner makes one. A Book that asks more than 64 tests of a kind, or one that counts
// members beyond the first, is judged without memory.
func (m *Matcher) NewScanner() *Scanner {
	s := &Scanner{m: m, around: map[setting]uint32{}, people: map[memberAt]met{}, known: map[profile]Found{}, out: make([]Outcome, len(m.book.Items))}
	used := usedTests(m.book)
	for _, p := range m.places {
		s.sieves = append(s.sieves, newSieve(m.book, p, used))
	}
	return s
}

// Judge gives what Matcher.Judge gives.
func (s *Scanner) Judge(v *facts.Vector) Found {
	at := s.m.placeAt(v)
	sieve := s.sieves[at]
	if sieve == nil {
		return s.plainly(v)
	}
	home := sieve.home.of(v.Known, v.H[:])
	for i := range sieve.homeToFact {
		sieve.homeToFact[i].answer(&home, v, nil)
	}
	var st [maxStatuses]Outcome
	sieve.prog.standings(v, &st)
	key := profile{home: home, met: s.members(at, sieve, home, v, &st), place: uint16(at)}
	if f, seen := s.known[key]; seen {
		return f
	}
	f := sieve.prog.found(v, &st, key.met)
	if len(s.known) >= maxKnown {
		clear(s.known)
	}
	s.known[key] = f
	return f
}

// members answers every quantified criterion for a household.
func (s *Scanner) members(place int, sieve *sieve, home answers, v *facts.Vector, st *[maxStatuses]Outcome) met {
	c := setting{home: answers{home.known & sieve.inMembers, home.holds & sieve.inMembers}, place: uint16(place)}
	for i, o := range st {
		c.standing |= uint16(o) << (2 * i)
	}
	n, seen := s.around[c]
	if !seen {
		if len(s.around) >= maxAround {
			clear(s.around)
			clear(s.people)
		}
		n = uint32(len(s.around))
		s.around[c] = n
	}
	some, all, noes := met{}, ^uint64(0), uint64(0)
	for i := range v.M {
		m := &v.M[i]
		a := sieve.member.of(uint64(m.Known), m.V[:])
		for k := range sieve.memberToFact {
			sieve.memberToFact[k].answer(&a, v, m)
		}
		key := memberAt{a, n}
		one, seen := s.people[key]
		if !seen {
			one = sieve.prog.member(v, m, st)
			if len(s.people) >= maxPeople {
				clear(s.people)
			}
			s.people[key] = one
		}
		some.yes, some.open = some.yes|one.yes, some.open|one.open
		all, noes = all&one.yes, noes|^(one.yes|one.open)
	}
	every := sieve.prog.forAll
	return met{yes: some.yes&^every | all&every, open: some.open&^some.yes&^every | ^noes&^all&every}
}

// plainly judges without memory.
func (s *Scanner) plainly(v *facts.Vector) (f Found) {
	s.m.Judge(v, s.out)
	for i, o := range s.out {
		switch o {
		case Eligible:
			f.Eligible |= 1 << i
		case Unknown:
			f.Open |= 1 << i
		}
	}
	return f
}

// A sieve answers all tests of a Book at one place at once, fact by fact.
type sieve struct {
	home, member             screen
	homeToFact, memberToFact []factTest
	inMembers                uint64 // the answers of the household that criteria about members ask
	prog                     *program
}

// usedTests lists the tests that some tree of the Book asks.
func usedTests(book *policy.Book) []*policy.Test {
	used := make([]bool, len(book.Tests))
	var walk func(*policy.Node)
	walk = func(n *policy.Node) {
		if n == nil {
			return
		}
		if n.Kind == policy.NodeTest {
			used[n.Test.ID] = true
		}
		for _, kid := range n.Kids {
			walk(kid)
		}
	}
	for i := range book.Statuses {
		walk(book.Statuses[i].When)
	}
	for i := range book.Items {
		walk(book.Items[i].When)
		walk(book.Items[i].Person)
	}
	var list []*policy.Test
	for _, t := range book.Tests {
		if used[t.ID] {
			list = append(list, t)
		}
	}
	return list
}

// newSieve gives nil for a Book that asks too much for 64 answers of either kind, or that
// has criteria about members which bits cannot answer.
func newSieve(book *policy.Book, p *place, used []*policy.Test) *sieve {
	if !p.prog.plain {
		return nil
	}
	s, homeBits, memberBits := &sieve{prog: &p.prog}, 0, 0
	for i := range book.Statuses { // what an authority recognised is asked like a test
		s.home.add(book.Statuses[i].Recognised, homeBits, func(x int64) bool { return x == 1 }, []int64{1, 2})
		homeBits++
	}
	for _, t := range used {
		l := &p.limits[t.ID]
		screen, list, bit := &s.home, &s.homeToFact, &homeBits
		if t.Fact.IsMember() {
			screen, list, bit = &s.member, &s.memberToFact, &memberBits
		}
		switch {
		case !l.known: // unknown for everybody here
			continue
		case l.fact:
			*list = append(*list, factTest{bit: *bit, op: testOp(t, l)})
		default:
			screen.addTest(t, l, *bit)
		}
		*bit++
	}
	if homeBits > 64 || memberBits > 64 {
		return nil
	}
	for rest := p.prog.asked; rest != 0; rest &= rest - 1 {
		s.inMembers |= s.home.tests[bits.TrailingZeros64(rest)]
	}
	for _, t := range s.homeToFact {
		s.inMembers |= 1 << t.bit
	}
	return s
}

// factTest is a test against another fact of the same household.
type factTest struct {
	bit int
	op  op
}

func (t *factTest) answer(a *answers, v *facts.Vector, m *facts.Member) {
	switch compareFact(&t.op, v, m) {
	case Eligible:
		a.known |= 1 << t.bit
		a.holds |= 1 << t.bit
	case NotEligible:
		a.known |= 1 << t.bit
	}
}

// testOp is the step of the compiled program for a test against another fact.
func testOp(t *policy.Test, l *limit) op {
	o := op{kind: opHouseFact, fact: uint8(t.Fact.Index()), low: l.factor, other: uint8(t.Limit.Fact), cmp: uint8(slices.Index(compareOps[:], t.Op))}
	if t.Fact.IsMember() {
		o.kind = opMemberFact
	}
	return o
}

// A screen answers the tests of one kind, the household's or a member's, by the facts
// they ask.
type screen struct {
	asked uint64          // the facts that some test asks
	tests [64]uint64      // by fact: its tests
	steps [64][]int64     // by fact: the values from which on the answers are others, rising
	holds [64][]uint64    // by fact: the tests that hold below the first step, from it on, ...
	built [64][]testValue // while building
}

// testValue is a test of one fact, by its bit.
type testValue struct {
	bit  int
	meet func(int64) bool
}

// addTest adds a test against a constant or a parameter.
func (s *screen) addTest(t *policy.Test, l *limit, bit int) {
	switch t.Fact.Of().Unit {
	case policy.UnitBool, policy.UnitEnum:
		words := t.Words
		s.add(t.Fact, bit, func(x int64) bool { return x >= 0 && words>>uint64(x)&1 == 1 }, upTo(bits.Len64(words)))
	default:
		low, high := l.low, l.high
		steps := []int64{low}
		if high < 1<<62 {
			steps = append(steps, high+1)
		}
		s.add(t.Fact, bit, func(x int64) bool { return x >= low && x <= high }, steps)
	}
}

// upTo lists the values of a fact of words up to the last one that is asked for, and the
// one after it.
func upTo(n int) (list []int64) {
	for i := range n + 1 {
		list = append(list, int64(i))
	}
	return list
}

// add adds a test whose answer changes at some of the steps and nowhere else.
func (s *screen) add(f policy.FactID, bit int, meet func(int64) bool, steps []int64) {
	i := f.Index()
	s.asked |= 1 << i
	if bit < 64 {
		s.tests[i] |= 1 << bit
	}
	s.built[i] = append(s.built[i], testValue{bit, meet})
	s.steps[i] = append(s.steps[i], steps...)
	slices.Sort(s.steps[i])
	s.steps[i] = slices.Compact(s.steps[i])
	s.holds[i] = s.holds[i][:0]
	for k := range len(s.steps[i]) + 1 {
		x := int64(-1 << 62)
		if k > 0 {
			x = s.steps[i][k-1]
		}
		set := uint64(0)
		for _, t := range s.built[i] {
			if t.bit < 64 && t.meet(x) {
				set |= 1 << t.bit
			}
		}
		s.holds[i] = append(s.holds[i], set)
	}
}

// of answers every test by what is known.
func (s *screen) of(known uint64, values []int64) (a answers) {
	for rest := known & s.asked; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		a.known |= s.tests[i]
		steps, x, k := s.steps[i], values[i], 0
		for k < len(steps) && x >= steps[k] {
			k++
		}
		a.holds |= s.holds[i][k]
	}
	return a
}
