package names

import (
	"slices"
	"strings"
)

// Syllables reads a name: one syllable without tone for each character of its
// folded form, surnames read as surnames, "" for a character without a reading.
func (t *Table) Syllables(name string) []string {
	chars := []rune(t.Fold(name))
	out := make([]string, 0, len(chars))
	if len(chars) >= 2 {
		out = append(out, compoundSurnames[string(chars[:2])]...)
	}
	for i := len(out); i < len(chars); i++ {
		reading := t.reading(chars[i])
		if i == 0 && surnameReadings[chars[0]] != "" {
			reading = surnameReadings[chars[0]]
		}
		out = append(out, reading)
	}
	return out
}

// Reading is the syllables of a name in one word, such as "zhouguilan".
func (t *Table) Reading(name string) string { return strings.Join(t.Syllables(name), "") }

// Initials is the first letters of the syllables, such as "zgl".
func (t *Table) Initials(name string) string {
	var b strings.Builder
	for _, s := range t.Syllables(name) {
		if s != "" {
			b.WriteByte(s[0])
		}
	}
	return b.String()
}

// Letters is every letter with which a character of a name may be read, wherever it
// stands in one: the common reading, that of a surname, that within a surname of two.
// "" when it has no reading.
func (t *Table) Letters(c rune) string {
	readings := []string{t.reading(c), surnameReadings[c]}
	for surname, read := range compoundSurnames {
		for i, part := range []rune(surname) {
			if part == c {
				readings = append(readings, read[i])
			}
		}
	}
	var out []byte
	for _, r := range readings {
		if r != "" && !slices.Contains(out, r[0]) {
			out = append(out, r[0])
		}
	}
	slices.Sort(out)
	return string(out)
}

// longName is from how many characters on a name may be one that is written in
// either order.
const longName = 5

// AnyOrder is the reading under which a long name is found in whatever order its
// parts were written; "" for a name of ordinary length.
func (t *Table) AnyOrder(name string) string {
	syllables := t.Syllables(name)
	if len(syllables) < longName {
		return ""
	}
	slices.Sort(syllables)
	return strings.Join(syllables, "")
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
