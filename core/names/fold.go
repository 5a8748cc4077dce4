package names

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The dots that stand between the parts of a minority name, in every code page a
// register was ever kept in.
const dots = "·•・‧∙●⋅.．。˙"

// The marks with which a system says that it has no such character. 〇 is a zero
// and, rarely, a character of a name: as a mark it only ever finds more.
const marks = "〇○◯□■�?？*＊_＿"

const (
	maxName        = 60 // runes; the longest registered names have about twenty
	maxDescription = 8  // runes of a description in brackets
)

// Fold gives the form in which equal names are equal: no spaces, no dots, no
// traditional or variant characters, Unknown for every character that could not be
// written. It is for comparing, never for showing.
func (t *Table) Fold(name string) string { return strings.Join(t.Parts(name), "") }

// Parts is Fold of each part of a name with dots: of "阿卜杜拉·买买提" two, of others
// one, of nothing none.
func (t *Table) Parts(name string) []string {
	var parts []string
	var part []rune
	end := func() {
		if len(part) > 0 {
			parts, part = append(parts, string(part)), nil
		}
	}
	for _, c := range t.chars(name) {
		switch {
		case strings.ContainsRune(dots, c):
			end()
		case unicode.IsLetter(c) || c == Unknown:
			part = append(part, t.plainOf(c))
		}
	}
	end()
	return parts
}

// Written reports whether a text holds nothing but Chinese characters, the dots
// between them and marks for one that could not be written: what may be searched as
// a name.
func Written(s string) bool {
	for _, c := range s {
		if !unicode.Is(unicode.Han, c) && !strings.ContainsRune(dots+marks, c) {
			return false
		}
	}
	return s != ""
}

// chars is the characters of a name, compatibility forms made plain and what could
// not be written made Unknown. NFKC would turn "…" and the like into dots, so only
// letters are normalised.
func (t *Table) chars(name string) []rune {
	raw := []rune(describe(name))
	out := make([]rune, 0, len(raw))
	for _, c := range raw[:min(len(raw), maxName)] {
		switch {
		case strings.ContainsRune(marks, c), unicode.Is(unicode.Co, c): // private use: a character of somebody's own code page
			out = append(out, Unknown)
		case c < 128 || strings.ContainsRune(dots, c):
			out = append(out, unicode.ToLower(c))
		default:
			out = append(out, []rune(strings.ToLower(norm.NFKC.String(string(c))))...)
		}
	}
	return out
}

// describe puts one mark for each description of a character: 王(三个日), 王{吉吉},
// 王⿰吉吉.
func describe(name string) string {
	var b strings.Builder
	rest := []rune(name)
	for len(rest) > 0 {
		n := described(rest)
		if n == 0 {
			b.WriteRune(rest[0])
			n = 1
		} else {
			b.WriteRune(Unknown)
		}
		rest = rest[n:]
	}
	return b.String()
}

// described is how many runes a description at the start of text takes, 0 for none.
func described(text []rune) int {
	closing := map[rune]rune{'(': ')', '（': '）', '{': '}', '[': ']', '【': '】', '〔': '〕', '<': '>', '《': '》'}
	if end, ok := closing[text[0]]; ok {
		for i := 1; i < len(text) && i <= maxDescription+1; i++ {
			if text[i] == end {
				return i + 1
			}
		}
		return 0
	}
	if !operator(text[0]) {
		return 0
	}
	// An ideographic description: each operator takes two parts, two of them three.
	need, i := 1, 0
	for ; i < len(text) && need > 0; i++ {
		switch {
		case text[i] == '⿲' || text[i] == '⿳':
			need += 2
		case operator(text[i]):
			need++
		default:
			need--
		}
	}
	return i
}

func operator(c rune) bool { return c >= '⿰' && c <= '⿻' }
