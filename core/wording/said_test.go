package wording_test

import (
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/wording"
)

// Wherever a household's facts are shown, a mark that stands in the place of an income says that it
// is one and counts for nothing; a loss is shown as it was told.
//
// Control: value without the mark (`"-9,999 元/月"`).
func TestAMarkSaysThatItIsOne(t *testing.T) {
	t.Parallel()
	for told, want := range map[core.Fen]string{-9_999_00: "不知道(记着 -9,999,", -500_00: "-500 元/月", 0: "0 元/月"} {
		if got := wording.Facts(core.Household{IncomePerCapitaMonth: &told})["income_per_capita_month"]; !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
