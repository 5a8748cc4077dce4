package hardship

import (
	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// Aid is what a household receives already: money in force each month, and payments of
// the last twelve months that came once.
type Aid struct{ Monthly, Once core.Fen }

// Year is what the aid comes to in twelve months.
func (a Aid) Year() int64 { return 12*int64(a.Monthly) + int64(a.Once) }

// Net is the vector with the aid counted as income, for the net index of domain.md 4.2:
// what is left of the hardship after what is already given. The index itself goes by v.
// Income that is not known stays so: aid alone says nothing of the rest. The result shares
// the members and shocks of v, which must not change meanwhile.
func Net(v *facts.Vector, a Aid) facts.Vector {
	out := *v
	if ipc, known := v.Get(policy.IncomePerCapita); known && len(v.M) > 0 {
		// Whole fen, rounded down: aid never counts for more than it is.
		out.Set(policy.IncomePerCapita, ipc+a.Year()/(12*int64(len(v.M))))
	}
	if year, known := v.Get(policy.Income12m); known {
		out.Set(policy.Income12m, year+a.Year())
	}
	return out
}
