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
	Person   bool  // goes by person; otherwise by household
	Turned   bool  // the same rule went by the other of them: Old and New say which
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
		c := RuleChange{A: at.a, B: at.b, Kind: at.kind, Person: at.person, Old: was[at], New: is[at]}
		same := false
		if x, y := c.Old, c.New; x != nil && y != nil {
			same = d.before.rule(x) == d.after.rule(y)
			c.Texts = same && (x.Why != y.Why || x.Law != y.Law)
		}
		if !same || c.Texts {
			d.Rules = append(d.Rules, c)
		}
	}
	d.joinTurned()
}

// joinTurned makes one change of a rule that goes by household and comes by person, or the
// other way round.
func (d *Diff) joinTurned() {
	var out []RuleChange
	for _, c := range d.Rules {
		if n := len(out); n > 0 && out[n-1].turns(&c) {
			last := &out[n-1]
			if c.New != nil {
				last.New, last.Person = c.New, c.Person
			} else {
				last.Old = c.Old
			}
			last.Turned = true
			continue
		}
		out = append(out, c)
	}
	d.Rules = out
}

// turns reports whether the one change undoes what the other does, for the other of person
// and household.
func (c *RuleChange) turns(o *RuleChange) bool {
	return c.A == o.A && c.B == o.B && c.Kind == o.Kind && (c.Old == nil && o.New == nil || c.New == nil && o.Old == nil)
}

func order(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
