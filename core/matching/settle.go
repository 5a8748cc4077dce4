package matching

import (
	"lianou/core"
	"lianou/core/policy"
)

// settle gives the items of the bundle the amounts that are left beside one
// another: what is taken, less what overlaps deduct. An amount of which one share
// or deduction cannot be told stays open; an officer fills it in.
func (b *bundler) settle(findings []Finding, taken []bool) {
	for from := 0; from < len(b.claims); {
		item := b.claims[from].item
		_, to := b.claimsOf(item)
		b.settleItem(findings, item, from, to, taken)
		from = to
	}
}

func (b *bundler) settleItem(findings []Finding, item, from, to int, taken []bool) {
	f := &findings[item]
	if f.Outcome != Eligible {
		return // received, and nothing of it is new
	}
	f.Benefit.For = f.For
	sum, told, all, some := core.Fen(0), true, true, false
	var who []core.MemberRef
	for c := from; c < to; c++ {
		if !b.proposed(taken, c) {
			all = false
			continue
		}
		some = true
		net, sample := b.left(c, findings, taken)
		if net == untold {
			told = false
		} else {
			sum += net
		}
		f.Benefit.Sample = f.Benefit.Sample || sample
		if m := b.claims[c].member; m != house {
			who = append(who, b.h.Members[m].Ref)
		}
	}
	if !some {
		return // outside the bundle: what it would be alone
	}
	if !all {
		f.Benefit.For = who
	}
	told = told || f.Benefit.Told && f.Benefit.Amount == 0 // of nothing nothing is left, whatever is taken off
	if f.Benefit.Amount, f.Benefit.Told = sum, told; !told {
		f.Benefit.Amount = 0
	}
}

// left is what a taken claim comes to beside the other taken ones, and whether a
// sample amount was deducted.
func (b *bundler) left(c int, findings []Finding, taken []bool) (core.Fen, bool) {
	own := &b.claims[c]
	sample := false
	if own.fen == untold {
		return untold, sample
	}
	left := own.fen
	for i := range b.joints {
		j := &b.joints[i]
		if j.b != c || j.exclude || !taken[j.a] {
			continue
		}
		other := &b.claims[j.a]
		if b.notYet(j.a) {
			continue
		}
		d := b.deducted(j)
		if d == untold {
			return untold, sample
		}
		sample = sample || d > 0 && findings[other.item].Benefit.Sample
		left -= d
	}
	return max(left, 0), sample
}

// deducted is what an overlap takes off claim b, in b's period.
func (b *bundler) deducted(j *joint) core.Fen {
	x, y := &b.claims[j.a], &b.claims[j.b]
	if x.fen == untold {
		return untold
	}
	fen := b.inPeriod(x.fen, x.per, y.per)
	if j.rule.Part != nil {
		most, _ := b.e.amount(j.rule.Part, y.member)
		if most == untold {
			return untold
		}
		return min(fen, most)
	}
	if j.rule.AtMost >= 0 {
		return untold // which part of the other it is, the Book does not say
	}
	return fen
}

// inPeriod is a sum of one period in another, to the fen below. Up to version 2 a term
// counted as a year.
func (b *bundler) inPeriod(fen core.Fen, from, to string) core.Fen {
	switch {
	case from == to:
		return fen
	case b.m.version < versionNeeds && from != "month" && to != "month":
		return fen
	case b.m.version < versionNeeds && from != "month":
		return fen / 12
	case b.m.version < versionNeeds:
		return 12 * fen
	}
	return policy.Yearly(fen, from) / policy.Yearly(1, to)
}
