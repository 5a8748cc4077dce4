package people

import (
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/registry"
)

// A couple of whom one leaves is asked about before they are two households; who leaves
// together, and a child that leaves, is not. By a newcomer: a couple of 77 and 76 was split by
// one officer, and of the husband nothing was known any more. Control: couple that gives ""
// ("the husband leaves: ").
func TestACoupleIsNotPartedInSilence(t *testing.T) {
	t.Parallel()
	row := func(id core.PersonID, name string, as core.Relation) memberRow {
		return memberRow{Person: registry.Person{ID: id, Name: name}, Relation: relationWord(as)}
	}
	all := []memberRow{row(1, "赵占峰", "applicant"), row(2, "刘秀英", "spouse"), row(3, "赵小军", "child")}
	for what, c := range map[string]struct {
		leave []memberRow
		asks  bool
	}{
		"the husband leaves":  {all[:1], true},
		"the wife and a son":  {all[1:], true},
		"both leave":          {all[:2], false},
		"a grown child":       {all[2:], false},
		"nobody has a spouse": {nil, false},
	} {
		if got := couple(all, c.leave); strings.Contains(got, "赵占峰和刘秀英登记的是夫妻") != c.asks {
			t.Errorf("%s: %s", what, got)
		}
	}
}
