package matching

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// maxStatuses bounds the statuses of a Book, so that their standing fits on the
// stack.
const maxStatuses = 8

// A Matcher is a Book compiled for judging. It may be shared by any number of
// goroutines: nothing in it changes but a pool of scratch memory and what is known of the refs
// that members go by.
type Matcher struct {
	book   *policy.Book
	places []*place // groups of counties times the three states of the area
	group  [100]uint8

	samePath []policy.FactID // by fact: the first one that the same answer settles
	other    []policy.FactID // by Test.ID: the fact in its limit, or noFact
	rules    []ruleAt
	shared   []bool   // by item: a rule acts on it member by member
	grants   []int    // by status: the place of the item that grants it, -1 for none
	version  int      // of its traces: how it judges (version.go)
	house    *grounds // of the household
	cast     *cast    // of the members
	firsts   map[core.ItemCode]*Reason
	scratch  sync.Pool // of *explainer
}

// noFact is no fact of the vocabulary.
const noFact = policy.FactID(0xff)

// ruleAt is a rule of the Book with the places of its items.
type ruleAt struct {
	*policy.Rule
	a, b int
}

// Compile prepares a Book.
func Compile(book *policy.Book) (*Matcher, error) {
	if len(book.Statuses) > maxStatuses {
		return nil, fmt.Errorf("compile book %.12s: more than %d statuses", book.Digest, maxStatuses)
	}
	m := &Matcher{book: book, version: TraceVersion, grants: grantsOf(book)}
	groups := map[string]uint8{}
	for n := range m.group {
		county := core.RegionCode(fmt.Sprintf("3714%02d", n))
		key := placeKey(book, county)
		id, seen := groups[key]
		if !seen {
			id = uint8(len(groups))
			groups[key] = id
			for _, area := range areas {
				p := newPlace(book, county, area)
				c := compiler{book: book, place: p}
				c.compile()
				m.places = append(m.places, p)
			}
		}
		m.group[n] = id
	}
	m.index()
	return m, nil
}

// index prepares what explaining looks up.
func (m *Matcher) index() {
	for _, t := range m.book.Tests {
		other := noFact
		if t.Limit != nil && t.Limit.Param < 0 {
			other = t.Limit.Fact
		}
		m.other = append(m.other, other)
	}
	m.samePath = make([]policy.FactID, factSlots)
	first := map[string]policy.FactID{}
	for _, f := range policy.Facts() {
		key := fmt.Sprint(f.ID.IsMember(), f.Path)
		if _, seen := first[key]; !seen {
			first[key] = f.ID
		}
		m.samePath[f.ID] = first[key]
	}
	place := map[core.ItemCode]int{}
	for i := range m.book.Items {
		place[m.book.Items[i].Code] = i
	}
	m.shared = make([]bool, len(m.book.Items))
	for i := range m.book.Rules {
		r := &m.book.Rules[i]
		m.rules = append(m.rules, ruleAt{r, place[r.A], place[r.B]})
		m.shared[place[r.A]] = m.shared[place[r.A]] || r.Person
		m.shared[place[r.B]] = m.shared[place[r.B]] || r.Person
	}
	m.firsts = firstsOf(m.book)
	m.house, m.cast = m.newGrounds("", ""), &cast{known: map[core.MemberRef]*grounds{}}
}

// Book gives the Book that was compiled.
func (m *Matcher) Book() *policy.Book { return m.book }

// placeKey is equal for counties in which every parameter has the same rows.
func placeKey(book *policy.Book, county core.RegionCode) string {
	var b strings.Builder
	for id := range book.Params {
		for _, area := range areas {
			a, found := book.Amount(policy.ParamID(id), county, area)
			fmt.Fprintf(&b, "%v %d %v;", found, a.Value, a.Sample)
		}
	}
	return b.String()
}

// placeOf finds the program for a household without looking into a map. A county
// outside the city has the general rows, as an unlisted one has.
func (m *Matcher) placeOf(v *facts.Vector) *place { return m.places[m.placeAt(v)] }

// placeAt is placeOf's number.
func (m *Matcher) placeAt(v *facts.Vector) int {
	g := uint8(0)
	if c := v.County; len(c) == 6 && c[:4] == "3714" {
		if n := int(c[4]-'0')*10 + int(c[5]-'0'); n >= 0 && n < len(m.group) {
			g = m.group[n]
		}
	}
	area := 2
	if v.Known>>policy.Area&1 != 0 {
		area = int(v.H[policy.Area])
	}
	return int(g)*len(areas) + area
}

// Judge writes the outcome of every item, in the Book's order, to out, which holds
// at least as many. It allocates nothing.
func (m *Matcher) Judge(v *facts.Vector, out []Outcome) {
	p := &m.placeOf(v).prog
	var st [maxStatuses]Outcome
	p.standings(v, &st)
	out = out[:len(p.items)]
	for i := range p.items {
		it := &p.items[i]
		o := p.run(it.when, v, nil, &st)
		if o != NotEligible && it.person >= 0 {
			o = o.and(p.run(it.person, v, nil, &st))
		}
		out[i] = o
	}
}

