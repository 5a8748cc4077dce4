package rulebook_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lianou/core/rulebook"
)

// TestDiff: taking out and putting in the lines of a Diff makes the one set the other, and
// no more lines than it takes differ.
// Control: with the head left out of the line's number the texts are not the same.
func TestDiff(t *testing.T) {
	t.Parallel()
	text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", ""}), 1, 9)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		from, err1 := rulebook.NewSources(rulebook.File{Name: "x.yaml", Text: strings.Join(a, "\n") + "\n"}, rulebook.File{Name: "same.yaml", Text: "a\n"})
		to, err2 := rulebook.NewSources(rulebook.File{Name: "x.yaml", Text: strings.Join(b, "\n") + "\n"}, rulebook.File{Name: "same.yaml", Text: "a\n"})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		diff := from.Diff(to)
		got := slices.Clone(a)
		for _, l := range slices.Backward(diff) {
			if !l.New {
				if got[l.N-1] != l.Text {
					t.Fatalf("line %d is %q, not %q", l.N, got[l.N-1], l.Text)
				}
				got = slices.Delete(got, l.N-1, l.N)
			}
		}
		for _, l := range diff {
			if l.New {
				got = slices.Insert(got, l.N-1, l.Text)
			}
		}
		if !slices.Equal(got, b) {
			t.Fatalf("%q becomes %q, not %q: %+v", a, got, b, diff)
		}
		if slices.Equal(a, b) != (len(diff) == 0) {
			t.Fatalf("%d lines differ", len(diff))
		}
	})
}

// TestOutline: what a page shows of a set is what stands in it, every row, condition and
// version; and what it names can be changed by its name.
// Control: without the parameters of a file of another name one is missing.
func TestOutline(t *testing.T) {
	t.Parallel()
	set := shipped(t)
	o, err := set.Outline()
	must(t, err)
	lib, err := set.Load()
	must(t, err)
	book, err := lib.On(day("2026-07-01"))
	must(t, err)
	if len(o.Params) != len(book.Params) || len(o.Criteria) != len(book.Tests) || len(o.Items) < len(book.Items) {
		t.Errorf("%d parameters of %d, %d conditions of %d, %d versions of %d items", len(o.Params), len(book.Params), len(o.Criteria), len(book.Tests), len(o.Items), len(book.Items))
	}
	for i, p := range o.Params {
		if p.Name != book.Params[i].Name || p.Label != book.Params[i].Label || len(p.Rows) < len(book.Params[i].Rows) {
			t.Errorf("%+v", p)
		}
	}
	for _, c := range o.Criteria[:8] {
		for _, f := range []string{"pass", "law"} {
			if _, err := (rulebook.Op{Criterion: &rulebook.Criterion{Name: c.Name, Field: f, Value: c.Fields[f] + "试"}}).Apply(set); err != nil {
				t.Errorf("%s %s: %v", c.Name, f, err)
			}
		}
	}
}
