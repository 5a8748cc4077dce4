package matching

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/facts"
)

// TestWeighingIsExplaining: what a Weigher says of a household is what Explain says, for
// many households one after another and under edited Books. Controls: shares not cleared
// ("MZ-01 … Explain says"); settle left out.
func TestWeighingIsExplaining(t *testing.T) {
	t.Parallel()
	src, day := sources(t), core.NewDate(2024, 3, 1)
	paid := 0
	rapid.Check(t, func(t *rapid.T) {
		m, _ := drawBook(t, src, day)
		if m == nil {
			return
		}
		w, scan := m.NewWeigher(), m.NewScanner()
		for range 6 {
			h := drawHousehold(t)
			var v facts.Vector
			v.Gather(&h)
			got, want := w.Weigh(&v, scan.Judge(&v)), m.Explain(&h)
			for i := range want.Findings {
				f := &want.Findings[i]
				one := Given{f.Outcome, f.Benefit.Amount, f.Benefit.Told, f.Benefit.Sample, slices.Contains(want.Bundle, f.Item)}
				if got[i] != one {
					t.Fatalf("%s: %+v, Explain says %+v", f.Item, got[i], one)
				}
				if f.Benefit.Amount > 0 {
					paid++
				}
			}
		}
	})
	if paid == 0 {
		t.Error("nobody was given anything")
	}
}

// BenchmarkWeigh is what one household costs under one Book.
func BenchmarkWeigh(b *testing.B) {
	m := matcherOn(b, "2024-03-01")
	w, scan := m.NewWeigher(), m.NewScanner()
	var list []facts.Vector
	for i := range 64 {
		h := rapid.Custom(func(t *rapid.T) core.Household { return drawHousehold(t) }).Example(i)
		var v facts.Vector
		v.Gather(&h)
		list = append(list, v)
	}
	for i := 0; b.Loop(); i++ {
		w.Weigh(&list[i%len(list)], scan.Judge(&list[i%len(list)]))
	}
}
