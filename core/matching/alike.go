package matching

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"lianou/core/facts"
	"lianou/core/policy"
)

// A Scanner judges many households by one Book, for scans of everybody. What the rules
// make of a household depends on nothing but the answers to their tests, and most
// families answer all of them like thousands of others: each set of answers is judged
// once and remembered. A Scanner is for one goroutine; its memory is bounded.
type Scanner struct {
	m      *Matcher
	sieves []*sieve // by place, nil where the Book asks more than a sieve holds
	known  map[string]Found
	key    []byte
	people []answers
	out    []Outcome
}

// Found is the outcome of every item, as sets of bits: bit i is the i-th item of the Book.
type Found struct{ Eligible, Open uint64 }

// maxKnown bounds how many sets of answers are remembered; beyond it the memory starts
// anew. A city of two million households has some forty thousand.
const maxKnown = 1 << 17

// answers are those to up to 64 tests: which are known, and which of them hold.
type answers struct{ known, holds uint64 }

// NewScanner makes one. A Book of more than 64 items is judged without memory.
func (m *Matcher) NewScanner() *Scanner {
	s := &Scanner{m: m, known: map[string]Found{}, out: make([]Outcome, len(m.book.Items))}
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
	s.ask(at, sieve, v)
	if f, seen := s.known[string(s.key)]; seen {
		return f
	}
	f := s.plainly(v)
	if len(s.known) >= maxKnown {
		clear(s.known)
	}
	s.known[string(s.key)] = f
	return f
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

// ask writes the answers of a household as a key. Members stand in the order of their
// answers: no rule asks who is first.
func (s *Scanner) ask(place int, sieve *sieve, v *facts.Vector) {
	home := sieve.home.of(v.Known, v.H[:])
	for i := range sieve.homeToFact {
		sieve.homeToFact[i].answer(&home, v, nil)
	}
	s.people = s.people[:0]
	for i := range v.M {
		m := &v.M[i]
		a := sieve.member.of(uint64(m.Known), m.V[:])
		for k := range sieve.memberToFact {
			sieve.memberToFact[k].answer(&a, v, m)
		}
		at := len(s.people)
		s.people = append(s.people, a)
		for at > 0 && less(a, s.people[at-1]) {
			s.people[at] = s.people[at-1]
			at--
		}
		s.people[at] = a
	}
	key := append(s.key[:0], byte(place), byte(place>>8))
	key = binary.LittleEndian.AppendUint64(key, home.known)
	key = binary.LittleEndian.AppendUint64(key, home.holds)
	for _, a := range s.people {
		key = binary.LittleEndian.AppendUint64(key, a.known)
		key = binary.LittleEndian.AppendUint64(key, a.holds)
	}
	s.key = key
}

func less(a, b answers) bool {
	return a.holds < b.holds || a.holds == b.holds && a.known < b.known
}

// A sieve answers all tests of a Book at one place at once, fact by fact.
type sieve struct {
	home, member             screen
	homeToFact, memberToFact []factTest
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

// newSieve gives nil for a Book that asks too much for 64 answers of either kind.
func newSieve(book *policy.Book, p *place, used []*policy.Test) *sieve {
	if len(book.Items) > 64 {
		return nil
	}
	s, homeBits, memberBits := &sieve{}, 0, 0
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
