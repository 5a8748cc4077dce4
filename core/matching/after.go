package matching

import (
	"math/bits"
	"slices"

	"lianou/core"
	"lianou/core/policy"
)

// A statusSet is some statuses of a Book, by their numbers.
type statusSet uint16

func (s statusSet) has(i int) bool { return s>>i&1 != 0 }

// waitsFor gives the statuses of which one has to be granted before an eligible item can be
// approved, none where the item stands already: each of those that would be enough alone;
// where no single one is, each of those that it cannot do without.
func (e *explainer) waitsFor(it *policy.Item) statusSet {
	all := e.onlyComputed(it)
	if all == 0 || e.standsWith(it, e.received()) {
		return 0
	}
	if e.m.version < versionBundle {
		return all & -all // the first in the order of the Book
	}
	enough, needed := statusSet(0), statusSet(0)
	for rest := all; rest != 0; rest &= rest - 1 {
		one := rest & -rest
		if e.standsWith(it, one) {
			enough |= one
		} else if !e.standsWith(it, all&^one) {
			needed |= one
		}
	}
	switch {
	case enough != 0:
		return enough
	case needed != 0:
		return needed
	}
	return all
}

// onlyComputed gives the statuses that another item grants and that nobody has recognised yet.
func (e *explainer) onlyComputed(it *policy.Item) (out statusSet) {
	for i := range e.m.book.Statuses {
		s := &e.m.book.Statuses[i]
		if s.GrantedBy != "" && s.GrantedBy != it.Code && e.st[i] == Eligible && e.recognised[i] != Eligible {
			out |= 1 << i
		}
	}
	return out
}

// received gives the statuses of which the item that grants them is received: whoever has 低保
// in hand need not get it first, whether or not the register says so.
func (e *explainer) received() (out statusSet) {
	if e.m.version < versionNeeds {
		return 0
	}
	for i := range e.m.book.Statuses {
		if by := e.m.book.Statuses[i].GrantedBy; by != "" && e.have.receives(by, "") != nil {
			out |= 1 << i
		}
	}
	return out
}

// standsWith reports whether an item would be eligible if of the statuses that items grant
// only those given held without being recognised.
func (e *explainer) standsWith(it *policy.Item, granted statusSet) bool {
	return e.standsFor(it, house, granted)
}

// standsFor is standsWith for one member; for the household it takes any of them.
func (e *explainer) standsFor(it *policy.Item, member int, granted statusSet) bool {
	e.strict, e.granted = true, granted
	defer func() { e.strict, e.granted = false, 0 }()
	if it.When != nil && e.eval(it.When, house) != Eligible {
		return false
	}
	if it.Person == nil {
		return true
	}
	if member != house {
		return e.eval(it.Person, member) == Eligible
	}
	for i := range e.v.M {
		if e.eval(it.Person, i) == Eligible {
			return true
		}
	}
	return false
}

// afters says of every item that waits what comes first.
func (b *bundler) afters(findings []Finding, taken []bool) {
	for i, waits := range b.e.waits {
		if waits != 0 {
			findings[i].After = b.first(findings, taken, waits)
		}
	}
}

// first gives the item that grants one of some statuses: one that the household is to have,
// that is in the bundle, received, or asked for; else the first in the order of the Book.
func (b *bundler) first(findings []Finding, taken []bool, waits statusSet) core.ItemCode {
	for rest := waits; rest != 0; rest &= rest - 1 {
		by := b.m.book.Statuses[bits.TrailingZeros16(uint16(rest))].GrantedBy
		if i := slices.IndexFunc(findings, func(f Finding) bool { return f.Item == by }); i >= 0 {
			if has, _ := b.hasTaken(taken, i); has {
				return by
			}
		}
	}
	return b.m.book.Statuses[bits.TrailingZeros16(uint16(waits))].GrantedBy
}
