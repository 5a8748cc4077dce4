package rulebench

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianou/core/facts"
	"lianou/core/matching"
)

// The yardstick means the same rules: on random households it gives the outcome of
// the compiled Book for all 41 items. Control: any bound changed in byhand_items.go
// turns it red.
func TestByHandAgreesWithTheBook(t *testing.T) {
	t.Parallel()
	m, err := matcher()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := newCity(rapid.Uint64().Draw(t, "seed"))
		var v facts.Vector
		ours, theirs := make([]matching.Outcome, 41), make([]matching.Outcome, 41)
		for range 200 {
			c.household(&v)
			m.Judge(&v, ours)
			byHand(&v, theirs)
			for i := range ours {
				if ours[i] != theirs[i] {
					t.Fatalf("item %d: the Book says %s, by hand %s", i+1, ours[i], theirs[i])
				}
			}
		}
	})
}

// Every item comes out all three ways in the city of the benchmark, or B3 would
// measure an easy case.
func TestTheCityIsNotEasy(t *testing.T) {
	t.Parallel()
	m, err := matcher()
	if err != nil {
		t.Fatal(err)
	}
	c := newCity(7)
	var v facts.Vector
	out := make([]matching.Outcome, 41)
	seen := make([][3]int, 41)
	for range 100_000 {
		c.household(&v)
		m.Judge(&v, out)
		for i, o := range out {
			seen[i][o]++
		}
	}
	for i, n := range seen {
		if !slices.Contains([]int{11, 12}, i+1) && (n[0] == 0 || n[1] == 0 || n[2] == 0) {
			t.Errorf("item %d: outcomes %v", i+1, n)
		}
	}
}

// Measure prints its lines at any size; the figures are for `make bench`.
func TestMeasurePrintsItsLines(t *testing.T) {
	t.Parallel()
	lines, err := Measure(Config{Households: 2 * batch, Rounds: 1})
	if err != nil || len(lines) != 2 || lines[0].Bar != "B3" || lines[1].Bar != "B4" {
		t.Fatalf("%v %v", lines, err)
	}
}

func BenchmarkB3Compiled(b *testing.B) { benchmark(b, nil) }

func BenchmarkB3ByHand(b *testing.B) { benchmark(b, byHand) }

func benchmark(b *testing.B, judge func(*facts.Vector, []matching.Outcome)) {
	m, err := matcher()
	if err != nil {
		b.Fatal(err)
	}
	if judge == nil {
		judge = m.Judge
	}
	vectors := make([]facts.Vector, batch)
	c := newCity(1)
	for i := range vectors {
		c.household(&vectors[i])
	}
	out := make([]matching.Outcome, 41)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		judge(&vectors[i%batch], out)
	}
}
