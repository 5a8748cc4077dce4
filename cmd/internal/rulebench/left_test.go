package rulebench

import (
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/intake/interview"
)

// What the screener says is left is about what comes: at the median of the seeded city it
// is right within a quarter at the start, and within two questions later on.
//
// Control: Roughly that says what is left at most.
func TestWhatIsLeftIsAboutWhatComes(t *testing.T) {
	t.Parallel()
	on := core.NewDate(2024, 3, 1)
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	g, err := seed.NewGenerator(seed.Config{People: 2000, Today: on, Regions: regions})
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
	iv, err := interview.NewScreener()
	if err != nil {
		t.Fatal(err)
	}
	said, came := map[int][]int{}, map[int][]int{} // by the questions answered
	for _, h := range g.Chunk(0)[:150] {
		w, err := NewWitness(&h, on)
		if err != nil {
			t.Fatal(err)
		}
		c := iv.Begin(on, w.Whole.County, interview.Known{})
		var told []int
		for step := iv.Next(c, m); step.Ref != interview.StepEnd; step = iv.Next(c, m) {
			told = append(told, interview.Roughly(iv.Left(c, m)))
			if err := iv.Take(c, step, interview.Given{Step: step.Ref, Answer: w.Answer(step)}); err != nil {
				t.Fatal(err)
			}
		}
		for i, n := range told {
			said[i], came[i] = append(said[i], n), append(came[i], len(told)-i)
		}
	}
	for at := 0; at <= 20; at += 2 {
		slices.Sort(said[at])
		slices.Sort(came[at])
		n := len(said[at])
		a, b := said[at][n/2], came[at][n/2]
		t.Logf("after %d: said %d, came %d (of %d households)", at, a, b, n)
		if off := a - b; off > max(2, b/4) || -off > max(2, b/4) {
			t.Errorf("after %d questions %d are said to be left, and %d come", at, a, b)
		}
	}
}
