package workflow

import (
	"slices"

	"lianou/core"
	"lianou/core/registry"
)

// generation is how far somebody stands above whom they are counted from.
var generation = map[core.Relation]int{"applicant": 0, "spouse": 0, "child": -1, "grandchild": -2, "parent": 1, "grandparent": 2}

// alike finds those of the register whom the application means without a name or a number:
// "我儿子,33 岁" is the only son of 33 whom the register counts there. Without it one man
// stands in the household twice, is judged twice, and once without his facts. It ties nobody
// who could be two, and a daughter-in-law is no daughter: whom it leaves apart, the visit
// settles.
func (r *recognised) alike(app *core.Application, all, rest []registry.Member) map[core.MemberRef]core.MemberRef {
	from, known := r.from(app, all)
	if !known {
		return nil
	}
	by := map[core.MemberRef][]core.MemberRef{} // the register's ref to whom it may be
	claims := map[core.MemberRef]int{}          // the application's ref: how many it may be
	for _, said := range unnamed(app) {
		for _, m := range rest {
			if may(said, m, from, app.Household.On) {
				by[m.Ref] = append(by[m.Ref], said.Ref)
				claims[said.Ref]++
			}
		}
	}
	same := map[core.MemberRef]core.MemberRef{}
	for ref, list := range by {
		if len(list) == 1 && claims[list[0]] == 1 {
			same[ref] = list[0]
		}
	}
	return same
}

// from is the applicant's generation as the register counts, from its head of household.
func (r *recognised) from(app *core.Application, all []registry.Member) (int, bool) {
	for _, m := range all {
		if m.Person.ID == r.applicant(app) {
			g, known := generation[m.Relation]
			return g, known
		}
	}
	return 0, false
}

// unnamed lists whom an application tells of by relation and age alone.
func unnamed(app *core.Application) []core.Member {
	people := named(app)
	return slices.DeleteFunc(slices.Clone(app.Household.Members), func(m core.Member) bool {
		return m.Age == nil || slices.ContainsFunc(people, func(p core.NamedMember) bool {
			return p.Ref == m.Ref && (p.Name != "" || !p.ID.IsZero() || p.Ref == app.Applicant.Ref)
		})
	})
}

// may reports whether one who was told of can be that member of the register. People are
// off by a year in what they say, by the birthday or by counting from one (虚岁).
func may(said core.Member, m registry.Member, from int, on core.Date) bool {
	told, ok := generation[said.Relation]
	kept, known := generation[m.Relation]
	if !ok || !known || m.Person.Birth.IsZero() || kept-from != told {
		return false
	}
	if said.Sex != nil && m.Person.Sex != "" && *said.Sex != m.Person.Sex {
		return false
	}
	years := m.Person.Birth.Age(on)
	return *said.Age >= years-1 && *said.Age <= years+1
}
