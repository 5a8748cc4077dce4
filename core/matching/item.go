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
	if it.When != nil && when == f.Outcome {
		e.collect(it.When, house, false)
	}
	if it.Person != nil && person == f.Outcome {
		e.pickOf(person)
	}
	if f.Outcome == Unknown {
		e.missing(e.picked[from:])
	}
	e.lacks = append(e.lacks, span{before, len(e.opens)})
	whole := span{from, from}
	if it.Person != nil && len(e.persons) > 0 {
		whole.from = e.each[len(e.each)-len(e.persons)].from
	}
	e.spans = append(e.spans, e.said(from, whole))
	if f.Outcome == Eligible {
		e.eligible(it, f)
	}
}

// said closes the reasons picked from a place on. Where they are those of another span, such
// as all that was said of the members one after another, they are not kept twice.
func (e *explainer) said(from int, other span) span {
	if slices.Equal(e.picked[other.from:other.to], e.picked[from:]) {
		e.picked = e.picked[:from]
		return other
	}
	return span{from, len(e.picked)}
}

// everyMember says of each member how the item stands for them: for each separately, for
// nobody is passed over because another member carries the finding.
func (e *explainer) everyMember(it *policy.Item, when Outcome) {
	last := span{len(e.picked), len(e.picked)}
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
		last = e.said(from, last)
		e.each = append(e.each, verdict{whole, last})
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
	if it.Person != nil {
		f.For = e.fitting()
	}
	f.Benefit = e.benefit(it, e.sharesOf(e.now))
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
