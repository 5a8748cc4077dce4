package matching

import (
	"lianou/core"
	"lianou/core/policy"
)

// untold is the share of a member, or of the household, that hangs on a fact nobody
// knows yet, or on no formula at all.
const untold = core.Fen(-1)

// benefit computes what an eligible item would give, and keeps each member's share
// for the bundle. An amount that hangs on a fact nobody knows yet is left out
// rather than guessed, be it one member's: a sum without it would be too small.
func (e *explainer) benefit(it *policy.Item, shares []core.Fen) Benefit {
	b := &it.Benefit
	out := Benefit{Per: b.Per, Text: b.Text}
	if b.Formula == nil {
		return out
	}
	if !b.Each {
		shares[0], out.Sample = e.amount(b.Formula, house)
		out.Amount, out.Told = max(shares[0], 0), shares[0] != untold
		return out
	}
	out.Told = true
	for i, o := range e.persons {
		if o == Eligible {
			share, sample := e.amount(b.Formula, i)
			shares[i+1] = share
			out.Amount += max(share, 0)
			out.Sample = out.Sample || sample
			out.Told = out.Told && share != untold
		}
	}
	if !out.Told {
		out.Amount = 0
	}
	return out
}

// amount evaluates a formula for the household or one member. The sample flag is that of
// any parameter it names, also where the sum cannot be told: who then types one types it by
// the same sample standard.
func (e *explainer) amount(f *policy.Formula, member int) (core.Fen, bool) {
	sample := e.sampled(f)
	for i := range f.Uses {
		u := &f.Uses[i]
		if u.Param >= 0 {
			if !e.place.has[u.Param] {
				return untold, sample
			}
			e.vars[u.Name] = int(e.place.values[u.Param].Value)
			continue
		}
		x, known := e.value(u.Fact, member)
		if !known {
			return untold, sample
		}
		e.vars[u.Name] = u.Fact.Of().Var(x)
	}
	fen, err := f.Eval(e.vars)
	if err != nil {
		// Types were checked when the Book was loaded; an amount that still cannot be
		// computed is one that people work out.
		return untold, sample
	}
	return fen, sample
}

// sampled reports whether a formula names a parameter that is a sample in this place.
func (e *explainer) sampled(f *policy.Formula) bool {
	for i := range f.Uses {
		if p := f.Uses[i].Param; p >= 0 && e.place.has[p] && e.place.values[p].Sample {
			return true
		}
	}
	return false
}

// sharesOf gives an item's shares: the household's first, then each member's.
func (e *explainer) sharesOf(item int) []core.Fen {
	n := len(e.v.M) + 1
	return e.shares[item*n : (item+1)*n]
}
