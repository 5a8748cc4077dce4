package workflow

import (
	"maps"
	"testing"

	"lianou/core"
	"lianou/core/registry"
)

// Who is told of by relation and age is the one of the register who must be meant, and
// nobody who could be two, or who is another's child.
//
// Controls: no look at the generation ("the daughter-in-law: map[c:m2]"); the first who may
// be ("two sons: map[b:m2]"); years that must be equal ("counted from one: map[]").
func TestAlike(t *testing.T) {
	t.Parallel()
	on := core.NewDate(2026, 11, 28)
	born := func(years int) core.Date { return on.AddDate(-years, 0, -40) }
	member := func(ref core.MemberRef, rel core.Relation, years int, sex core.Sex) registry.Member {
		return registry.Member{Ref: ref, Relation: rel, Person: registry.Person{ID: core.PersonID(ref[0]), Birth: born(years), Sex: sex}}
	}
	told := func(ref core.MemberRef, rel core.Relation, age int) core.Member {
		return core.Member{Ref: ref, Relation: rel, Age: &age}
	}
	mother, son := member("a", "applicant", 59, "female"), member("b", "child", 33, "male")
	woman := core.Sex("female")
	for _, c := range []struct {
		name  string
		who   registry.Member // who speaks
		said  []core.Member
		rest  []registry.Member
		named []core.NamedMember
		want  map[core.MemberRef]core.MemberRef
	}{
		{"her son", mother, []core.Member{told("m2", "child", 33)}, []registry.Member{son}, nil, map[core.MemberRef]core.MemberRef{"b": "m2"}},
		{"counted from one", mother, []core.Member{told("m2", "child", 34)}, []registry.Member{son}, nil, map[core.MemberRef]core.MemberRef{"b": "m2"}},
		{"two years off", mother, []core.Member{told("m2", "child", 35)}, []registry.Member{son}, nil, nil},
		{"no age", mother, []core.Member{{Ref: "m2", Relation: "child"}}, []registry.Member{son}, nil, nil},
		{"named otherwise", mother, []core.Member{told("m2", "child", 33)}, []registry.Member{son}, []core.NamedMember{{Ref: "m2", Name: "别人"}}, nil},
		{"the daughter-in-law", mother, []core.Member{told("m2", "child", 33)}, []registry.Member{member("c", "other", 33, "female")}, nil, nil},
		{"two sons of an age", mother, []core.Member{told("m2", "child", 33)}, []registry.Member{son, member("c", "child", 33, "male")}, nil, nil},
		{"two told of", mother, []core.Member{told("m2", "child", 33), told("m3", "child", 33)}, []registry.Member{son}, nil, nil},
		{"a daughter", mother, []core.Member{{Ref: "m2", Relation: "child", Age: new(33), Sex: &woman}}, []registry.Member{son}, nil, nil},
		{"the son speaks of his mother", son, []core.Member{told("m2", "parent", 59)}, []registry.Member{mother}, nil, map[core.MemberRef]core.MemberRef{"a": "m2"}},
		{"the wife speaks of their son", member("w", "spouse", 58, "female"), []core.Member{told("m2", "child", 33)}, []registry.Member{son}, nil, map[core.MemberRef]core.MemberRef{"b": "m2"}},
		{"an uncle", member("u", "other", 60, "male"), []core.Member{told("m2", "child", 33)}, []registry.Member{son}, nil, nil},
	} {
		app := &core.Application{Applicant: core.Applicant{Ref: "m1", Name: "周桂兰"}, People: c.named,
			Household: core.Household{On: on, Members: append([]core.Member{told("m1", "applicant", 59)}, c.said...)}}
		r := recognised{persons: map[core.MemberRef]core.PersonID{"m1": c.who.Person.ID}}
		got := r.alike(app, append([]registry.Member{c.who}, c.rest...), c.rest)
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
