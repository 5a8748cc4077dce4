package insight

import (
	"math/rand/v2"
	"testing"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// rows packs some households of different size and luck, deterministic.
func rows(t testing.TB, n int) (list [][]byte, judge *Judge) {
	t.Helper()
	on := core.NewDate(2024, 3, 1)
	r := rand.New(rand.NewPCG(4, 4))
	for range n {
		ipc, fin, rigid := core.Yuan(int64(r.IntN(4000))), core.Yuan(int64(r.IntN(30000))), core.Yuan(int64(r.IntN(9000)))
		area, grade, work, job, ill := core.Area("rural"), core.HouseGrade("B"), core.WorkAbility("full"), core.Employment("employed"), core.Illness("none")
		h := core.Household{On: on, County: "371426", Area: &area, IncomePerCapitaMonth: &ipc, FinancialAssetsPerCapita: &fin, Rigid12m: &rigid, HouseGrade: &grade,
			Shocks: &[]core.Shock{}, Statuses: &[]core.Status{}}
		var births []core.Date
		for range 1 + r.IntN(4) {
			h.Members = append(h.Members, core.Member{WorkAbility: &work, Employment: &job, Illness: &ill, Disability: &core.Disability{}})
			births = append(births, on-core.Date(r.IntN(30000)))
		}
		row, err := facts.Pack(nil, &h, births)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := lib.On(on)
	if err != nil {
		t.Fatal(err)
	}
	if judge, err = NewJudge(book, on); err != nil {
		t.Fatal(err)
	}
	return list, judge
}

// TestRowAllocatesNothing: a scan of two million households makes no garbage of them.
// Control: a slice of outcomes for each.
func TestRowAllocatesNothing(t *testing.T) {
	list, judge := rows(t, 50)
	if n := testing.AllocsPerRun(20, func() {
		for i, row := range list {
			if _, err := judge.Row(core.HouseholdID(i), row); err != nil {
				t.Fatal(err)
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations for 50 households", n)
	}
}

func BenchmarkRow(b *testing.B) {
	list, judge := rows(b, 512)
	for i := 0; b.Loop(); i++ {
		if _, err := judge.Row(core.HouseholdID(i), list[i%len(list)]); err != nil {
			b.Fatal(err)
		}
	}
}
