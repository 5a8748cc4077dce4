package wording

import (
	"regexp"
	"testing"

	"lianou/core"
)

// What was asked about money and what came of it is said plainly, without an amount, and asks for
// nothing.
//
// Control: an amount in the line ("360 元 names a sum").
func TestWhatWasAskedIsSaidPlainly(t *testing.T) {
	t.Parallel()
	sum := regexp.MustCompile(`[0-9]+ ?元|[0-9]{3}`)
	say := func(citizen, staff string) {
		t.Helper()
		if wrong := Lint(citizen); wrong != nil || staff == "" {
			t.Errorf("%s (%s): %v", citizen, staff, wrong)
		}
		if found := sum.FindString(regexp.MustCompile(Hotline).ReplaceAllString(citizen+staff, "")); found != "" {
			t.Errorf("%s names a sum in %s", found, citizen)
		}
	}
	for _, what := range []AskedWhat{AskedRight, AskedAmount, AskedMissing, AskedTaken, AskedUnfound, AskedVague, AskedUnsure} {
		for _, by := range []core.Date{0, core.NewDate(2026, 12, 7)} {
			say(Asked(what, "最低生活保障边缘家庭救助", 11, by))
		}
	}
	for _, result := range []string{"arrived", "explained", "repaired", "passed"} {
		say(FoundOut(result, "最低生活保障边缘家庭救助", 11))
	}
}
