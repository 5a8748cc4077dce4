package workflow

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/policy"
)

func dayOf(t *testing.T, s string) core.Date {
	t.Helper()
	d, err := core.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Every pack has an application of its own day handled its own way, and says by which
// law; the figures were counted by hand on the calendar (domain.md 3.1, 3.3).
// Control: t.County left out of clock, Outside ignored, or "last pack wins" turned round
// in policy.applyPacks.
func TestPacksSetTheClock(t *testing.T) {
	t.Parallel()
	books, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		on                    string
		item                  core.ItemCode
		packs                 string
		town, county, special string
		law                   string
		notices               int
		appraisal             string
		surveyed              bool
	}{
		// 23 working days, then 14 days of the two notices.
		{"2016-07-01", "MZ-01", "A", "2016-08-17", "2016-08-17", "2016-08-17", "审批办法(试行)第18至31条", 2, "always", true},
		{"2018-03-01", "MZ-01", "A A+", "2018-04-17", "2018-04-17", "2018-04-17", "审批办法(试行)第18至31条", 2, "always", true},
		{"2020-11-30", "MZ-01", "A A+ B", "2021-01-14", "2021-01-14", "2021-01-14", "审批办法(试行)第18至31条", 2, "disputed", true},
		// The notice lies inside the 30, 20 and 45.
		{"2021-07-01", "MZ-01", "C", "2021-08-12", "2021-08-12", "2021-09-02", "审核确认办法第22条", 1, "disputed", false},
		{"2024-03-01", "MZ-01", "C D E", "2024-03-29", "2024-04-15", "2024-05-08", "第四部分", 1, "disputed", false},
		{"2025-03-03", "MZ-01", "C D E F", "2025-03-31", "2025-04-15", "2025-05-08", "第四部分", 1, "disputed", false},
		// 15 or 30 working days and 7 of the notice.
		{"2024-03-01", "MZ-02", "C D E", "2024-03-29", "2024-04-22", "2024-03-29", "特困人员认定办法第13至16条", 1, "disputed", false},
		// No notice at all (民发〔2019〕62号): what protects a child.
		{"2024-03-01", "MZ-06", "C D E", "2024-04-15", "2024-04-15", "2024-04-15", "", 0, "", false},
	} {
		day := dayOf(t, c.on)
		book, err := books.On(day)
		if err != nil {
			t.Fatal(err)
		}
		item, ok := book.Item(c.item)
		if !ok {
			t.Fatalf("%s: no %s", c.on, c.item)
		}
		terms := termsOf(book, item, day)
		if terms.Packs != c.packs || terms.Notices != c.notices || terms.Appraisal != c.appraisal || terms.SurveyDone != c.surveyed || terms.On != day {
			t.Errorf("%s %s: %+v", c.on, c.item, terms)
		}
		for _, s := range []struct {
			stand
			want string
		}{{stand{}, c.town}, {stand{County: true}, c.county}, {stand{Special: true}, c.special}} {
			s.Notice = item.NoticeDays
			due, law := clock(books.Calendar().Add, terms, s.stand)
			if due.String() != s.want || law == "" || !strings.Contains(law, c.law) {
				t.Errorf("%s %s %+v: by %s (%s), want %s by %s", c.on, c.item, s.stand, due, law, s.want, c.law)
			}
		}
	}
}

// A clock ends on a working day, never before its working days have passed, nor earlier
// for a special case, the county or a notice; and counted back by the calendar it is the
// number of days that the law gives.
// Control: clock with due.AddDate of the working days instead of the calendar's.
func TestClockKeepsTheCalendar(t *testing.T) {
	t.Parallel()
	books, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	cal := books.Calendar()
	first, last := books.Books()[0].From, dayOf(t, "2026-12-01")
	rapid.Check(t, func(t *rapid.T) {
		day := first + core.Date(rapid.IntRange(0, int(last-first)).Draw(t, "day"))
		book, err := books.On(day)
		if err != nil {
			t.Fatal(err)
		}
		item := &book.Items[rapid.IntRange(0, len(book.Items)-1).Draw(t, "item")]
		terms := termsOf(book, item, day)
		s := stand{County: rapid.Bool().Draw(t, "county"), Special: rapid.Bool().Draw(t, "special")}
		bare, _ := clock(cal.Add, terms, s)
		plain, _ := clock(cal.Add, terms, stand{})
		noticed := s
		noticed.Notice = item.NoticeDays
		due, law := clock(cal.Add, terms, noticed)
		if !cal.Working(due) || due < bare || bare < plain && terms.County >= terms.Days {
			t.Fatalf("%s from %s: %s, without a notice %s, plain %s", item.Code, day, due, bare, plain)
		}
		want := max(terms.Days, map[bool]int{true: terms.Special}[s.Special])
		if s.County && terms.County > 0 {
			want = max(terms.County, map[bool]int{true: terms.Special}[s.Special])
		}
		if want == 0 {
			want = routineDays
		}
		if n := cal.Between(day, bare); n != want || law == "" {
			t.Fatalf("%s from %s to %s are %d working days, want %d", item.Code, day, bare, n, want)
		}
		if terms.Outside && due > bare && due < bare+core.Date(item.NoticeDays*terms.Notices) {
			t.Fatalf("%s: the notice is not on top: %s after %s", item.Code, due, bare)
		}
	})
}
