package insight

import (
	"math/rand/v2"
	"testing"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/facts/factstest"
	"lianou/core/hardship"
	"lianou/core/matching"
	"lianou/core/policy"
)

// A scan of packed rows and the page of the household find the same on any day after the facts
// were written down, however old the word on its events has got by then: every item, and the index.
//
// Control: the row without the day of the word ("MZ-03 … fits false, open false on the scan, unknown
// on the page").
func TestPageAndScanAgreeOnAnyDay(t *testing.T) {
	t.Parallel()
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(9, 1))
	silent := 0
	for range 30 {
		on := core.NewDate(2024, 3, 1) + core.Date(r.IntN(700))
		book, err := lib.On(on)
		if err != nil {
			t.Fatal(err)
		}
		judge, err := NewJudge(book, on)
		if err != nil {
			t.Fatal(err)
		}
		page, err := matching.Compile(book)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 40 {
			h := factstest.Quick(r)
			for i := range h.Members {
				h.Members[i].Age = nil // of an age alone a row keeps nothing
			}
			h.On = on
			row, err := facts.Pack(nil, &h, make([]core.Date, len(h.Members)))
			if err != nil {
				t.Fatal(err)
			}
			found, err := judge.Row(core.HouseholdID(n), row)
			if err != nil {
				t.Fatal(err)
			}
			if h.Shocks != nil && facts.Silent(h.ShocksAsked, on) {
				silent++
			}
			result := page.Explain(&h)
			for i := range book.Items {
				f, it := &result.Findings[i], &book.Items[i]
				if (f.Outcome == matching.Eligible) != found.Eligible.Has(it.No) || (f.Outcome == matching.Unknown) != found.Open.Has(it.No) {
					t.Fatalf("%s, asked %s, on %s: fits %v, open %v on the scan, %s on the page", it.Code, h.ShocksAsked, on, found.Eligible.Has(it.No), found.Open.Has(it.No), f.Outcome)
				}
			}
			index := hardship.Score(&h, book)
			points := judge.scorer.Score(&judge.v)
			if index.Min != points.Min() || index.Max != points.Max() {
				t.Fatalf("the index: %d to %d on the page, %d to %d on the scan", index.Min, index.Max, points.Min(), points.Max())
			}
		}
	}
	if silent < 200 {
		t.Errorf("only %d of 1200 had a word too old", silent)
	}
}
