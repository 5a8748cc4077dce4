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

// What tells somebody something, and what fits any question.
//
// Controls, seen red: Told without fitsAll ("同意: true"), without its look at one character over and over ("嗯嗯: true").
func TestWhatFitsAnyQuestionTellsNothing(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{"同意": false, "同意。": false, " 听 说 ": false, "不行": false, "是": false, "嗯嗯": false, "嗯嗯嗯,嗯": false, "": false, "12": false, "情况属实": false,
		"同意,看了存折": true, "看了存折": true, "邻居说他不要": true, "不行,收入没有变": true} {
		if got := core.Told(s, 2); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}
