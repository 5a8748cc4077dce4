package casefile

import (
	"testing"
	"time"

	"lianou/core"
)

// A word that is given on a leap day ends on a day that the database knows to be within the
// year: one day more, and no case of that day was opened. Control, seen red: AddDate alone
// ("2028-02-29: until 2029-03-01").
func TestAWordOfALeapDayEndsWithinTheYear(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{"2028-02-29T10:00:00Z": "2029-02-28", "2026-11-30T10:00:00Z": "2027-11-30", "2026-11-30T17:00:00Z": "2027-12-01"} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := meansUntil(when); got.String() != want {
			t.Errorf("%s: until %s, want %s", core.DateOf(when), got, want)
		}
	}
}
