package policy

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
)

func calendar(t testing.TB) *Calendar {
	t.Helper()
	lib, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return lib.Calendar()
}

func TestDaysOfRestAndWork(t *testing.T) {
	t.Parallel()
	c := calendar(t)
	for _, d := range []struct {
		day     string
		working bool
		holiday string
	}{
		{"2024-02-09", true, ""},      // the eve of 2024 was a working day
		{"2024-02-12", false, "春节"},   // a Monday of rest
		{"2024-02-18", true, ""},      // a Sunday worked instead
		{"2024-03-01", true, ""},      // a Friday
		{"2024-03-02", false, ""},     // a Saturday
		{"2024-10-12", true, ""},      // a Saturday worked instead
		{"2020-01-31", false, "春节"},   // prolonged in 2020
		{"2035-01-01", false, "元旦节"},  // not announced yet: fixed by law
		{"2027-05-02", false, "劳动节"},  // a Sunday besides
		{"2027-10-01", false, "国庆节"},  // a Friday
		{"2027-10-04", true, ""},      // not announced yet: a plain Monday
		{"2025-10-08", false, "国庆中秋"}, // the last day of that holiday
	} {
		day, err := core.ParseDate(d.day)
		if err != nil {
			t.Fatal(err)
		}
		if c.Working(day) != d.working || c.Holiday(day) != d.holiday {
			t.Errorf("%s: working %v, holiday %q", d.day, c.Working(day), c.Holiday(day))
		}
	}
	if !c.Known(core.NewDate(2019, 1, 1)) || !c.Known(core.NewDate(2026, 12, 31)) || c.Known(core.NewDate(2027, 1, 1)) {
		t.Error("the table holds 2019 to 2026")
	}
}

func TestAddAcrossAHoliday(t *testing.T) {
	t.Parallel()
	c := calendar(t)
	for _, d := range []struct {
		from string
		n    int
		want string
	}{
		{"2024-02-08", 1, "2024-02-09"},
		{"2024-02-09", 1, "2024-02-18"}, // eight days of rest, then the Sunday
		{"2024-02-09", 3, "2024-02-20"},
		{"2024-03-01", 20, "2024-03-29"},
		{"2024-03-02", 0, "2024-03-04"}, // from a Saturday
		{"2024-03-01", 0, "2024-03-01"},
		{"2024-03-01", -5, "2024-03-01"},
	} {
		from, _ := core.ParseDate(d.from)
		if got := c.Add(from, d.n).String(); got != d.want {
			t.Errorf("%s + %d working days = %s, want %s", d.from, d.n, got, d.want)
		}
	}
}

// oracle decides each day for itself, from the YAML's lists, the law's fixed days
// where a year is not announced, and the weekday that the standard library names.
func oracle(c *Calendar, d core.Date) bool {
	_, off := c.off[d]
	if !c.years[d.Time().Year()] {
		off = off || slices.Contains([]string{"01-01", "05-01", "05-02", "10-01", "10-02", "10-03"}, d.String()[5:])
	}
	switch d.Time().Weekday() {
	case time.Saturday, time.Sunday:
		return c.work[d]
	default:
		return !off
	}
}

// Working-day arithmetic equals counting day by day. Control: counting the day of
// the start itself turns it red.
func TestCalendarAgainstOracle(t *testing.T) {
	t.Parallel()
	c := calendar(t)
	rapid.Check(t, func(t *rapid.T) {
		from := core.NewDate(2018, 6, 1) + core.Date(rapid.IntRange(0, 3500).Draw(t, "from"))
		n := rapid.IntRange(0, 60).Draw(t, "n")
		want := from
		for left := n; left > 0 || !oracle(c, want); {
			want++
			if left > 0 && oracle(c, want) {
				left--
			}
		}
		if got := c.Add(from, n); got != want {
			t.Fatalf("%s + %d = %s, counting gives %s", from, n, got, want)
		}
		to := from + core.Date(rapid.IntRange(0, 200).Draw(t, "span"))
		count := 0
		for d := from + 1; d <= to; d++ {
			if oracle(c, d) {
				count++
			}
		}
		if got := c.Between(from, to); got != count || c.Between(to, from) != -count {
			t.Fatalf("between %s and %s: %d, counting gives %d", from, to, got, count)
		}
		if n > 0 && c.Between(from, c.Add(from, n)) != n {
			t.Fatalf("between and add disagree at %s + %d", from, n)
		}
	})
}

// The lists themselves are sound: a day worked instead is on a weekend, no day is
// both, and each year has between 10 and 16 days that move.
func TestTableIsSound(t *testing.T) {
	t.Parallel()
	c := calendar(t)
	for d := range c.work {
		day := d.Time().Weekday()
		if _, off := c.off[d]; off || !slices.Contains([]time.Weekday{time.Saturday, time.Sunday}, day) {
			t.Errorf("%s is worked instead, a %s", d, day)
		}
	}
	for year := range c.years {
		weekdays := 0
		for d := range c.off {
			if day := d.Time().Weekday(); d.Time().Year() == year && day != time.Saturday && day != time.Sunday {
				weekdays++
			}
		}
		for d := range c.work {
			if d.Time().Year() == year {
				weekdays--
			}
		}
		// Eleven statutory days, thirteen from 2025; some fall on a weekend that is not moved.
		if weekdays < 9 || weekdays > 15 {
			t.Errorf("%d has %d working days fewer than plain weeks", year, weekdays)
		}
	}
}
