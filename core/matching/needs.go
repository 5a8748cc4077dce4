package matching

import (
	"slices"

	"lianou/core/policy"
)

// needs are the claims that can only be approved once another item is: they ask for a status
// that nobody has recognised and that items grant. Whoever gives 低保 up for 特困 cannot be
// given what asks for 低保 alone, so a set with such a claim is legal only where what it takes
// grants enough.
//
// A claim that would not stand either if every grant that can be claimed were taken waits for
// something outside the bundle, and stays: its After says for what. What is received or asked
// for already is other people's to judge.
type needs struct {
	b       *bundler
	claims  []int            // those with a need, in order
	grants  []int            // the claims of items that grant a status
	answers map[needAsk]bool // whether a claim stands: trees are walked once a question
}

type needAsk struct {
	claim   int
	granted statusSet
}

// grantedBy gives the statuses that the claims in a set grant; nil is the set of all.
func (b *bundler) grantedBy(taken []bool) (out statusSet) {
	for s, item := range b.m.grants {
		from, to := b.claimsOf(item)
		for c := from; c < to; c++ {
			if taken == nil || taken[c] {
				out |= 1 << s
			}
		}
	}
	return out
}

// needs lists them.
func (b *bundler) needs() *needs {
	n := &needs{b: b, answers: map[needAsk]bool{}}
	all := b.grantedBy(nil)
	for c := range b.claims {
		if slices.Contains(b.m.grants, b.claims[c].item) {
			n.grants = append(n.grants, c)
		}
		if !b.claims[c].held && !b.claims[c].filed && !n.stands(c, 0) && n.stands(c, all) {
			n.claims = append(n.claims, c)
		}
	}
	return n
}

// stands reports whether a claim would be due if of the statuses that items grant only those
// given held without being recognised.
func (n *needs) stands(c int, granted statusSet) bool {
	ask := needAsk{c, granted}
	out, asked := n.answers[ask]
	if !asked {
		own := &n.b.claims[c]
		out = n.b.e.standsFor(&n.b.m.book.Items[own.item], own.member, granted)
		n.answers[ask] = out
	}
	return out
}

// met reports whether a set that is taken gives every claim of it what it needs.
func (n *needs) met(taken []bool) bool {
	granted := n.b.grantedBy(taken)
	return !slices.ContainsFunc(n.claims, func(c int) bool { return taken[c] && !n.stands(c, granted) })
}

// only lists the claims that are taken and would not stand without those of a group.
func (n *needs) only(taken []bool, group []int) (out []int) {
	rest := slices.Clone(taken)
	for _, c := range group {
		rest[c] = n.b.claims[c].held
	}
	granted := n.b.grantedBy(rest)
	for _, c := range n.claims {
		if taken[c] && !slices.Contains(group, c) && !n.stands(c, granted) {
			out = append(out, c)
		}
	}
	return out
}

// solveWith solves once more where the best set leaves a need open. All claims that a need or
// a grant joins are one group then: whether to give 低保 up hangs on all that asks for it.
// Grants come first in it, so that what they leave standing is known for the rest.
func (n *needs) solveWith(taken []bool) {
	rest := make([]bool, len(n.b.claims)) // not of the group
	for i := range rest {
		rest[i] = true
	}
	group := slices.Clone(n.grants)
	for _, c := range group {
		rest[c] = false
	}
	for _, c := range slices.Concat(n.grants, n.claims) {
		for _, k := range n.b.groupOf(c, make([]bool, len(n.b.claims))) {
			if rest[k] {
				rest[k] = false
				group = append(group, k)
			}
		}
	}
	slices.Sort(group[len(n.grants):])
	p := n.b.packer(group)
	p.first = len(n.grants)
	p.standing = func(set []bool) (fallen []bool) {
		all := slices.Clone(taken)
		for k, c := range group {
			all[c] = set[k]
		}
		granted := n.b.grantedBy(all)
		fallen = make([]bool, len(group))
		for k, c := range group {
			fallen[k] = slices.Contains(n.claims, c) && !n.stands(c, granted)
		}
		return fallen
	}
	p.decide(0)
	for k, c := range group {
		taken[c] = p.best[k]
	}
}

// whyFallen gives the reason for an item that the bundle leaves out because it gives up what
// the item asks for.
func (b *bundler) whyFallen(findings []Finding, taken []bool, out Dropped) Dropped {
	granted := b.grantedBy(taken)
	for s, item := range b.m.grants {
		from, to := b.claimsOf(item)
		if from == to || granted.has(s) {
			continue
		}
		first := b.whyDropped(findings, taken, item)
		return Dropped{Item: out.Item, By: first.By, Law: first.Law, Why: "这一项要先有" + nameOf(b.m.book, findings[item].Item) + "。" + first.Why}
	}
	return out
}

// grantsOf lists for each status of a Book the place of the item that grants it, -1 for none.
func grantsOf(book *policy.Book) []int {
	out := make([]int, len(book.Statuses))
	for i := range book.Statuses {
		by := book.Statuses[i].GrantedBy
		out[i] = slices.IndexFunc(book.Items, func(it policy.Item) bool { return by != "" && it.Code == by })
	}
	return out
}
