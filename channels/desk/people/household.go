package people

import (
	"context"
	"errors"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
)

// householdPage is how a household stands against all items, by what the register knows
// today.
type householdPage struct {
	Asked   asked
	Home    core.HouseholdID
	Name    string // of whom the household is called after
	Place   string
	Members []memberRow
	Items   int // how many items there are
	On      core.Date

	Together []together // the best bundle
	Apart    []apart    // eligible and left out of it
	Fitting  []findingRow
	Nearly   []findingRow // one thing is between, and it can come
	Opening  []findingRow
	Ask      []question // what most of Opening hangs on
	Failing  []findingRow
	Having   []havingRow // received or asked for, and counted in the bundle
	Swaps    []matching.Swap
	Index    indexView
	Aloud    string // what the household is told of where it stands
	Said     string
	Contests []changeRow
	MayAsk   bool // may write a contest down
	MayTell  bool // may tell what happened in the family
	Unions   []unionRow

	Turned []turnedRow // told of another family than it is now
	Income string      // that the two figures of it contradict one another, "" else
	Head   core.PersonID
	asked  []changeRow // requests about the household and its people

	As     asOf
	Groups []factGroup // of a day before
	Life   *lifePage   // of a household of which nobody is left
}

func (p *Room) household(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "household")
	if err != nil {
		return err
	}
	a, chosen := askedOf(r)
	if !chosen {
		return p.askWhy(w, r, at)
	}
	empty := householdPage{Said: desk.Said(w, r), Asked: a, Home: core.HouseholdID(id), MayAsk: at.Has(changers()...), MayTell: at.Has(tellers()...)}
	var page householdPage
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		page = empty
		if err := p.holds(ctx, tx, at, a, page.Home); err != nil {
			return err
		}
		if page.As, err = asOfForm(r, tx.Today(), tx.Now()); err != nil {
			return err
		}
		if page.As.Past() {
			return p.then(ctx, tx, why, &page)
		}
		err := p.judge(ctx, tx, why, at, &page)
		if errors.Is(err, registry.ErrNoHousehold) {
			return p.emptied(ctx, tx, why, at, &page)
		}
		return err
	})
	if err == nil {
		err = p.nameStaff(r.Context(), at, page.Contests)
	}
	if err == nil {
		err = p.nameStaff(r.Context(), at, page.asked)
	}
	if err == nil {
		err = p.nameUnions(r.Context(), page.Unions)
	}
	if err == nil && page.Life != nil {
		err = p.nameTellers(r.Context(), page.Life.Events)
	}
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, page.view(), page)
}

// judge lays what is known today beside the Book of today. It writes nothing but who
// looked.
func (p *Room) judge(ctx context.Context, tx *pg.Tx, why registry.Purpose, at desk.At, page *householdPage) error {
	page.On = tx.Today()
	d, err := p.d.Registry.Dossier(ctx, tx, why, page.Home, registry.AsOf{On: page.On, Known: tx.Now()})
	if err != nil {
		return err
	}
	facts := d.Household
	home, err := p.d.Registry.Home(ctx, tx, page.Home)
	if err != nil {
		return err
	}
	members, err := p.d.Registry.Members(ctx, tx, why, page.Home)
	if err != nil {
		return err
	}
	if err = p.mayShow(ctx, tx, why, members); err != nil {
		return err
	}
	rules, err := p.rules.On(page.On)
	if err != nil {
		return err
	}
	page.Place = p.d.Regions.FullName(lowest(registry.Person{Region: home.Region, Village: home.Village}))
	page.Members = memberRows(members, 0, page.On)
	page.Name, page.Head = calledAfter(members), headOf(members).ID
	if page.Unions, err = p.unionsIn(ctx, tx, at, members); err != nil {
		return err
	}
	t := teller{book: rules.Book(), sources: d.Sources, names: namesOf(members), facts: &facts, persons: personsOf(members), head: page.Head, asked: page.Asked, may: page.MayAsk}
	page.Income = incomesOf(d).apart()
	page.Turned, t.turned = turnedOf(d, members)
	held, err := p.has(ctx, tx, page.Home, members)
	if err != nil {
		return err
	}
	result := rules.ExplainWith(&facts, held)
	t.reckoned = reckoned(result)
	page.fill(t, &facts, result, rules.Misses(&facts, &result, birthsOf(members)))
	page.have(t, result, held)
	if len(t.turned) > 0 {
		unasked := before(facts, t.turned)
		page.doubt(rules.ExplainWith(&unasked, held), t.turned)
	}
	index := hardship.Score(&facts, rules.Book())
	page.Index, page.Aloud = indexOf(index, t.places(narrows(&facts, rules.Book()))), aloud(index)
	page.Index.Turned = desk.Matters(turnedPaths(page.Turned))
	if page.asked, err = p.requests(ctx, tx, why, registry.Person{Household: page.Home}); err != nil {
		return err
	}
	page.waits()
	page.Contests = p.contests(page.asked, members, tx.Today())
	return nil
}

// calledAfter is the member whose name stands for the household.
func calledAfter(list []registry.Member) string { return headOf(list).Name }

// headOf is the member after whom a household is called, zero of one that is empty.
func headOf(list []registry.Member) registry.Person {
	for _, m := range list {
		if m.Relation == "applicant" {
			return m.Person
		}
	}
	if len(list) == 0 {
		return registry.Person{}
	}
	return list[0].Person
}

func namesOf(list []registry.Member) map[core.MemberRef]string {
	out := map[core.MemberRef]string{}
	for _, m := range list {
		out[m.Ref] = m.Person.Name
	}
	return out
}

// teller says findings to an officer: with the names of members and the sources of facts.
type teller struct {
	book    *policy.Book
	sources map[string]core.Provenance
	names   map[core.MemberRef]string
	turned  map[string]string // by path: who came or left since the fact was told
	facts   *core.Household
	persons map[core.MemberRef]core.PersonID
	head    core.PersonID
	asked   asked
	may     bool // may write down what nobody has said

	reckoned map[string]bool // statuses by their keys
}

func personsOf(list []registry.Member) map[core.MemberRef]core.PersonID {
	out := map[core.MemberRef]core.PersonID{}
	for _, m := range list {
		out[m.Ref] = m.Person.ID
	}
	return out
}
