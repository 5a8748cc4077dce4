package matching

import (
	"slices"

	"lianou/core"
	"lianou/core/policy"
)

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
	from, before := len(e.picked), len(e.opens)
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
		e.missing(e.picked[from:])
	case Eligible:
		e.eligible(it, f)
	}
	e.lacks = append(e.lacks, span{before, len(e.opens)})
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
// what has to be granted first.
func (e *explainer) eligible(it *policy.Item, f *Finding) {
	f.Offer = &e.offers[e.now]
	*f.Offer = Offer{Benefit: e.benefit(it, e.sharesOf(e.now))}
	if it.Person != nil {
		f.For = e.fitting()
	}
	e.waits[e.now] = e.waitsFor(it)
}

// fitting lists the members whom the item fits. Those who stand side by side are a piece of
// the list of all.
func (e *explainer) fitting() (out []core.MemberRef) {
	if e.refs == nil {
		for i := range e.h.Members {
			e.refs = append(e.refs, e.h.Members[i].Ref)
		}
	}
	from := max(slices.Index(e.persons, Eligible), 0)
	to := from
	for to < len(e.persons) && e.persons[to] == Eligible {
		to++
	}
	out = e.refs[from:to:to]
	for i := to; i < len(e.persons); i++ {
		if e.persons[i] == Eligible {
			out = append(out, e.refs[i])
		}
	}
	return out
}
