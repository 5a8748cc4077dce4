package matching

// Whom gives the members whom the i-th item of the last Weigh fits, by their place in the
// facts: nil for an item about the household as a whole, and for one that fits nobody.
func (w *Weigher) Whom(i int) (members []int) {
	f := &w.findings[i]
	if f.Outcome != Eligible {
		return nil
	}
	for m := range w.e.h.Members {
		if w.among(f, m) {
			members = append(members, m)
		}
	}
	return members
}

// Chosen reports whether the i-th item of the last Weigh is in the best legal set for a
// member by their place in the facts, or for anybody where that is below 0.
func (w *Weigher) Chosen(i, member int) bool {
	from, to := w.b.claimsOf(i)
	for c := from; c < to; c++ {
		if own := &w.b.claims[c]; w.taken[c] && (member < 0 || own.member == member || own.member == house) {
			return true
		}
	}
	return false
}
