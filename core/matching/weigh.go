package matching

import (
	"fmt"

	"lianou/core"
	"lianou/core/facts"
)

// A Weigher says what one Book gives to many households, without a word of why: what
// Explain finds, for a question asked about everybody, at a small part of its cost. It is
// for one goroutine; Explain is what people are shown.
type Weigher struct {
	e        *explainer
	home     core.Household // members with nothing but a name to tell them apart
	findings []Finding
	offers   []Offer // of the findings
	out      []Given

	b     bundler // of the last household
	taken []bool
}

// Given is what one item comes to for a household.
type Given struct {
	Outcome Outcome
	Amount  core.Fen // by the item's period; 0 when none is told
	Told    bool     // Amount is what is given, be it 0
	Sample  bool     // a sample amount is in it
	Bundled bool     // among the best legal set, for a household that has nothing yet
}

// NewWeigher makes one.
func (m *Matcher) NewWeigher() *Weigher {
	n := len(m.book.Items)
	return &Weigher{e: &explainer{m: m, vars: map[string]any{}}, findings: make([]Finding, n), offers: make([]Offer, n), out: make([]Given, n)}
}

// Weigh gives every item in the order of the Book, from what a Scanner over the same Book
// found of the same facts: only what fits is looked at again. What it gives is overwritten
// by the next call.
func (w *Weigher) Weigh(v *facts.Vector, found Found) []Given {
	e := w.e
	w.begin(v)
	e.stand()
	for i := range w.findings {
		w.item(i, found)
	}
	b := e.bundler()
	b.gather(w.findings)
	b.join()
	taken := b.solve()
	b.settle(w.findings, taken)
	e.claims, e.joints = b.claims, b.joints
	w.b, w.taken = b, taken
	for i := range w.out {
		f := &w.findings[i]
		w.out[i] = Given{Outcome: f.Outcome, Amount: f.Benefit.Amount, Told: f.Benefit.Told, Sample: f.Benefit.Sample}
	}
	for i := range b.claims {
		if taken[i] {
			w.out[b.claims[i].item].Bundled = true
		}
	}
	return w.out
}

// begin takes the facts over. The members are told apart by their place alone.
func (w *Weigher) begin(v *facts.Vector) {
	e, n := w.e, len(v.M)
	for len(w.home.Members) < n {
		w.home.Members = append(w.home.Members, core.Member{Ref: core.MemberRef(fmt.Sprint(len(w.home.Members)))})
	}
	home := w.home
	home.Members = home.Members[:n]
	members := append(e.v.M[:0], v.M...)
	e.h, e.v = &home, *v
	e.v.M = members
	e.place = e.m.placeOf(&e.v)
	e.tests = cleared(e.tests, (len(e.m.book.Tests)+len(e.m.book.Statuses))*(n+1), notJudged)
	e.judged = cleared(e.judged, e.m.book.Nodes*(n+1), notJudged)
	e.persons = cleared(e.persons, n, Unknown)
	e.shares = cleared(e.shares, len(e.m.book.Items)*(n+1), untold)
}

// item says of one that fits for whom and how much.
func (w *Weigher) item(i int, found Found) {
	e, it, f := w.e, &w.e.m.book.Items[i], &w.findings[i]
	w.offers[i] = Offer{For: w.offers[i].For[:0]}
	*f = Finding{Item: it.Code, Offer: &w.offers[i], Outcome: NotEligible}
	switch bit := uint64(1) << i; {
	case found.Open&bit != 0:
		f.Outcome = Unknown
		return
	case found.Eligible&bit == 0:
		return
	}
	f.Outcome = Eligible
	if it.Person != nil {
		for m := range e.v.M {
			if e.persons[m] = e.eval(it.Person, m); e.persons[m] == Eligible {
				f.For = append(f.For, e.h.Members[m].Ref)
			}
		}
	}
	f.Benefit = e.benefit(it, e.sharesOf(i))
}
