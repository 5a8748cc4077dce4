package policy

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestWeightsAreGivenOnce: a second file of weights is refused, with both told apart; one
// file differs from none in words only where it says something else, and is in the digest.
// Control: addIndex without its first look ("two files of weights load").
func TestWeightsAreGivenOnce(t *testing.T) {
	t.Parallel()
	const even = "index:\n  source: x\n  weights: {A: 100, B: 100, C: 100, D: 100, E: 100, F: 100, G: 100}\n"
	files := tree(t)
	none, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	files["index.yaml"] = &fstest.MapFile{Data: []byte(even)}
	one, err := Load(files)
	if err != nil || one.Digest == none.Digest {
		t.Fatalf("one file of weights: %v", err)
	}
	if d := Compare(none.Books()[0], one.Books()[0]); !d.Index || d.Equal() || len(d.Judged()) != 0 {
		t.Errorf("a file of weights changes %+v", d)
	}
	files["more.yaml"] = &fstest.MapFile{Data: []byte(even)}
	if _, err := Load(files); err == nil || !strings.Contains(err.Error(), "more.yaml:2:3: index: the weights of the index are given twice") {
		t.Errorf("two files of weights load, or: %v", err)
	}
}
