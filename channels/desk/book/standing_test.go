package book

import (
	"testing"

	"lianou/core"
	"lianou/core/rulebook"
)

// TestAnEditionSaysWhetherItIsGoneBy: published ahead, the next one leaves the present one in
// force until its day; one replaced on its first day never was.
//
// Red: every edition that has a next one was 换过了 ("in force until the 5th: 换过了").
func TestAnEditionSaysWhetherItIsGoneBy(t *testing.T) {
	t.Parallel()
	day := func(n int) core.Date { return core.NewDate(2026, 12, n) }
	next := func(n int) *rulebook.Signed { return &rulebook.Signed{Edition: rulebook.Edition{From: day(n)}} }
	for name, c := range map[string]struct {
		from core.Date
		next *rulebook.Signed
		want string
	}{
		"the newest":                {day(1), nil, "现在按它办"},
		"in force until the 5th":    {day(1), next(5), "现在按它办"},
		"replaced":                  {core.NewDate(2026, 11, 1), next(1), "换过了"},
		"ahead":                     {day(5), nil, "还没到"},
		"replaced on its first day": {day(1), next(1), "没有执行过"},
		"replaced before it":        {day(9), next(5), "没有执行过"},
	} {
		if got := standing(c.from, c.next, day(1)); got.Word != c.want {
			t.Errorf("%s: %s, want %s", name, got.Word, c.want)
		}
	}
}
