package matching

import (
	"slices"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// Explain judges a household by plain recursion over the Book's trees and says
// why. Its memory is reused from call to call, except for what it returns.
func (m *Matcher) Explain(h *core.Household) Result { return m.explainWith(h, nil) }

func (m *Matcher) explainWith(h *core.Household, have *Held) Result {
	e, _ := m.scratch.Get().(*explainer)
	if e == nil {
		e = &explainer{m: m, vars: map[string]any{}}
	}
	defer m.scratch.Put(e)
	r := e.explain(h)
	b := e.bundler()
	b.have = have
	b.best(&r)
	e.claims, e.joints = b.claims, b.joints
	e.forget()
	return r
}

// explain judges each item by itself, without regard to the others.
func (e *explainer) explain(h *core.Household) Result {
	e.begin(h)
	e.stand()
	book := e.m.book
	r := Result{Book: book.Digest, Findings: make([]Finding, len(book.Items)), Statuses: e.standingsOut()}
	for i := range book.Items {
		e.now = i
		e.item(&book.Items[i], &r.Findings[i])
	}
	e.finish(&r)
	return r
}

func (e *explainer) bundler() bundler {
	return bundler{m: e.m, place: e.place, h: e.h, e: e, claims: e.claims[:0], joints: e.joints[:0]}
}

// house stands for "no member" where a member's index is expected.
const house = -1

// explainer holds what one explanation needs. Conditions are judged once per
// household or member and their sentences written once, however many items use
// them: that is what keeps a full explanation in tens of microseconds.
type explainer struct {
	m     *Matcher
	h     *core.Household
	v     facts.Vector
	place *place

	st         [maxStatuses]Outcome
	computed   [maxStatuses]Outcome // without regard to what is recognised
	recognised [maxStatuses]Outcome
	strict     bool // statuses that an item grants count only when recognised

	tests  []Outcome // by cell; notJudged where not yet asked
	judged []Outcome // by node and member, the same for trees
	memo   []int32   // by cell and polarity: index into proto, plus one
	proto  []proto
	text   []byte // all sentences, in one piece
	limit  []byte // scratch for a constant limit

	names   []string
	paths   []string // by fact and member, as needed
	asked   []int32  // by fact and member: the item for which it is already missing
	opens   []open   // what is missing, of all statuses and items one after another
	behind  [maxStatuses][]open
	stamp   []int32 // by proto: the item that already gives it
	turn    int32
	picked  []int32   // proto indices of all findings, one after another
	spans   []span    // of the statuses, then of the items
	each    []verdict // of the items about a person, every member, one after another
	vars    map[string]any
	now     int        // the item being judged
	persons []Outcome  // by member: the item's person criteria
	shares  []core.Fen // by item and member, the household first: what each would be given
	claims  []claim
	joints  []joint
}

// span is a finding's share of picked.
type span struct{ from, to int }

// verdict is a Verdict whose reasons still lie in picked.
type verdict struct {
	outcome Outcome
	span
}

const notJudged = Outcome(0xff)

// begin clears the scratch for a household.
func (e *explainer) begin(h *core.Household) {
	n := len(h.Members)
	e.h = h
	e.v.Gather(h)
	e.place = e.m.placeOf(&e.v)
	cells := (len(e.m.book.Tests) + len(e.m.book.Statuses)) * (n + 1)
	e.tests = cleared(e.tests, cells, notJudged)
	e.judged = cleared(e.judged, e.m.book.Nodes*(n+1), notJudged)
	e.memo = cleared(e.memo, 2*cells, 0)
	e.paths = cleared(e.paths, (n+1)*factSlots, "")
	e.asked = cleared(e.asked, (n+1)*factSlots, 0)
	e.names = cleared(e.names, n, "")
	e.persons = cleared(e.persons, n, Unknown)
	e.shares = cleared(e.shares, len(e.m.book.Items)*(n+1), untold)
	e.proto, e.text, e.stamp = e.proto[:0], e.text[:0], e.stamp[:0]
	e.picked, e.spans, e.opens, e.turn, e.strict = e.picked[:0], e.spans[:0], e.opens[:0], 0, false
	e.each = e.each[:0]
	for i := range h.Members {
		e.names[i] = MemberSaid(&h.Members[i])
	}
}

// forget drops what the household said before the scratch waits for the next one.
func (e *explainer) forget() {
	e.h = nil
	clear(e.vars)
	clear(e.text)
}

// factSlots is the number of facts a member or household can have.
const factSlots = int(policy.MemberBase) + policy.MemberFacts

func cleared[T any](s []T, n int, zero T) []T {
	s = slices.Grow(s[:0], n)[:n]
	for i := range s {
		s[i] = zero
	}
	return s
}

// cell numbers a condition asked of a member, or of the household.
func (e *explainer) cell(test, member int) int {
	return test*(len(e.v.M)+1) + member + 1
}

// stand decides the statuses in the Book's order.
func (e *explainer) stand() {
	for i := range e.m.book.Statuses {
		s := &e.m.book.Statuses[i]
		e.recognised[i], e.computed[i] = Unknown, NotEligible
		if e.v.Known>>s.Recognised&1 != 0 {
			e.recognised[i] = Outcome(e.v.H[s.Recognised])
		}
		if s.When != nil {
			e.computed[i] = e.eval(s.When, house)
		}
		e.st[i] = e.recognised[i].or(e.computed[i])
	}
}

// standingsOut lists the statuses with what each is computed from.
func (e *explainer) standingsOut() []Standing {
	out := make([]Standing, len(e.m.book.Statuses))
	for i := range out {
		s := &e.m.book.Statuses[i]
		out[i] = Standing{Key: s.Key, Name: s.Name, Outcome: e.st[i], Recognised: e.recognised[i] == Eligible}
		e.turn++
		from := len(e.picked)
		e.pick(e.statusProto(i, false))
		if e.recognised[i] != Eligible && s.When != nil && e.computed[i] == e.st[i] {
			e.collect(s.When, house, false)
		}
		e.behind[i] = nil
		if e.st[i] == Unknown {
			e.behind[i] = e.missing(e.picked[from+1:])
		}
		e.spans = append(e.spans, span{from, len(e.picked)})
	}
	return out
}

// eval judges a tree for a member, or for the household. What was judged before is
// remembered, except while statuses are read strictly.
func (e *explainer) eval(n *policy.Node, member int) Outcome {
	if n.Kind == policy.NodeTest {
		return e.test(n.Test, member)
	}
	if n.House {
		member = house
	}
	if e.strict {
		return e.work(n, member)
	}
	slot := &e.judged[n.ID*(len(e.v.M)+1)+member+1]
	if *slot == notJudged {
		*slot = e.work(n, member)
	}
	return *slot
}

// work is eval without memory.
func (e *explainer) work(n *policy.Node, member int) Outcome {
	switch n.Kind {
	case policy.NodeAll:
		out := Eligible
		for _, kid := range n.Kids {
			if out = out.and(e.eval(kid, member)); out == NotEligible {
				break
			}
		}
		return out
	case policy.NodeAny:
		out := NotEligible
		for _, kid := range n.Kids {
			if out = out.or(e.eval(kid, member)); out == Eligible {
				break
			}
		}
		return out
	case policy.NodeNot:
		return e.eval(n.Kids[0], member).not()
	case policy.NodeStatus:
		return e.status(n.Status)
	default:
		return e.quantified(n)
	}
}

func (e *explainer) status(i int) Outcome {
	if e.strict && e.m.book.Statuses[i].GrantedBy != "" {
		return e.recognised[i]
	}
	return e.st[i]
}

func (e *explainer) quantified(n *policy.Node) Outcome {
	met, open := 0, 0
	for i := range e.v.M {
		switch e.eval(n.Kids[0], i) {
		case Eligible:
			met++
		case Unknown:
			open++
		}
	}
	return quantified(n, len(e.v.M), met, open)
}

// quantified judges by how many of the members meet a criterion, and how many may.
func quantified(n *policy.Node, members, met, open int) Outcome {
	need := n.N
	if n.Kind == policy.NodeAllMembers {
		need = members
	}
	switch {
	case met >= need:
		return Eligible
	case met+open >= need:
		return Unknown
	default:
		return NotEligible
	}
}

// test judges one condition, once. A household's condition asked of a member is
// the same for all of them.
func (e *explainer) test(t *policy.Test, member int) Outcome {
	if !t.Fact.IsMember() {
		member = house
	}
	cell := e.cell(t.ID, member)
	if e.tests[cell] == notJudged {
		e.tests[cell] = e.judge(t, member)
	}
	return e.tests[cell]
}

func (e *explainer) judge(t *policy.Test, member int) Outcome {
	return judge(t, &e.place.limits[t.ID], &e.v, member)
}

// judge answers one condition about some facts.
func judge(t *policy.Test, l *limit, v *facts.Vector, member int) Outcome {
	x, known := read(v, slot{t.Fact, member})
	if !known || !l.known {
		return Unknown
	}
	switch {
	case l.fact:
		base, known := read(v, slot{t.Limit.Fact, member})
		if !known {
			return Unknown
		}
		return Outcome(truth(meets(t.Op, x, base*l.factor)))
	case wordy(t.Fact):
		return Outcome(t.Words >> uint64(x) & 1)
	default:
		return Outcome(truth(l.low <= x && x <= l.high))
	}
}

// value looks a fact up.
func (e *explainer) value(f policy.FactID, member int) (int64, bool) {
	return read(&e.v, slot{f, member})
}

// item explains one item.
func (e *explainer) item(it *policy.Item, f *Finding) {
	f.Item = it.Code
	when, person := Eligible, Eligible
	if it.When != nil {
		when = e.eval(it.When, house)
	}
	if it.Person != nil {
		person = NotEligible
		for i := range e.v.M {
			e.persons[i] = e.eval(it.Person, i)
			person = person.or(e.persons[i])
		}
	}
	f.Outcome = when.and(person)
	if it.Person != nil {
		e.everyMember(it, when)
	}
	e.turn++
	from := len(e.picked)
	if it.Person != nil && it.When == nil && len(e.persons) == 1 {
		from = e.each[len(e.each)-1].from // what is said of the only member is all there is to say
	} else {
		if it.When != nil && when == f.Outcome {
			e.collect(it.When, house, false)
		}
		if it.Person != nil && person == f.Outcome {
			e.pickOf(person)
		}
	}
	e.spans = append(e.spans, span{from, len(e.picked)})
	switch f.Outcome {
	case Unknown:
		f.Missing = e.missingPaths(e.missing(e.picked[from:]))
	case Eligible:
		e.eligible(it, f)
	}
}

// everyMember says of each member how the item stands for them: for each separately, for
// nobody is passed over because another member carries the finding.
func (e *explainer) everyMember(it *policy.Item, when Outcome) {
	for i, o := range e.persons {
		e.turn++
		from := len(e.picked)
		whole := when.and(o)
		if o == whole {
			e.collect(it.Person, i, false)
		}
		if it.When != nil && when == whole {
			e.collect(it.When, house, false)
		}
		e.each = append(e.each, verdict{whole, span{from, len(e.picked)}})
	}
}

// pickOf picks the reasons about the members whose own criteria came out as given; they
// are already collected.
func (e *explainer) pickOf(person Outcome) {
	n := len(e.persons)
	for i, v := range e.each[len(e.each)-n:] {
		if e.persons[i] != person {
			continue
		}
		for _, id := range e.picked[v.from:v.to] {
			e.pick(id)
		}
	}
}

// eligible adds what only an eligible finding has: who benefits, how much, and
// whether another item has to come first.
func (e *explainer) eligible(it *policy.Item, f *Finding) {
	if it.Person != nil {
		for i, o := range e.persons {
			if o == Eligible {
				f.For = append(f.For, e.h.Members[i].Ref)
			}
		}
	}
	f.Benefit = e.benefit(it, e.sharesOf(e.now))
	f.After = e.after(it)
}

// after names the item whose approval this one hangs on: it would not be eligible
// if the statuses that items grant held only when recognised.
func (e *explainer) after(it *policy.Item) core.ItemCode {
	first := core.ItemCode("")
	for i := range e.m.book.Statuses {
		s := &e.m.book.Statuses[i]
		if s.GrantedBy != "" && s.GrantedBy != it.Code && e.st[i] == Eligible && e.recognised[i] != Eligible {
			first = s.GrantedBy
			break
		}
	}
	if first == "" {
		return ""
	}
	e.strict = true
	defer func() { e.strict = false }()
	if it.When != nil && e.eval(it.When, house) != Eligible {
		return first
	}
	if it.Person == nil {
		return ""
	}
	for i := range e.v.M {
		if e.eval(it.Person, i) == Eligible {
			return ""
		}
	}
	return first
}
