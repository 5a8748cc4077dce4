package facts_test

import (
	"testing"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// A business that lost money brought nothing in: the loss is no income, and no formula that
// pays what is missing to a line pays for it.
//
// Named, not seen red: gather without earned.
func TestALossIsNoIncome(t *testing.T) {
	t.Parallel()
	for said, want := range map[core.Fen]int64{-50_000: 0, -1: 0, 0: 0, 1: 1, 30_000: 30_000} {
		var v facts.Vector
		v.Gather(&core.Household{IncomePerCapitaMonth: &said, Members: make([]core.Member, 1)})
		if got, known := v.Get(policy.IncomePerCapita); !known || got != want {
			t.Errorf("%d is %d, %v", said, got, known)
		}
	}
}
