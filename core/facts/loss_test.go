package facts_test

import (
	"encoding/binary"
	"testing"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// A business that lost money brought nothing in: the loss is no income, and no formula that
// pays what is missing to a line pays for it.
//
// Control: gather without earned (`-50000 is -50000, true`).
func TestALossIsNoIncome(t *testing.T) {
	t.Parallel()
	for said, want := range map[core.Fen]int64{-50_000: 0, -1: 0, -99_98: 0, -1_000_00: 0, 0: 0, 1: 1, 30_000: 30_000} {
		var v facts.Vector
		v.Gather(&core.Household{IncomePerCapitaMonth: &said, Members: make([]core.Member, 1)})
		if got, known := v.Get(policy.IncomePerCapita); !known || got != want {
			t.Errorf("%d is %d, %v", said, got, known)
		}
	}
}

// A mark of a department's export in the place of a figure, such as -9999, is neither an income of
// nought nor a loss: the income is not known, and is asked for. So it is with a row that was packed
// before that was looked at; a loss in such a row is no income either.
//
// Controls: earned without Unmarked (`-999900 is an income of 0`); rows of before taken as they are (`a row of
// before: -999900 is -999900, true`); every loss a mark (`a row of before: -50000 is -50000, false`).
func TestAMarkIsNoIncomeOfNought(t *testing.T) {
	t.Parallel()
	for _, mark := range []core.Fen{-1_00, -9_00, -99_00, -999_00, -9_999_00, -99_999_00, -999_999_00} {
		h := core.Household{IncomePerCapitaMonth: &mark, Members: make([]core.Member, 1)}
		var v facts.Vector
		v.Gather(&h)
		if got, known := v.Get(policy.IncomePerCapita); known {
			t.Errorf("%d is an income of %d", mark, got)
		}
		row, err := facts.Pack(nil, &h, make([]core.Date, 1))
		if err == nil {
			err = facts.NewReader(core.NewDate(2026, 12, 1)).Unpack(row, &v)
		}
		if got, known := v.Get(policy.IncomePerCapita); known || err != nil {
			t.Errorf("packed, %d is an income of %d: %v", mark, got, err)
		}
	}
	for before, want := range map[int64]int64{-9_999_00: -1, -50_000: 0, 300_00: 300_00} {
		var v facts.Vector
		row := append([]byte{2, 26, 0}, binary.AppendVarint(binary.AppendUvarint(nil, 1<<policy.IncomePerCapita), before)...)
		if err := facts.NewReader(core.NewDate(2026, 12, 1)).Unpack(row, &v); err != nil {
			t.Fatal(err)
		}
		if got, known := v.Get(policy.IncomePerCapita); known != (want >= 0) || known && got != want {
			t.Errorf("a row of before: %d is %d, %v", before, got, known)
		}
	}
}
