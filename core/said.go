package core

import "unicode"

// Said reports whether s says at least so many words: each Chinese character is one, and so
// is each run of two or more other letters. Punctuation, figures and single letters are
// none: a "。" was read to a family as the reason, and an "x" stood as what they had said.
func Said(s string, words int) bool {
	run := 0 // of other letters
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			words, run = words-1, 0
		case !unicode.IsLetter(r):
			run = 0
		default:
			if run++; run == 2 {
				words--
			}
		}
	}
	return words <= 0
}
