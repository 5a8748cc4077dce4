package wording

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"lianou/core"
)

// Numbers in a text with the space before them: a date, an amount, and a count with its
// measure word.
var (
	writtenDate   = regexp.MustCompile(` ?(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日`)
	writtenAmount = regexp.MustCompile(` ?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))? ?元`)
	writtenNumber = regexp.MustCompile(` ?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?( ?)(\p{Han}?)`)
)

// twos are the measure words before which 2 is said 两.
const twos = "个处辆样年天口岁"

// Aloud is a text as it is read out: the same words, with every number as it is said. What
// is shown on a screen and what is heard on the telephone are therefore one text.
func Aloud(text string) string {
	text = writtenDate.ReplaceAllStringFunc(text, func(s string) string {
		m := writtenDate.FindStringSubmatch(s)
		year := ""
		for _, d := range m[1] { // a year is said digit by digit
			year += han(uint64(d - '0'))
		}
		if year != "" {
			year += "年"
		}
		return year + SayNumber(whole(m[2])) + "月" + SayNumber(whole(m[3])) + "号"
	})
	text = writtenAmount.ReplaceAllStringFunc(text, func(s string) string {
		m := writtenAmount.FindStringSubmatch(s)
		return SayAmount(core.Fen(whole(m[1])*100 + whole((m[2] + "00")[:2])))
	})
	return writtenNumber.ReplaceAllStringFunc(text, func(s string) string {
		m := writtenNumber.FindStringSubmatch(s)
		if m[1] == "12345" { // the hotline is a name, not a number
			return SayDigits(m[1]) + m[4]
		}
		said := SayNumber(whole(m[1]))
		if m[2] != "" {
			said += "点"
			for _, d := range m[2] {
				said += han(uint64(d - '0'))
			}
		}
		if unit, _ := utf8.DecodeRuneInString(m[4]); said == "二" && m[4] != "" && strings.ContainsRune(twos, unit) {
			said = "两"
		}
		return said + m[4]
	})
}

// whole reads digits that may be grouped by commas; what is too long for a number is read
// as nothing, for no text of ours holds it.
func whole(digits string) int64 {
	n, err := strconv.ParseInt(strings.ReplaceAll(digits, ",", ""), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
