package rulebook

import "testing"

// A file of the weights that holds something else, however it is written, is not of weights
// alone: who signs second is told to look at households.
//
// Control: go by the beginnings of lines; " rules:" passes.
func TestWeightsFileHoldsWeightsAlone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"index:\n  weights: {A: 100}\n":                                       true,
		"# 会议\nindex: {weights: {A: 100}}\n":                                  true,
		" index:\n   weights: {A: 100}\n rules:\n   - {a: MZ-01, b: YB-01}\n": false,
		"index: {weights: {A: 100}}\rrules: []\n":                             false,
		"# x\n {index: {weights: {A: 100}}, rules: []}\n":                     false,
		"index:\n  weights: {A: 100}\nrules:\n  - {a: MZ-01, b: YB-01}\n":     false,
		"index: {weights: {A: 100}}\n---\nrules: []\n":                        false,
		"": false,
	} {
		if got := indexAlone(File{weightsFile, text}); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
