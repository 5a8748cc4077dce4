package registry

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"

	"lianou/core"
	"lianou/core/seal"
)

// The blind fields of this package. They are part of the stored data: renaming
// one makes every stored token unfindable.
const (
	blindID    = "person.id"
	blindPhone = "person.phone"
	blindTail  = "person.tail" // last four of the identity number or of a phone
	blindBirth = "person.birth"
)

// tokenizer turns what is known of a person, and what a searcher types, into the
// same tokens. Names and pinyin are in clear in the table anyway, so their tokens
// are plain hashes; numbers and birth dates are keyed.
type tokenizer struct {
	ring     *seal.Ring
	readings sync.Map // rune -> string: pinyin without tones
}

func newTokenizer(ring *seal.Ring) *tokenizer { return &tokenizer{ring: ring} }

func (t *tokenizer) idBlind(id core.IDNumber) []byte { return t.ring.Blind(blindID, id.Reveal()) }

func (t *tokenizer) keyed(field, value string) int64 { return short(t.ring.Blind(field, value)) }

// short cuts a blind index to what a token holds. Two numbers of one city share
// a token about once in a thousand cities; a hit is only ever a candidate.
func short(blind []byte) int64 { return int64(binary.BigEndian.Uint64(blind)) }

func plainToken(kind byte, s string) int64 {
	h := fnv.New64a()
	h.Write([]byte{kind, ':'})
	h.Write([]byte(s))
	return int64(h.Sum64())
}

// of lists the tokens under which a person is found, sorted and without repeats.
func (t *tokenizer) of(name string, birth core.Date, id core.IDNumber, phone core.Phone) []int64 {
	out := make([]int64, 0, 12)
	out = append(out, nameTokens(name)...)
	initials, whole := t.pinyin(name)
	for _, s := range []string{initials, whole, initials[:min(2, len(initials))]} {
		if len(s) >= 2 {
			out = append(out, plainToken('p', s))
		}
	}
	if !birth.IsZero() {
		out = append(out, t.keyed(blindBirth, birth.String()))
	}
	if !id.IsZero() {
		out = append(out, t.keyed(blindTail, id.Last4()))
	}
	if !phone.IsZero() {
		plain := phone.Reveal()
		out = append(out, t.keyed(blindPhone, plain), t.keyed(blindTail, plain[len(plain)-4:]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// nameTokens gives the pairs of neighbouring characters of a name; a part of a
// name is found when all of its pairs are.
func nameTokens(name string) []int64 {
	chars := []rune(name)
	var out []int64
	for i := 0; i+1 < len(chars); i++ {
		out = append(out, plainToken('n', string(chars[i:i+2])))
	}
	return out
}

// pinyin gives the initials and the whole reading of a name, such as "zgl" and
// "zhouguilan". Surnames are read as surnames.
func (t *tokenizer) pinyin(name string) (initials, whole string) {
	var first, all strings.Builder
	rest := name
	for surname, reading := range compoundSurnames {
		if strings.HasPrefix(name, surname) {
			for _, s := range reading {
				first.WriteByte(s[0])
				all.WriteString(s)
			}
			rest = name[len(surname):]
		}
	}
	for i, c := range rest {
		reading := t.reading(c)
		if i == 0 && len(rest) == len(name) && surnameReadings[c] != "" {
			reading = surnameReadings[c]
		}
		if reading == "" {
			continue
		}
		first.WriteByte(reading[0])
		all.WriteString(reading)
	}
	return first.String(), all.String()
}

// reading is the commonest reading of one character; the library parses its
// table anew each time, so readings are kept.
func (t *tokenizer) reading(c rune) string {
	if known, ok := t.readings.Load(c); ok {
		return known.(string)
	}
	reading := ""
	if got := pinyin.SinglePinyin(c, pinyin.NewArgs()); len(got) > 0 {
		reading = got[0]
	}
	t.readings.Store(c, reading)
	return reading
}

// surnameReadings are single surnames that are read otherwise than the word.
var surnameReadings = map[rune]string{
	'单': "shan", '曾': "zeng", '仇': "qiu", '解': "xie", '查': "zha", '区': "ou", '乐': "yue", '朴': "piao", '盖': "ge",
	'翟': "zhai", '覃': "qin", '缪': "miao", '种': "chong", '员': "yun", '秘': "bi", '牟': "mu", '华': "hua", '任': "ren",
	'宁': "ning", '尉': "wei", '折': "she", '召': "shao", '繁': "po", '逄': "pang", '黑': "he", '能': "nai", '应': "ying",
	'燕': "yan", '葛': "ge", '冼': "xian", '石': "shi", '贾': "jia", '阚': "kan", '晁': "chao", '佘': "she", '庞': "pang",
}

// compoundSurnames are read as a whole.
var compoundSurnames = map[string][]string{
	"尉迟": {"yu", "chi"}, "万俟": {"mo", "qi"}, "单于": {"chan", "yu"}, "长孙": {"zhang", "sun"}, "澹台": {"tan", "tai"},
	"夏侯": {"xia", "hou"}, "令狐": {"ling", "hu"}, "宰父": {"zai", "fu"},
}
