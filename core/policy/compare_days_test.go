package policy

import (
	"testing"

	"lianou/core"
)

// A step of files that drops a holiday moves every limit over it, and one that moves the days
// of a pack changes by what law cases are handled: both are differences.
//
// Red: a Diff without the calendar ("a holiday less: nothing differs but [], []"); packs by their texts
// alone ("packs: []").
func TestCompareDays(t *testing.T) {
	t.Parallel()
	old := bookOf(t, tree(t))
	d := Compare(old, changed(t, "calendar.yaml", "{name: 端午节, days: [2019-06-07, 2019-06-08, 2019-06-09]}", "{name: 端午节, days: [2019-06-08, 2019-06-09]}"))
	if d.Equal() || len(d.Calendar) != 1 || len(d.Years) != 0 {
		t.Fatalf("a holiday less: nothing differs but %v, %v", d.Calendar, d.Years)
	}
	if want := (DayChange{core.NewDate(2019, 6, 7), Day{false, "端午节"}, Day{true, ""}}); d.Calendar[0] != want {
		t.Errorf("%+v", d.Calendar[0])
	}
	if d.Judged() != nil || d.Paid() != nil {
		t.Error("a day of rest changes who is entitled")
	}
	files := tree(t)
	delete(files, "calendar.yaml")
	d = Compare(old, bookOf(t, files))
	if len(d.Years) == 0 || !d.Years[0].Had || d.Years[0].Has || len(d.Calendar) == 0 {
		t.Errorf("without a calendar: %v, %d days", d.Years, len(d.Calendar))
	}
	d = Compare(old, changed(t, "packs.yaml", "until: 2021-07-01", "until: 2025-07-01"))
	if len(d.Packs) != 1 || d.Packs[0].Code != "A" || d.Packs[0].Old != nil || d.Packs[0].New == nil {
		t.Errorf("packs: %+v", d.Packs)
	}
	in := changed(t, "packs.yaml", "until: 2021-07-01", "until: 2026-07-01")
	if d = Compare(bookOfPack(t), in); len(d.Packs) != 1 || !d.Packs[0].Days || d.Packs[0].Texts {
		t.Errorf("a pack of other days: %+v", d.Packs)
	}
}

func bookOfPack(t *testing.T) *Book {
	t.Helper()
	return changed(t, "packs.yaml", "until: 2021-07-01", "until: 2025-07-01")
}
