package matching

import (
	"lianou/core"
)

// Share gives what the i-th item of the last Weigh comes to for one member, by their place
// in the facts, beside what the bundle gives else, and whether a sample amount is in it.
// False when that cannot be told: the item is for the household as a whole, hangs on
// something unknown, or is shortened as a whole. Nobody's share of what does not fit, or is
// not in the bundle, is 0.
func (w *Weigher) Share(i, member int) (fen core.Fen, sample, told bool) {
	from, to := w.b.claimsOf(i)
	f := &w.findings[i]
	for c := from; c < to; c++ {
		own := &w.b.claims[c]
		if own.member != member && own.member != house {
			continue
		}
		if !w.taken[c] {
			return 0, false, true
		}
		left, deducted := w.b.left(c, w.findings, w.taken)
		if own.member == house && (left != own.fen || !w.e.m.book.Items[i].Benefit.Each) {
			return 0, false, false
		}
		if own.member == house {
			if w.among(f, member) {
				left = w.e.sharesOf(i)[member+1]
			} else {
				left = 0
			}
		}
		return max(left, 0), f.Benefit.Sample || deducted, left != untold
	}
	return 0, false, true
}

// among reports whether a finding is for a member.
func (w *Weigher) among(f *Finding, member int) bool {
	for _, ref := range f.For {
		if ref == w.home.Members[member].Ref {
			return true
		}
	}
	return false
}
