package matching

import (
	"lianou/core"
	"lianou/core/policy"
)

// benefit computes what an eligible item would give. An amount that hangs on a
// fact nobody knows yet is left out rather than guessed.
func (e *explainer) benefit(it *policy.Item) Benefit {
	b := &it.Benefit
	out := Benefit{Per: b.Per, Text: b.Text}
	if b.Formula == nil {
		return out
	}
	if !b.Each {
		out.Amount, out.Sample = e.amount(b.Formula, house)
		return out
	}
	for i, o := range e.persons {
		if o == Eligible {
			share, sample := e.amount(b.Formula, i)
			out.Amount += share
			out.Sample = out.Sample || sample
		}
	}
	return out
}

// amount evaluates a formula for the household or one member. The sample flag is
// that of any parameter it reads.
func (e *explainer) amount(f *policy.Formula, member int) (core.Fen, bool) {
	sample := false
	for i := range f.Uses {
		u := &f.Uses[i]
		if u.Param >= 0 {
			if !e.place.has[u.Param] {
				return 0, sample
			}
			p := &e.place.values[u.Param]
			sample = sample || p.Sample
			e.vars[u.Name] = int(p.Value)
			continue
		}
		x, known := e.value(u.Fact, member)
		if !known {
			return 0, sample
		}
		e.vars[u.Name] = u.Fact.Of().Var(x)
	}
	fen, err := f.Eval(e.vars)
	if err != nil {
		// Types were checked when the Book was loaded; an amount that still cannot be
		// computed is one that people work out.
		return 0, sample
	}
	return fen, sample
}
