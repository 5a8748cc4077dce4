package hardship

import (
	"testing"

	"pgregory.net/rapid"

	"lianou/core/facts"
	"lianou/core/facts/factstest"
)

func drawWeights(t *rapid.T) (w Weights) {
	for i := range w {
		w[i] = int64(rapid.IntRange(0, mostWeight).Draw(t, "weight"))
	}
	return w
}

// TestByIsTheScorer: weighing points anew gives what a Scorer with those weights finds in
// the household itself.
// Control: By without rounding ("by {...}: part 0 is 8 to 8, the scorer finds 9 to 9").
func TestByIsTheScorer(t *testing.T) {
	t.Parallel()
	b := book(t)
	even := NewScorer(b)
	rapid.Check(t, func(t *rapid.T) {
		h, w := factstest.Household(t), drawWeights(t)
		var v facts.Vector
		v.Gather(&h)
		s := &Scorer{standards: even.standards, weights: w, words: even.words}
		base := even.Score(&v)
		got, want := base.By(&w), s.Score(&v)
		for i := range want.Low {
			if got.Low[i] != want.Low[i] || got.High[i] != want.High[i] {
				t.Fatalf("by %s: part %d is %d to %d, the scorer finds %d to %d", w.String(), i, got.Low[i], got.High[i], want.Low[i], want.High[i])
			}
		}
	})
}

// TestWeightsAreReadStrictly: what is written is read back, and one change of it is refused.
// Control: checkWeights without Most ("{...}: accepted").
func TestWeightsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		good bool
	}{
		{Even.string(), true}, {`{"A":110,"B":85,"C":100,"D":100,"E":100,"F":100,"G":100}`, true},
		{`{"A":110,"B":100,"C":100,"D":100,"E":100,"F":100,"G":100}`, false}, // 103 points
		{`{"A":110,"B":85,"C":100,"D":100,"E":100,"F":100}`, false}, {`{"A":110,"B":85,"C":100,"D":100,"E":100,"F":100,"H":100}`, false},
		{`{"A":100,"A":100,"B":100,"C":100,"D":100,"E":100,"F":100,"G":100}`, false}, {`{"A":"100","B":100,"C":100,"D":100,"E":100,"F":100,"G":100}`, false},
		{`{"A":100.5,"B":100,"C":100,"D":100,"E":100,"F":100,"G":100}`, false}, {`{"A":-1,"B":100,"C":100,"D":100,"E":100,"F":100,"G":100}`, false},
		{Even.string() + "{}", false}, {Even.string()[:20], false}, {"", false}, {"null", false},
	} {
		w, err := ReadWeights([]byte(c.text))
		if (err == nil) != c.good {
			t.Errorf("%s: accepted %v (%v)", c.text, err == nil, err)
		}
		if err == nil && w.String() != c.text {
			t.Errorf("%s is written back as %s", c.text, w.String())
		}
	}
	if a, b := Even, Even.Varied(partIncome, 10); a.Digest() == b.Digest() || b[partIncome] != 110 {
		t.Errorf("varied: %v", b)
	}
}

func (w Weights) string() string { return w.String() }

func FuzzReadWeights(f *testing.F) {
	f.Add([]byte(Even.string()))
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, err := ReadWeights(b); err == nil && w.Most() != 1000 {
			t.Errorf("%q gives up to %d", b, w.Most())
		}
	})
}
