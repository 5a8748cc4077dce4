package registry

import (
	"slices"
	"strings"

	"lianou/core"
)

// Fourteen thousand of a city share four digits, a few hundred a day of birth, and ten
// thousand a name: to ask of each of either whether they have the other is most of what
// such a search would cost. So the last four and the birth date stand in the index a second
// time, together with the first two letters of the name as it is read. Whoever is asked for
// by both is found by that one token, or by two dozen where the query leaves one of the
// letters open.

// noLetter stands for the second letter of a name of which one character can be read.
const noLetter = "_"

// openings are the letters with which a syllable may begin.
const openings = "abcdefghjklmnopqrstwxyz"

// longestSyllable is how many letters one has at most: zhuang.
const longestSyllable = 6

func (t *tokenizer) tailAnd(tail, letters string) int64 {
	return t.keyed(kindTail, blindBoth, tail+letters)
}

func (t *tokenizer) birthAnd(day core.Date, letters string) int64 {
	return t.keyed(kindBorn, blindBorn, day.String()+letters)
}

// ofBoth lists the tokens of a number or a birth date together with letters.
func (t *tokenizer) ofBoth(name string, birth core.Date, id core.IDNumber, phone core.Phone) []int64 {
	var out []int64
	for _, letters := range t.letters(name) {
		if !birth.IsZero() {
			out = append(out, t.birthAnd(birth, letters))
		}
		for _, tail := range tails(id, phone) {
			out = append(out, t.tailAnd(tail, letters))
		}
	}
	return out
}

// tails gives the last four of both numbers.
func tails(id core.IDNumber, phone core.Phone) []string {
	var out []string
	if !id.IsZero() {
		out = append(out, id.Last4())
	}
	if !phone.IsZero() {
		digits := phone.Reveal()
		out = append(out, digits[len(digits)-4:])
	}
	return out
}

// letters gives the first two letters of a name; of a name of more than three
// characters, of which any piece may be asked for, those of every two neighbours.
func (t *tokenizer) letters(name string) []string {
	initials := t.names.Initials(name)
	if len(initials) < 2 {
		return letterAlone(initials)
	}
	out := []string{initials[:2]}
	if len(t.names.Syllables(name)) > 3 {
		for i := 1; i+1 < len(initials); i++ {
			out = append(out, initials[i:i+2])
		}
	}
	return unique(out)
}

func letterAlone(initials string) []string {
	if initials == "" {
		return nil
	}
	return []string{initials + noLetter}
}

// lettersOfReading gives the letters of all whose whole name may be read so: where the
// second syllable begins cannot be told, so each place is one that it may.
func lettersOfReading(s string) []string {
	out := []string{s[:1] + noLetter}
	for i := 1; i <= longestSyllable && i < len(s); i++ {
		if strings.Contains(openings, s[i:i+1]) {
			out = append(out, s[:1]+s[i:i+1])
		}
	}
	return unique(out)
}

// lettersOfGiven gives the letters of all whose given name may be read so.
func lettersOfGiven(s string) []string { return lettersWith("", s[:1]) }

// lettersOfPinyin gives the letters of all whom pinyin may mean: initials, a whole name
// or a given one.
func lettersOfPinyin(s string) []string {
	out := []string{s[:2]}
	if strings.ContainsAny(s, "aeiouv") { // no syllable is without one
		out = slices.Concat(out, lettersOfReading(s), lettersOfGiven(s))
	}
	return unique(out)
}

// lettersOfPart gives the letters of all in whose name the first of two characters
// stands: before the second letter or as it. None where it is not known how one is read.
func (t *tokenizer) lettersOfPart(chars []rune) []string {
	var out []string
	for _, c := range chars {
		if t.names.Letters(c) == "" {
			return nil
		}
	}
	for _, letter := range t.names.Letters(chars[0]) {
		out = slices.Concat(out, lettersWith(string(letter), ""), lettersWith("", string(letter)))
	}
	return unique(out)
}

// lettersOfPair gives the letters of all in whose name of more than three characters the
// two stand side by side. None where it is not known how one is read.
func (t *tokenizer) lettersOfPair(pair []rune) []string {
	var out []string
	for _, first := range t.names.Letters(pair[0]) {
		for _, second := range t.names.Letters(pair[1]) {
			out = append(out, string(first)+string(second))
		}
	}
	return unique(out)
}

// lettersWith gives a letter with each that may stand after it, or before it.
func lettersWith(first, second string) []string {
	var out []string
	for _, c := range openings {
		out = append(out, first+string(c)+second)
	}
	return out
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// tie puts the token of both in the place of the last four or the birth date wherever it
// is known with which letters a name begins. Whoever has it has the number or the day; the
// name is still looked for.
func (t *tokenizer) tie(sets []term) []term {
	var letters []string
	for _, s := range sets {
		if len(s.letters) > 0 && (letters == nil || len(s.letters) < len(letters)) {
			letters = s.letters
		}
	}
	out := slices.Clone(sets)
	for i, s := range out {
		if s.with == nil || letters == nil {
			continue
		}
		out[i] = term{rank: rankBoth}
		for _, l := range letters {
			out[i].tokens = append(out[i].tokens, s.with(l))
		}
	}
	return out
}
