package matching

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"lianou/core/facts"
	"lianou/core/facts/factstest"
)

// TestScannerJudgesTheSame: a household that answers like one before it is judged like it,
// and like the matcher judges it by itself. The scanner's memory goes on through all of
// them. Controls: a setting without the answers of the household, or without its
// statuses; "every member" left out; a limit that is one off in its sieve.
func TestScannerJudgesTheSame(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	s := m.NewScanner()
	if s.sieves[0] == nil {
		t.Fatal("the Book is judged without memory")
	}
	var v facts.Vector
	out := make([]Outcome, len(m.book.Items))
	again := 0
	rapid.Check(t, func(t *rapid.T) {
		h := drawHousehold(t)
		for n := range 6 {
			v.Gather(&h)
			before := len(s.known)
			got := s.Judge(&v)
			if before == len(s.known) {
				again++
			}
			m.Judge(&v, out)
			for i, want := range out {
				if got.Eligible>>i&1 == 1 != (want == Eligible) || got.Open>>i&1 == 1 != (want == Unknown) {
					t.Fatalf("%s: %b, %b, want %v", m.book.Items[i].Code, got.Eligible>>i&1, got.Open>>i&1, want)
				}
			}
			// The same people in another order answer the same; in another house they need not.
			r := rand.New(rand.NewPCG(uint64(len(h.Members)), uint64(n)))
			r.Shuffle(len(h.Members), func(i, j int) { h.Members[i], h.Members[j] = h.Members[j], h.Members[i] })
			if other := factstest.Quick(r); n%2 == 1 {
				h.Statuses = other.Statuses
			} else if n > 0 {
				other.Members = h.Members
				h = other
			}
		}
	})
	if again == 0 {
		t.Error("nothing was remembered")
	}
}

// TestScannerForgets: its memory is bounded, and what comes after is judged all the same.
func TestScannerForgets(t *testing.T) {
	t.Parallel()
	s := matcherOn(t, "2024-03-01").NewScanner()
	for i := range maxKnown {
		s.known[profile{home: answers{uint64(i), 0}, place: 9999}] = Found{}
	}
	h := factsOf(t, "poor")
	var v facts.Vector
	v.Gather(&h)
	if f := s.Judge(&v); len(s.known) != 1 || f != s.plainly(&v) {
		t.Errorf("%d are remembered, found %+v", len(s.known), f)
	}
}
