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

// mostTries bounds the sets that are looked for, so that no Book can stop the judging; the
// shipped one, where two items grant a status, needs four and hardly ever more.
const mostTries = 1 << 10

// solve finds the best set in which no need is open, where the best set of the groups leaves
// one. Which statuses are granted is gone through: what grants others is left out, and what
// then does not stand, and each group is solved as ever. Where that best set does not grant
// all that it was to, each grant in turn is taken for certain.
func (n *needs) solve(taken []bool) []bool {
	best := slices.Clone(taken)
	n.drop(best)
	worth, tries := n.b.worth(best), 0
	all := n.b.grantedBy(nil)
	for granted := all; ; granted = (granted - 1) & all {
		n.within(granted, &tries, func(set []bool, w score) {
			if w.better(worth) {
				best, worth = set, w
			}
		})
		if granted == 0 || tries > mostTries {
			return best
		}
	}
}

// drop takes out of a set what does not stand in it, until all does. What is received, asked
// for already or recognised has no need, so that a legal set is left.
func (n *needs) drop(set []bool) {
	for {
		granted, fell := n.b.grantedBy(set), false
		for _, c := range n.claims {
			if set[c] && !n.stands(c, granted) {
				set[c], fell = false, true
			}
		}
		if !fell {
			return
		}
	}
}

// within gives the best legal sets that grant some statuses and no other.
func (n *needs) within(granted statusSet, tries *int, found func([]bool, score)) {
	kept := slices.Clone(n.b.claims)
	defer copy(n.b.claims, kept)
	for s, item := range n.b.m.grants {
		from, to := n.b.claimsOf(item)
		for c := from; c < to && !granted.has(s); c++ {
			if n.b.claims[c].fixed {
				return // it is received, and not given up
			}
			n.b.claims[c].barred = true
		}
	}
	for _, c := range n.claims {
		n.b.claims[c].barred = n.b.claims[c].barred || !n.stands(c, granted)
	}
	n.force(granted, tries, found)
}

// force solves, and where what was to be granted is not, once for each claim that grants the
// first such status, taken for certain.
func (n *needs) force(granted statusSet, tries *int, found func([]bool, score)) {
	if *tries++; *tries > mostTries {
		return
	}
	set, worth := n.b.solveGroups()
	if worth.value < 0 {
		return
	}
	if n.met(set) {
		found(set, worth)
		return
	}
	missing := granted &^ n.b.grantedBy(set)
	for s, item := range n.b.m.grants {
		if !missing.has(s) {
			continue
		}
		from, to := n.b.claimsOf(item)
		for c := from; c < to; c++ {
			if own := &n.b.claims[c]; !own.barred && !own.fixed {
				own.fixed = true
				n.force(granted, tries, found)
				own.fixed = false
			}
		}
		return
	}
}

// worth is the score of a set.
func (b *bundler) worth(set []bool) (out score) {
	for c := range b.claims {
		if !set[c] {
			continue
		}
		deduct := int64(0)
		for i := range b.joints {
			if j := &b.joints[i]; j.b == c && !j.exclude && set[j.a] {
				deduct += j.deduct
			}
		}
		out = out.plus(&b.claims[c])
		out.value += max(b.claims[c].value-deduct, 1) - b.claims[c].value
	}
	return out
}

// whyFallen gives the reason for an item that the bundle leaves out because it gives up what
// the item asks for: the status that is missing, and what is in that one's way. By is "" for
// an item that needs nothing.
func (b *bundler) whyFallen(findings []Finding, taken []bool, finding int) Dropped {
	out := Dropped{Item: findings[finding].Item}
	s := b.missing(taken, finding)
	if s < 0 {
		return out
	}
	by := b.m.grants[s]
	first := b.excludedBy(findings, taken, by)
	if out.By, out.Law = first.By, first.Law; out.By == "" {
		out.By, out.Law = findings[by].Item, b.m.book.Statuses[s].Law
	}
	out.Why = "这一项要先有" + nameOf(b.m.book, findings[by].Item) + "。" + first.Why
	return out
}

// missing is the status that an item needs and a set does not grant: one that would be enough,
// else one that it cannot do without; -1 for none.
func (b *bundler) missing(taken []bool, finding int) int {
	granted, all := b.grantedBy(taken), b.grantedBy(nil)
	it := &b.m.book.Items[finding]
	if b.e.standsWith(it, granted) || !b.e.standsWith(it, all) {
		return -1
	}
	needed := -1
	for s, item := range b.m.grants {
		one := statusSet(1) << s
		switch {
		case item == finding || granted.has(s) || !all.has(s):
		case b.e.standsWith(it, granted|one):
			return s
		case needed < 0 || !b.e.standsWith(it, all&^one):
			needed = s
		}
	}
	return needed
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
