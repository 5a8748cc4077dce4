package rulebook

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lianou/core/policy"
)

// A spelling is a number as a sentence writes it: 60 岁, 六十周岁, 三个月, 一年半, 百分之六十.
type spelling struct {
	text string // as written, with the word behind it
	n    int64  // in thousandths
	word string // what is counted, one of counters or percent; "" where the sentence does not say
}

// percent is the word of a number in a hundred.
const percent = "%"

// hanDigits and hanUnits are what Chinese writes numbers with, also on papers that must not be
// altered (壹贰叁).
var (
	hanDigits = map[rune]int64{'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
		'壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9}
	hanUnits = map[rune]int64{'十': 10, '拾': 10, '百': 100, '佰': 100, '千': 1000, '仟': 1000, '万': 10_000}
)

// The parts of a number in a sentence.
var (
	inSentence = regexp.MustCompile(`(百分之 ?)?([0-9]+(?:\.[0-9]+)?|[零〇一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟半]+(?:点[零〇一二三四五六七八九]+)?)`)
	ofMyriads  = regexp.MustCompile(`^ ?[万千百]+`)
	joint      = regexp.MustCompile(`^ ?(?:到|至|或者|或|和|、|—|-|~) ?(?:[0-9]|[一二两三四五六七八九十])`)
	alone      = regexp.MustCompile(`^ ?(?:以上|以下|以内|之内|之间|[。,、;:)”」]|$)`)
	grouping   = regexp.MustCompile(`([0-9]),([0-9]{3})`)
)

// counters are the words that a limit is counted in, longer ones before those that begin them.
var counters = []string{percent, "周岁", "岁", "周年", "年", "个月", "个半月", "月", "个星期", "星期", "礼拜", "周", "个工作日", "工作日", "天", "日",
	"元", "块", "平方米", "平米", "倍", "成", "级", "处", "套", "辆", "口", "样", "个", "人"}

// plainly writes wide digits and marks, and grouped thousands, as they are written by hand.
func plainly(sentence string) string {
	sentence = strings.Map(func(c rune) rune {
		if c >= '\uff01' && c <= '\uff5e' {
			return c - '\uff01' + '!'
		}
		return c
	}, sentence)
	for grouping.MatchString(sentence) {
		sentence = grouping.ReplaceAllString(sentence, "$1$2")
	}
	return sentence
}

// spellings finds the numbers of a sentence, in digits and in words. In words a number is one
// where what is counted stands behind it, or nothing: 一样 of 和以前一样 and 统一 are none.
func spellings(sentence string) (out []spelling) {
	sentence = plainly(sentence)
	var behind spelling // the number behind, of whose word 一 of 一到三级 is too
	for _, m := range slices.Backward(inSentence.FindAllStringSubmatchIndex(sentence, -1)) {
		number, rest := sentence[m[4]:m[5]], sentence[m[1]:]
		s := spelling{text: sentence[m[0]:m[1]]}
		digits, times, half := number[0] < utf8.RuneSelf, int64(1), int64(0)
		if digits {
			more := ofMyriads.FindString(rest)
			rest, s.text = rest[len(more):], s.text+more
			for _, c := range strings.TrimSpace(more) {
				times *= hanUnits[c]
			}
		}
		switch word, text, more := counter(rest); {
		case m[2] >= 0:
			s.word = percent
		case word != "":
			s.word, s.text, half = word, s.text+text, more
		case joint.MatchString(rest):
			s.word, s.text = behind.word, s.text+behind.word
		}
		behind = s
		if !digits && !s.isNumber(sentence[:m[0]], rest) {
			continue
		}
		for _, n := range valuesOf(number) {
			s.n = n*times + half
			out = append(out, s)
		}
	}
	return out
}

// counter is the word behind a number, as it is written there, and the half that it may say
// behind it: 一年半, 两个半月.
func counter(rest string) (word, text string, half int64) {
	trimmed := strings.TrimPrefix(rest, " ")
	i := slices.IndexFunc(counters, func(w string) bool { return strings.HasPrefix(trimmed, w) })
	if i < 0 {
		return "", "", 0
	}
	word, text = counters[i], rest[:len(rest)-len(trimmed)]+counters[i]
	if word == "个半月" {
		return "个月", text, 500
	}
	if rest = rest[len(text):]; strings.HasPrefix(rest, "半") {
		return word, text + "半", 500
	}
	return word, text, 0
}

// isNumber reports whether Chinese digits are a number where they stand: 第一, 星期一 and
// 和以前一样 are none, nor is what goes on with anything but what is counted.
func (s *spelling) isNumber(before, rest string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	if strings.ContainsRune("第统唯逐期拜", last) || s.text == "一样" && last != '有' {
		return false
	}
	return s.word != "" || alone.MatchString(rest)
}

// valuesOf reads a number in thousandths; none where it is none, and two where it says two (三四级).
func valuesOf(number string) []int64 {
	if number[0] < utf8.RuneSelf {
		return []int64{thousandths(number)}
	}
	whole, decimals, _ := strings.Cut(number, "点")
	if decimals != "" {
		a, b := digitsOf(whole), digitsOf(decimals)
		if a == "" || b == "" {
			return nil
		}
		return []int64{thousandths(a + "." + b)}
	}
	switch run := []rune(number); {
	case number == "半" || number == "一半":
		return []int64{500}
	case len(run) == 2 && digitsOf(number) != "" && hanDigits[run[1]] == hanDigits[run[0]]+1:
		return []int64{hanDigits[run[0]] * 1000, hanDigits[run[1]] * 1000}
	}
	if digits := digitsOf(number); digits != "" {
		return []int64{thousandths(digits)}
	}
	if n, ok := hanNumber(number); ok {
		return []int64{n * 1000}
	}
	return nil
}

// digitsOf writes a number that is said digit by digit (二〇二六); "" for any other.
func digitsOf(number string) string {
	out := ""
	for _, c := range number {
		d, is := hanDigits[c]
		if !is {
			return ""
		}
		out += strconv.FormatInt(d, 10)
	}
	return out
}

// hanNumber reads a number with its tens and hundreds: 六十, 一百零五, 三万五千, 一百八 (180).
func hanNumber(number string) (int64, bool) {
	total, part, digit, last := int64(0), int64(0), int64(0), int64(1)
	for _, c := range number {
		d, isDigit := hanDigits[c]
		unit, isUnit := hanUnits[c]
		switch {
		case isDigit && d == 0:
			last = 10 // 一百零五: what follows is no tens
		case isDigit:
			digit = d
		case !isUnit || unit != 10 && digit == 0 && part == 0:
			return 0, false
		case unit == 10_000:
			total, part, digit, last = total+(part+digit)*unit, 0, 0, unit
		default:
			part, digit, last = part+max(digit, 1)*unit, 0, unit
		}
	}
	if last > 10 {
		digit *= last / 10
	}
	return total + part + digit, true
}

// inUnit is a number in the unit of a limit; false where what is counted is something else.
func (s spelling) inUnit(unit policy.Unit) (int64, bool) {
	per := perUnit[unit][s.word]
	if s.word == "" {
		per = [2]int64{1, 1}
	}
	if per[1] == 0 || s.n*per[0]%per[1] != 0 {
		return 0, false
	}
	return s.n * per[0] / per[1], true
}

// perUnit says how many of a unit are one of a word, over how many.
var perUnit = map[policy.Unit]map[string][2]int64{
	policy.UnitYears:  {"岁": {1, 1}, "周岁": {1, 1}, "年": {1, 1}, "周年": {1, 1}, "个月": {1, 12}},
	policy.UnitMonths: {"个月": {1, 1}, "月": {1, 1}, "年": {12, 1}, "周年": {12, 1}},
	policy.UnitDays: {"天": {1, 1}, "日": {1, 1}, "工作日": {1, 1}, "个工作日": {1, 1}, "周": {7, 1}, "星期": {7, 1}, "个星期": {7, 1}, "礼拜": {7, 1},
		"个月": {30, 1}, "月": {30, 1}, "年": {365, 1}},
	policy.UnitFen:   {"元": {1, 1}, "块": {1, 1}},
	policy.UnitM2:    {"平方米": {1, 1}, "平米": {1, 1}},
	policy.UnitRatio: {"倍": {1, 1}, "成": {1, 10}, percent: {1, 100}},
	policy.UnitCount: {"级": {1, 1}, "处": {1, 1}, "套": {1, 1}, "辆": {1, 1}, "口": {1, 1}, "样": {1, 1}, "个": {1, 1}, "人": {1, 1}},
}

// nameOf finds a limit in a sentence and gives it as it is written there; "" for none. What counts
// something else (60 天 beside a limit of 60 years) does not name it.
func nameOf(sentence string, unit policy.Unit, limit int64) string {
	for _, s := range slices.Backward(spellings(sentence)) {
		if n, same := s.inUnit(unit); same && n == limit {
			return strings.TrimSpace(s.text)
		}
	}
	return ""
}
