package registry

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Spelled takes what was typed into its parts, each in the one form that it has in the
// register: letters and digits of ordinary width, a day as eight digits, a telephone
// without spaces, the name apart from the digits written against it. It understands
// nothing of what a part means; that is parse's.
func Spelled(query string) []string {
	s := dayInWords.ReplaceAllStringFunc(ordinary(query), func(day string) string {
		d := dayInWords.FindStringSubmatch(day)
		return " " + eightDigits(d[1:]) + " "
	})
	s = besideName.ReplaceAllString(s, "$1 $2")
	s = nameBeside.ReplaceAllString(s, "$1 $2")
	s = lettersBeside.ReplaceAllString(s, "$1 $2")
	parts := strings.FieldsFunc(s, func(c rune) bool {
		return unicode.IsSpace(c) || strings.ContainsRune(",;\uff0c\u3001\uff1b", c)
	})
	for i, part := range parts {
		if d := dayInFigures.FindStringSubmatch(part); d != nil {
			parts[i] = eightDigits(d[1:])
		}
	}
	return joinPinyin(joinNumbers(parts))
}

var (
	dayInWords   = regexp.MustCompile(`((?:18|19|20)[0-9]{2})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*[日号]?`)
	yearless     = regexp.MustCompile(`[0-9]{1,2}\s*月\s*[0-9]{1,2}`)
	dayInFigures = regexp.MustCompile(`^((?:18|19|20)[0-9]{2})[-./．]([0-9]{1,2})[-./．]([0-9]{1,2})$`)

	besideName    = regexp.MustCompile(`(\p{Han})([0-9A-Za-z+])`)
	nameBeside    = regexp.MustCompile(`([0-9A-Za-z])(\p{Han})`)
	lettersBeside = regexp.MustCompile(`([A-Za-z]{2})([0-9])`) // one letter before a digit is a number mistyped
)

func eightDigits(day []string) string {
	pad := func(s string) string { return strings.Repeat("0", 2-len(s)) + s }
	return day[0] + pad(day[1]) + pad(day[2])
}

// ordinary gives letters, digits and the signs of a telephone the width they have on a
// keyboard (Unicode NFKC), and drops what cannot be seen. Other characters stay as they
// are: NFKC would make full stops of the dots of a name (core/names).
func ordinary(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.Is(unicode.Cf, c): // a mark of direction or width zero, pasted along
			return -1
		case c >= '\u2010' && c <= '\u2015', c == '\u2212':
			return '-'
		case c < unicode.MaxASCII, unicode.Is(unicode.Han, c):
			return c
		}
		if plain := norm.NFKC.String(string(c)); len(plain) == 1 && (plain[0] == '-' || plain[0] == '+' || plain[0] == '/' || isLetterOrDigit(plain[0])) {
			return rune(plain[0])
		}
		return c
	}, s)
}

func isLetterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// grouped are the numbers that people write in pieces, and their pieces.
var grouped = [][]*regexp.Regexp{
	{piece(`1[3-9][0-9]`), piece(`[0-9]{4}`), piece(`[0-9]{4}`)},
	{piece(`(\+|00)86`), piece(`1[3-9][0-9]`), piece(`[0-9]{4}`), piece(`[0-9]{4}`)},
	{piece(`(\+|00)86`), piece(`[0-9-]{10,13}`)},
	{piece(`[(（]?0[1-9][0-9]{1,2}[)）]?`), piece(`[2-8][0-9]{6,7}`)},
	{piece(`[0-9]{6}`), piece(`(18|19|20)[0-9]{6}`), piece(`[0-9]{3}[0-9xX]`)},
}

func piece(of string) *regexp.Regexp { return regexp.MustCompile(`^(` + of + `)$`) }

// joinNumbers makes one part of a telephone or identity number that was typed in pieces.
func joinNumbers(parts []string) []string {
	var out []string
	for i := 0; i < len(parts); {
		n := 1
		at := slices.IndexFunc(grouped, func(pieces []*regexp.Regexp) bool { return fits(parts[i:], pieces) })
		if at >= 0 && !tailAndDay(parts[i:], len(grouped[at])) {
			n = len(grouped[at])
		}
		out = append(out, strings.Join(parts[i:i+n], ""))
		i += n
	}
	return out
}

// tailAndDay reports whether two parts that look like a telephone are rather the last four
// of an identity number and a birth date: no town has subscribers 20100101 and the like.
func tailAndDay(parts []string, n int) bool {
	if n != 2 || len(parts[0]) != 4 || !strings.HasPrefix(parts[1], "20") {
		return false
	}
	_, err := time.Parse("20060102", parts[1])
	return err == nil
}

func fits(parts []string, pieces []*regexp.Regexp) bool {
	for i, like := range pieces {
		if i >= len(parts) || !like.MatchString(parts[i]) {
			return false
		}
	}
	return true
}

// syllable is one syllable of pinyin, and with few exceptions no more (GB/T 16159).
var syllable = regexp.MustCompile(`^([zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(a|o|e|ai|ei|ao|ou|an|en|ang|eng|er|i|ia|ie|iao|iu|ian|in|iang|ing|iong|ong|u|ua|uo|uai|ui|uan|un|uang|v|ve|ue)$`)

// OneSyllable reports whether a query has pinyin of one syllable for a part, such as the
// surname "zhou". Few have a name that is read or begins so, whatever surname they have:
// where it finds nobody, that says nothing of who is there.
func OneSyllable(query string) bool {
	return slices.ContainsFunc(Spelled(query), func(part string) bool { return len(part) >= 2 && syllable.MatchString(part) })
}
