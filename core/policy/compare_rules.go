package policy

import (
	"cmp"
	"slices"

	"lianou/core"
)

// A RuleChange is one rule between two items that is not as it was.
type RuleChange struct {
	A, B     core.ItemCode
	Kind     RuleKind
	Old, New *Rule // nil: added, removed, or one of the items is not in force
	Texts    bool  // no more than why, and by what law
}

func (d *Diff) compareRules() {
	type place struct {
		a, b   core.ItemCode
		kind   RuleKind
		person bool
	}
	was, is := map[place]*Rule{}, map[place]*Rule{}
	var places []place
	list := func(into map[place]*Rule, b *Book) {
		for i := range b.Rules {
			r := &b.Rules[i]
			at := place{r.A, r.B, r.Kind, r.Person}
			into[at] = r
			places = append(places, at)
		}
	}
	list(was, d.Old)
	list(is, d.New)
	slices.SortFunc(places, func(x, y place) int {
		return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.kind, y.kind), order(x.person)-order(y.person))
	})
	for _, at := range slices.Compact(places) {
		c := RuleChange{A: at.a, B: at.b, Kind: at.kind, Old: was[at], New: is[at]}
		same := false
		if x, y := c.Old, c.New; x != nil && y != nil {
			same = d.before.rule(x) == d.after.rule(y)
			c.Texts = same && (x.Why != y.Why || x.Law != y.Law)
		}
		if !same || c.Texts {
			d.Rules = append(d.Rules, c)
		}
	}
}

func order(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
