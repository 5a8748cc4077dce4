package core_test

import (
	"testing"

	"lianou/core"
)

// What is a word and what is none. Control, seen red: letters counted one by one ("x, 1: true").
func TestWhatIsSaidIsWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s     string
		words int
		want  bool
	}{{"。", 1, false}, {"", 1, false}, {" . - ", 1, false}, {"x", 1, false}, {"x y", 1, false}, {"12345", 1, false}, {"要", 1, true}, {"要。", 2, false}, {"看过", 2, true},
		{"没人接,3 次", 4, true}, {"ok", 1, true}, {"ok", 2, false}, {"call back", 2, true}, {"问x", 2, false}} {
		if got := core.Said(c.s, c.words); got != c.want {
			t.Errorf("%s, %d: %v", c.s, c.words, got)
		}
	}
}
