package standin

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	fieldKey = regexp.MustCompile(`^([a-z_]+?)\d+$`)
	number   = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
	amount   = regexp.MustCompile(`^[¥$€£¥]?[0-9,]+(\.[0-9]+)?元?$`)
	clock    = regexp.MustCompile(`^(\d{4}年\d{1,2}月\d{1,2}日 ?)?\d{1,2}:\d{2}(:\d{2})?$`)
	day      = regexp.MustCompile(`^\d{4}年\d{1,2}月\d{1,2}日( ?\d{1,2}:\d{2}(:\d{2})?)?$`)
	telnum   = regexp.MustCompile(`^[0-9+\-*#() ]+$`)
)

// fieldFits applies the rule of a subscribe-message field, which its key names:
// thing1 is a thing, time3 a time. Lengths are characters, not bytes.
func fieldFits(key, value string) bool {
	m := fieldKey.FindStringSubmatch(key)
	n := utf8.RuneCountInString(value)
	if m == nil || n == 0 || !utf8.ValidString(value) {
		return false
	}
	switch m[1] {
	case "thing":
		return n <= 20
	case "number":
		return n <= 32 && number.MatchString(value)
	case "letter":
		return n <= 32 && every(value, latin)
	case "symbol":
		return n <= 5 && every(value, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	case "character_string":
		return n <= 32 && every(value, func(r rune) bool { return r < 0x80 && unicode.IsPrint(r) })
	case "time":
		return ranged(value, clock.MatchString) || ranged(value, day.MatchString)
	case "date":
		return ranged(value, day.MatchString)
	case "amount":
		return amount.MatchString(value) && digits(value) <= 10+decimals(value)
	case "phone_number":
		return n <= 17 && telnum.MatchString(value)
	case "car_number":
		return n <= 8
	case "name":
		return n <= 10 && every(value, func(r rune) bool { return han(r) || r == '·' }) || n <= 20 && every(value, latinOrSpace)
	case "phrase":
		return n <= 5 && every(value, han)
	default:
		return false
	}
}

// ranged accepts one value or two joined by a tilde.
func ranged(s string, ok func(string) bool) bool {
	from, to, both := strings.Cut(s, "~")
	return ok(strings.TrimSpace(from)) && (!both || ok(strings.TrimSpace(to)))
}

func every(s string, ok func(rune) bool) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !ok(r) }) < 0
}

func han(r rune) bool          { return unicode.Is(unicode.Han, r) }
func latin(r rune) bool        { return r < 0x80 && unicode.IsLetter(r) }
func latinOrSpace(r rune) bool { return latin(r) || r == ' ' || r == '.' }

func digits(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

func decimals(s string) int {
	_, after, _ := strings.Cut(s, ".")
	return digits(after)
}
