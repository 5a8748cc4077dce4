package workflow

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"lianou/core"
)

// maxText bounds what an officer writes in one field, in runes.
const maxText = 2000

func trim(s string) string { return strings.TrimSpace(s) }

// checkText refuses what no field may hold: nothing at all, too much, bytes that
// are no text.
func checkText(field, s, say string) error {
	if trim(s) == "" {
		return core.Invalid(field, say)
	}
	if utf8.RuneCountInString(s) > maxText || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return core.Invalid(field, "写得太长了,或者有不能用的字符。")
	}
	return nil
}

// checkShort is checkText for a line of at most so many runes.
func checkShort(field, s, say string, most int) error {
	if utf8.RuneCountInString(s) > most {
		return core.Invalid(field, say)
	}
	return checkText(field, s, say)
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

func parseID(s string) (int64, bool) {
	id, err := strconv.ParseInt(s, 10, 64)
	return id, err == nil && id > 0
}
