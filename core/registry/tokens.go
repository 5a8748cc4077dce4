package registry

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/names"
	"lianou/core/seal"
)

// The blind fields of this package. They are part of the stored data: renaming
// one makes every stored token unfindable.
const (
	blindID    = "person.id"
	blindPhone = "person.phone"
	blindTail  = "person.tail" // last four of the identity number or of a phone
	blindBoth  = "person.tail.letters"
	blindBirth = "person.birth"
	blindBorn  = "person.birth.letters"
)

// tokenKind is the top four bits of a token, so that the tokens of one kind lie
// together in the index: whoever looks for rows that share one reads a range
// (core/registry/twins). Zero and eight and above were tokens of before there were
// kinds.
type tokenKind uint64

const (
	kindName    tokenKind = 1 // folded names and pairs of characters
	kindPinyin  tokenKind = 2 // initials, and the reading of a given name
	kindTail    tokenKind = 3 // the last four, alone and with two letters of the name
	kindPhone   tokenKind = 4
	kindBirth   tokenKind = 5
	kindReading tokenKind = 6 // the reading of a whole name
	kindBorn    tokenKind = 7 // the birth date with two letters of the name
)

func (k tokenKind) token(hash uint64) int64 { return int64(uint64(k)<<60 | hash>>4) }

// tokenizer turns what is known of a person, and what a searcher types, into the
// same tokens. Names and pinyin are in clear in the table anyway, so their tokens
// are plain hashes; numbers and birth dates are keyed.
type tokenizer struct {
	ring  *seal.Ring
	names *names.Table
}

func newTokenizer(ring *seal.Ring) *tokenizer { return &tokenizer{ring: ring, names: names.New()} }

func (t *tokenizer) idBlind(id core.IDNumber) []byte { return t.ring.Blind(blindID, id.Reveal()) }

// keyed cuts a blind index to what a token holds. Two numbers of one city share a
// token about once in ten thousand cities; a hit is only ever a candidate.
func (t *tokenizer) keyed(kind tokenKind, field, value string) int64 {
	return kind.token(binary.BigEndian.Uint64(t.ring.Blind(field, value)))
}

func (t *tokenizer) birth(d core.Date) int64 { return t.keyed(kindBirth, blindBirth, d.String()) }
func (t *tokenizer) tail(s string) int64     { return t.keyed(kindTail, blindTail, s) }
func (t *tokenizer) phone(p core.Phone) int64 {
	return t.keyed(kindPhone, blindPhone, p.Reveal())
}

// plain is the token of something that is in clear in the table; what tells a whole
// name from a pair of characters.
func plain(kind tokenKind, what byte, s string) int64 {
	h := fnv.New64a()
	h.Write([]byte{what, ':'})
	h.Write([]byte(s))
	return kind.token(h.Sum64())
}

// What a plain token can be.
const (
	whatWhole    = 'w' // a folded name
	whatPair     = 'n' // two neighbouring characters of a name of three
	whatLongPair = 'l' // the same of a longer one: few, so that a longer query is quick
	whatOuter    = 'o' // the first and the last character of three
	whatInitials = 'i'
	whatGiven    = 'g' // reading of the given name
	whatReading  = 'r' // reading of the whole name
	whatAnyOrder = 'a' // the same of a long name, whatever the order of its parts
)

// of lists the tokens under which a person is found, sorted and without repeats:
// twelve to fifteen for a common name with both numbers.
func (t *tokenizer) of(name string, birth core.Date, id core.IDNumber, phone core.Phone) []int64 {
	out := t.ofName(name)
	if !birth.IsZero() {
		out = append(out, t.birth(birth))
	}
	if !phone.IsZero() {
		out = append(out, t.phone(phone))
	}
	for _, tail := range tails(id, phone) {
		out = append(out, t.tail(tail))
	}
	out = append(out, t.ofBoth(name, birth, id, phone)...)
	slices.Sort(out)
	return slices.Compact(out)
}

func (t *tokenizer) ofName(name string) []int64 {
	out := make([]int64, 0, 12)
	parts := t.names.Parts(name)
	whole := []rune(strings.Join(parts, ""))
	out = append(out, plain(kindName, whatWhole, string(whole)))
	switch {
	case len(whole) == 3:
		out = append(out, pairs(whatPair, string(whole))...)
		out = append(out, plain(kindName, whatOuter, string(whole[0])+string(whole[2])))
	case len(whole) > 3:
		for _, part := range parts {
			out = append(out, pairs(whatLongPair, part)...)
		}
	}
	if initials := t.names.Initials(name); len(initials) >= 2 {
		out = append(out, plain(kindPinyin, whatInitials, initials), plain(kindPinyin, whatInitials, initials[:2]))
	}
	syllables := t.names.Syllables(name)
	if reading := strings.Join(syllables, ""); reading != "" {
		out = append(out, plain(kindReading, whatReading, reading))
	}
	if len(syllables) == 3 {
		out = append(out, plain(kindPinyin, whatGiven, syllables[1]+syllables[2]))
	}
	if any := t.names.AnyOrder(name); any != "" {
		out = append(out, plain(kindReading, whatAnyOrder, any))
	}
	return out
}

// reading is how a whole name is read, the parts of a long one in any order.
func (t *tokenizer) reading(name string) string {
	if any := t.names.AnyOrder(name); any != "" {
		return any
	}
	return strings.Join(t.names.Syllables(name), "")
}

// pairs gives the tokens of the pairs of neighbouring characters of a name; a part of a
// name is found when all of its pairs are.
func pairs(what byte, name string) []int64 {
	var out []int64
	for _, pair := range neighbours(name) {
		out = append(out, plain(kindName, what, pair))
	}
	return out
}

func neighbours(name string) []string {
	chars := []rune(name)
	var out []string
	for i := 0; i+1 < len(chars); i++ {
		if chars[i] != names.Unknown && chars[i+1] != names.Unknown {
			out = append(out, string(chars[i:i+2]))
		}
	}
	return out
}