// standings decides the statuses: recognised, or else computed.
func (p *program) standings(v *facts.Vector, st *[maxStatuses]Outcome) {
	for i := range p.statuses {
		s := &p.statuses[i]
		o := Unknown
		if v.Known>>s.recognised&1 != 0 {
			o = Outcome(v.H[s.recognised])
		}
		if o != Eligible {
			o = o.or(p.run(s.computed, v, nil, st))
		}
		st[i] = o
	}
}

// compiler writes one place's program.
type compiler struct {
	book  *policy.Book
	place *place
	ops   []op
}

func (c *compiler) compile() {
	yes, no, open := terminal(Eligible), terminal(NotEligible), terminal(Unknown)
	p := &c.place.prog
	for i := range c.book.Statuses {
		s := &c.book.Statuses[i]
		e := statusEntry{recognised: s.Recognised, computed: no}
		if s.When != nil {
			e.computed = c.node(s.When, [3]int32{no, yes, open})
		}
		p.statuses = append(p.statuses, e)
	}
	for i := range c.book.Items {
		it := &c.book.Items[i]
		e := itemEntry{when: yes, person: yes}
		if it.When != nil {
			e.when = c.node(it.When, [3]int32{no, yes, open})
		}
		if it.Person != nil {
			some := &policy.Node{Kind: policy.NodeAnyMember, N: 1, Kids: []*policy.Node{it.Person}}
			e.person = c.node(some, [3]int32{no, yes, open})
		}
		p.items = append(p.items, e)
	}
	p.ops = c.ops
	p.number()
}

// node writes a tree that continues at next[outcome] and gives its entry. Steps
// are written back to front, so that every target exists already.
func (c *compiler) node(n *policy.Node, next [3]int32) int32 {
	switch n.Kind {
	case policy.NodeAll:
		return c.chain(n.Kids, next, NotEligible)
	case policy.NodeAny:
		return c.chain(n.Kids, next, Eligible)
	case policy.NodeNot:
		next[NotEligible], next[Eligible] = next[Eligible], next[NotEligible]
		return c.node(n.Kids[0], next)
	case policy.NodeTest:
		return c.emit(c.test(n.Test), next)
	case policy.NodeStatus:
		return c.emit(op{kind: opStatus, fact: uint8(n.Status)}, next)
	default:
		sub := c.node(n.Kids[0], [3]int32{terminal(NotEligible), terminal(Eligible), terminal(Unknown)})
		if n.Kind == policy.NodeAllMembers {
			return c.emit(op{kind: opEvery, sub: sub}, next)
		}
		return c.emit(op{kind: opCount, n: int32(n.N), sub: sub}, next)
	}
}

// chain writes a conjunction (stop = NotEligible) or disjunction (stop = Eligible):
// one run of steps for "nothing unknown yet" and one for "something was unknown".
func (c *compiler) chain(kids []*policy.Node, next [3]int32, stop Outcome) int32 {
	clean, dirty := next[stop.not()], next[Unknown]
	for i, kid := range slices.Backward(kids) {
		after := clean
		mixed := dirty
		clean = c.node(kid, targets(stop, next[stop], after, mixed))
		if i > 0 {
			dirty = c.node(kid, targets(stop, next[stop], mixed, mixed))
		}
	}
	return clean
}

// targets orders the steps after one kid: where to stop, where to go on, and where
// to go on once something was unknown.
func targets(stop Outcome, stopAt, goOn, unknown int32) [3]int32 {
	var t [3]int32
	t[stop], t[stop.not()], t[Unknown] = stopAt, goOn, unknown
	return t
}

func (c *compiler) emit(o op, next [3]int32) int32 {
	o.next = next
	for i := range c.ops { // equal steps are written once: the programs stay small
		if c.ops[i] == o {
			return int32(i)
		}
	}
	c.ops = append(c.ops, o)
	return int32(len(c.ops) - 1)
}

func (c *compiler) test(t *policy.Test) op {
	l := &c.place.limits[t.ID]
	unit := t.Fact.Of().Unit
	o := op{fact: uint8(t.Fact.Index())}
	member := t.Fact.IsMember()
	switch {
	case !l.known:
		return op{kind: opUnknown}
	case l.fact:
		o.kind, o.low, o.other = opHouseFact, l.factor, uint8(t.Limit.Fact)
		o.cmp = uint8(slices.Index(compareOps[:], t.Op))
		if member {
			o.kind = opMemberFact
		}
	case unit == policy.UnitBool || unit == policy.UnitEnum:
		o.kind, o.low = opHouseWord, int64(t.Words)
		if member {
			o.kind = opMemberWord
		}
	default:
		o.kind, o.low, o.high = opHouse, l.low, l.high
		if member {
			o.kind = opMember
		}
	}
	return o
}
