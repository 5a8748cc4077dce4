package workflow

import (
	"testing"

	"lianou/core"
	"lianou/core/policy"
)

// Who cannot work is looked at least often, who can and has no regular work most often; what nobody
// knows of somebody of working age counts as able. The classes are those of the law of the day.
//
// Controls, named: an unknown age as grown no more; three classes read as two.
func TestHowOftenAHouseholdIsLookedAt(t *testing.T) {
	t.Parallel()
	three := []policy.ReviewClass{{Class: "A", Months: 12}, {Class: "B", Months: 6}, {Class: "C", Months: 3}}
	age := func(n int) *int { return &n }
	can, cannot, works, idle := core.WorkAbility("partial"), core.WorkAbility("none"), core.Employment("employed"), core.Employment("idle")
	old := core.Member{Age: age(71), WorkAbility: &can, Employment: &idle}
	ill := core.Member{Age: age(40), WorkAbility: &cannot}
	steady := core.Member{Age: age(40), WorkAbility: &can, Employment: &works}
	out := core.Member{Age: age(40), WorkAbility: &can, Employment: &idle}
	for name, c := range map[string]struct {
		members []core.Member
		of      []policy.ReviewClass
		want    string
	}{
		"old and ill":         {[]core.Member{old, ill}, three, "A"},
		"one has steady work": {[]core.Member{old, steady}, three, "B"},
		"one has none":        {[]core.Member{steady, out}, three, "C"},
		"nobody knows":        {[]core.Member{{}}, three, "C"},
		"no facts":            {nil, three, "C"},
		"two classes, ill":    {[]core.Member{ill}, three[:2], "A"},
		"two classes, able":   {[]core.Member{steady}, three[:2], "B"},
		"one class":           {[]core.Member{out}, three[:1], "A"},
	} {
		if got := reviewClass(c.of, core.Household{Members: c.members}); got.Class != c.want {
			t.Errorf("%s: %s, want %s", name, got.Class, c.want)
		}
	}
}
