package policy_test

import (
	"testing"

	"lianou/core"
	"lianou/core/policy"
)

// TestAYearIsTwelveMonths of every period, in the one place that says so.
// Control: a term once a year ("1200 fen a term are 1200 a year").
func TestAYearIsTwelveMonths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		per         string
		year, month core.Fen
	}{{"month", 14400, 1200}, {"term", 2400, 200}, {"year", 1200, 100}, {"season", 1200, 100}, {"once", 1200, 0}, {"", 1200, 0}} {
		if y, m := policy.Yearly(1200, c.per), policy.Monthly(1200, c.per); y != c.year || m != c.month {
			t.Errorf("1200 fen a %s are %d a year and %d a month, want %d and %d", c.per, y, m, c.year, c.month)
		}
	}
}
