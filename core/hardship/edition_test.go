package hardship

import (
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/facts/factstest"
	"lianou/core/policy"
)

// withWeights loads the shipped rules with a file of weights beside them.
func withWeights(t testing.TB, index string) (*policy.Book, error) {
	t.Helper()
	from, err := policy.Sources()
	if err != nil {
		t.Fatal(err)
	}
	set := fstest.MapFS{"index.yaml": {Data: []byte(index)}}
	err = fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(from, name)
		set[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lib, err := policy.Load(set)
	if err != nil {
		return nil, err
	}
	return lib.On(core.NewDate(2024, 3, 1))
}

// file writes weights as a set of rules has them.
func file(w Weights) string {
	var out []string
	for i, n := range w {
		out = append(out, Keys[i:i+1]+": "+strconv.FormatInt(n, 10))
	}
	return "index: {source: 测试用, weights: {" + strings.Join(out, ", ") + "}}\n"
}

func edition(t testing.TB, w Weights) *policy.Book {
	t.Helper()
	b, err := withWeights(t, file(w))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var other = Weights{110, 85, 100, 100, 100, 100, 100}

// TestFileTakesWhatProposalsTake: the file of an edition and a proposal agree on which
// weights are weights, for the two tables of what each part can be are held apart.
// Control: indexMost with 200 for C ("{...}: the file says ..., a proposal <nil>").
func TestFileTakesWhatProposalsTake(t *testing.T) {
	t.Parallel()
	for _, w := range []Weights{Even, other, {0, 250, 100, 100, 100, 100, 100}, {100, 100, 180, 0, 100, 100, 100}, {100, 100, 100, 100, 0, 180, 140},
		{110, 100, 100, 100, 100, 100, 100}, {0, 0, 0, 0, 0, 0, 0}, {301, 0, 0, 0, 0, 0, 97}, {90, 100, 100, 100, 100, 160, 100}, {90, 100, 100, 125, 100, 100, 100}} {
		b, inFile := withWeights(t, file(w))
		_, proposed := ReadWeights([]byte(w.String()))
		if (inFile == nil) != (proposed == nil) {
			t.Errorf("%s: the file says %v, a proposal %v", w.String(), inFile, proposed)
		}
		if inFile == nil && WeightsOf(b) != w {
			t.Errorf("%s is read as %v", w.String(), WeightsOf(b))
		}
	}
}

// TestIndexGoesByTheEdition: with equal weights in a file and built in, every household has
// the same index to the last byte; with others it is what By makes of it, under their own
// version; and the old Book goes on giving the old one.
// Control: NewScorer with Even ("the edition gives ..., By ...").
func TestIndexGoesByTheEdition(t *testing.T) {
	t.Parallel()
	built, even, changed := book(t), edition(t, Even), edition(t, other)
	one, two, three := NewScorer(built), NewScorer(even), NewScorer(changed)
	if *one != *two || *one == *three {
		t.Fatal("equal weights are not the same, or others are")
	}
	if a, b := VersionOf(even), VersionOf(changed); a != Version || b != Version+"/"+other.Digest()[:8] {
		t.Errorf("versions %s and %s", a, b)
	}
	rapid.Check(t, func(t *rapid.T) {
		h := factstest.Household(t)
		var v facts.Vector
		v.Gather(&h)
		was := one.Score(&v)
		if is := three.Score(&v); is != was.By(&other) {
			t.Fatalf("the edition gives %v, By %v", is, was.By(&other))
		}
		x, y, z := Score(&h, built), Score(&h, even), Score(&h, changed)
		if x != y {
			t.Fatalf("built in %+v, in a file %+v", x, y)
		}
		if p := three.Score(&v); z.Min != p.Min() || z.Max != p.Max() || z.Version != VersionOf(changed) || z.Parts[partIncome].Most != 330 {
			t.Fatalf("one by one %+v, scanned %v", z, p)
		}
	})
}

// TestSameSeesTheStandard: an amount that the index reads makes two Books differ where it
// holds.
// Control: Same without the standards ("another standard is the same index").
func TestSameSeesTheStandard(t *testing.T) {
	t.Parallel()
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	books := lib.Books()
	first, last := NewScorer(books[0]), NewScorer(books[len(books)-1])
	if first.Same(last, 26, 1) {
		t.Error("another standard is the same index")
	}
	if !last.Same(NewScorer(books[len(books)-1]), 26, 1) {
		t.Error("the same Book gives another index")
	}
}
