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
	r, b := e.whole(h, have)
	e.claims, e.joints = b.claims, b.joints
	e.forget()
	m.scratch.Put(e)
	return r
}

// whole judges the items, finds the best of them together, and only then writes the reasons:
// what comes first hangs on what is to be had.
func (e *explainer) whole(h *core.Household, have *Held) (Result, bundler) {
	e.have = have
	r := e.explain(h)
	e.alone(r.Findings)
	b := e.bundler()
	b.have = have
	b.best(&r)
	e.nothing(&r, &b)
	e.finish(&r)
	return r, b
}

// explain judges each item by itself, without regard to the others. The findings have no
// reasons yet.
func (e *explainer) explain(h *core.Household) Result {
	e.begin(h)
	e.stand()
	book := e.m.book
	r := Result{Book: book.Digest, Findings: make([]Finding, len(book.Items)), Statuses: e.standingsOut()}
	for i := range book.Items {
		e.now = i
		r.Findings[i].Offer = &e.none
		e.item(&book.Items[i], &r.Findings[i])
	}
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
	have  *Held // nil for nothing
	v     facts.Vector
	place *place

	st         [maxStatuses]Outcome
	computed   [maxStatuses]Outcome // without regard to what is recognised
	recognised [maxStatuses]Outcome
	strict     bool        // statuses that an item grants count only when recognised,
	granted    statusSet   // or when they are among these
	waits      []statusSet // by item: the statuses of which one has to be granted first

	tests  []Outcome // by cell; notJudged where not yet asked
	judged []Outcome // by node and member, the same for trees
	memo   []int32   // by cell and polarity: index into proto, plus one
	proto  []proto
	text   []byte // all sentences, in one piece
	limit  []byte // scratch for a constant limit

	names   []string
	refs    []core.MemberRef // all members, as needed; the result's own
	cast    []*grounds       // by member
	asked   []int32          // by fact and member: the item for which it is already missing
	opens   []open           // what is missing, of all statuses and items one after another
	behind  [maxStatuses][]open
	stamp   []int32 // by proto: the item that already gives it
	turn    int32
	lacks   []span    // of the items: what is missing, in opens
	offers  []Offer   // of the items that are eligible
	none    Offer     // of all others
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
	e.m.gather(&e.v, h)
	e.place = e.m.placeOf(&e.v)
	cells := (len(e.m.book.Tests) + len(e.m.book.Statuses)) * (n + 1)
	e.tests = cleared(e.tests, cells, notJudged)
	e.judged = cleared(e.judged, e.m.book.Nodes*(n+1), notJudged)
	e.memo = cleared(e.memo, 2*cells, 0)
	e.asked = cleared(e.asked, (n+1)*factSlots, 0)
	e.names = cleared(e.names, n, "")
	e.persons = cleared(e.persons, n, Unknown)
	e.shares = cleared(e.shares, len(e.m.book.Items)*(n+1), untold)
	e.waits = cleared(e.waits, len(e.m.book.Items), 0)
	e.proto, e.text, e.stamp = e.proto[:0], e.text[:0], e.stamp[:0]
	e.picked, e.spans, e.opens, e.turn, e.strict = e.picked[:0], e.spans[:0], e.opens[:0], 0, false
	e.each, e.lacks, e.cast = e.each[:0], e.lacks[:0], e.cast[:0]
	e.offers = slices.Grow(e.offers[:0], len(e.m.book.Items))[:len(e.m.book.Items)]
	e.refs = nil
	for i := range h.Members {
		e.cast = append(e.cast, e.m.groundsOf(h.Members[i].Ref))
		e.names[i] = MemberSaid(&h.Members[i])
	}
}

// forget drops what the household said before the scratch waits for the next one.
func (e *explainer) forget() {
	e.h, e.have = nil, nil
	clear(e.vars)
	clear(e.text)
	clear(e.names)
	e.refs = nil
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
