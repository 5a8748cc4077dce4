package people

import (
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/registry"
)

// A child is asked about whose mother would have been over 55 when it was born, or a parent under
// 15; so is a parent who comes, beside the one the household is called after. A father of 77, a
// grandchild, and who has no birth or sex in the register is not.
//
// Controls: a bound of 75 years ("of a mother of 56: """); the sex left out ("of a mother of 30:
// "赵占峰生…""); a bound of 14 years ("of a father of 14: """).
func TestAnUnlikelyParentIsAskedAbout(t *testing.T) {
	t.Parallel()
	const today = core.Date(20_000)
	aged := func(name string, years int, sex core.Sex) registry.Person {
		return registry.Person{Name: name, Birth: today.AddDate(-years, 0, -1), Sex: sex}
	}
	family := func(head, spouse registry.Person) []registry.Member {
		return []registry.Member{{Person: head, Relation: "applicant"}, {Person: spouse, Relation: "spouse"}, {Person: aged("赵军", 40, "male"), Relation: "child"}}
	}
	baby := registry.Person{Name: "赵小朵", Birth: today, Sex: "female"}
	old, young := family(aged("赵占峰", 77, "male"), aged("刘秀英", 76, "female")), family(aged("赵占峰", 77, "male"), aged("刘秀英", 30, "female"))
	for what, c := range map[string]struct {
		family []registry.Member
		as     core.Relation
		who    registry.Person
		says   string
	}{
		"of a couple of 77":           {old, "child", baby, "刘秀英生赵小朵的时候 76 岁。确定"},
		"of a mother of 30":           {young, "child", baby, ""},
		"of a mother of 55":           {family(aged("赵占峰", 60, "male"), aged("刘秀英", 55, "female")), "child", baby, ""},
		"of a mother of 56":           {family(aged("赵占峰", 60, "male"), aged("刘秀英", 56, "female")), "child", baby, "刘秀英"},
		"of a father of 14":           {family(aged("赵占峰", 14, "male"), aged("刘秀英", 30, "female")), "child", baby, "赵占峰生赵小朵的时候 14 岁"},
		"a grandchild":                {old, "grandchild", baby, ""},
		"a child of 40 who comes":     {old, "child", aged("赵兵", 40, "male"), ""},
		"of whom no birth is known":   {family(registry.Person{Name: "赵占峰"}, registry.Person{Name: "刘秀英", Sex: "female"}), "child", baby, ""},
		"a mother who comes":          {young, "parent", aged("孙氏", 97, "female"), ""},
		"a mother of 137":             {young, "parent", aged("孙氏", 77+56, "female"), "孙氏生赵占峰的时候 56 岁"},
		"a father 14 years older":     {young, "parent", aged("赵氏", 77+14, "male"), "赵氏生赵占峰的时候 14 岁"},
		"somebody else who comes":     {old, "other", baby, ""},
		"a mother whose sex is blank": {family(aged("赵占峰", 77, "male"), aged("刘秀英", 76, "")), "child", baby, ""},
	} {
		if got := unlikely(c.family, c.as, c.who); got == "" != (c.says == "") || !strings.HasPrefix(got, c.says) {
			t.Errorf("%s: %q", what, got)
		}
	}
}
