package rulebench

import (
	"testing"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// The interview asks the seeded city less than the form everybody fills, and two fifths of all
// that could be asked, and
// what comes of it is what comes of all the facts at once.
//
// Control: rounds that name nobody and leave the fact open; Next without passed.
func TestInterviewAsksLess(t *testing.T) {
	t.Parallel()
	on, _ := core.ParseDate("2024-03-01")
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	g, err := seed.NewGenerator(seed.Config{People: 4000, Today: on, Regions: regions})
	if err != nil {
		t.Fatal(err)
	}
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := lib.On(on)
	if err != nil {
		t.Fatal(err)
	}
	m, err := matching.Compile(book)
	if err != nil {
		t.Fatal(err)
	}
	list := append(g.Chunk(0), g.Chunk(1)...)
	got, err := Questions(m, on, list)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d households: %+v", len(list), got)
	if 5*got.Interview > 2*got.Whole || got.Interview >= got.Form {
		t.Errorf("asks %d at the median; the form %d, everything %d", got.Interview, got.Form, got.Whole)
	}
	if got.Known+10 > got.Interview {
		t.Errorf("asks %d at the median of whom the registers know, %d of others", got.Known, got.Interview)
	}
	if 3*got.Open > got.FormOpen {
		t.Errorf("leaves %d items open at the median, the form %d", got.Open, got.FormOpen)
	}
	if got.Differ > 0 {
		t.Errorf("%d households came to another outcome", got.Differ)
	}
}
