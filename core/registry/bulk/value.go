package bulk

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/tables"
)

// fault is what is wrong with a field of a row.
type fault struct {
	field string
	why   reason
}

// plainText takes a cell as a text. What spreadsheets would compute is refused: the
// text goes into tables that people open again.
func plainText(c tables.Cell) (string, reason) {
	switch {
	case c.Text == "":
		return "", ""
	case strings.ContainsRune("=+-@\uff1d\uff0b\uff0d\uff20", first(c.Text)):
		return "", badFormula
	case strings.IndexFunc(c.Text, unicode.IsControl) >= 0:
		return "", badText
	}
	return c.Text, ""
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// personName takes a name: letters, and dots between the parts of a minority's name,
// which come in many shapes and are stored in one.
func personName(c tables.Cell) (string, reason) {
	s, bad := plainText(c)
	if bad != "" {
		return "", bad
	}
	s = strings.Join(strings.Fields(strings.NewReplacer("•", "·", "\u30fb", "·", "\u2027", "·", "\uff0e", "·", "\u3000", " ").Replace(s)), "")
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case r != '·':
			return "", badName
		}
	}
	if n := utf8.RuneCountInString(s); letters == 0 || n < 2 || n > 50 {
		return "", badName
	}
	return s, ""
}

// idNumber takes an identity number. A number that a spreadsheet took for a figure
// has lost its last digits, and whose it is cannot be known any more; sure says that
// somebody compared a number that only looks like one.
func idNumber(c tables.Cell, today core.Date, sure bool) (core.IDNumber, reason) {
	s := strings.ToUpper(strings.ReplaceAll(c.Text, " ", ""))
	switch {
	case s == "":
		return core.IDNumber{}, ""
	case isFloat(s), c.Kind == tables.Number && len(s) > 15:
		return core.IDNumber{}, floatID
	case len(s) == 18 && strings.HasSuffix(s, "000") && !sure:
		return core.IDNumber{}, roundID
	case len(s) == 15 && strings.Trim(s, "0123456789") == "":
		return core.IDNumber{}, oldID
	}
	id, err := core.ParseID(s, today)
	if err != nil {
		return core.IDNumber{}, wrongID(s)
	}
	return id, ""
}

// wrongID says what is wrong with a number that is none: whoever wrote eighteen digits is
// not told to write eighteen.
func wrongID(s string) reason {
	switch {
	case len(s) != 18 || strings.Trim(s[:17], "0123456789") != "":
		return badID
	case core.IDCheckDigit(s[:17]) != s[17]:
		return digitID
	}
	return birthID
}

// isFloat reports whether a text is a number in the form 3.72E+17.
func isFloat(s string) bool {
	if strings.IndexByte(s, 'E') <= 0 && strings.IndexByte(s, 'e') <= 0 {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// label takes a number that is a name, such as that of a household.
func label(c tables.Cell) (string, reason) {
	if isFloat(c.Text) || (c.Kind == tables.Number && len(c.Text) > 15) {
		return "", floatText
	}
	return plainText(c)
}

// The serial numbers of days in spreadsheets that are taken for dates: 1900-03-01,
// before which spreadsheets disagree, to 2100-01-01.
const (
	firstSerial = 61
	lastSerial  = 73_051
)

// A whole number between these is what somebody wrote who knows only the year, and no day
// of 1905: who was born on one would be older than anybody is.
const (
	firstYear = 1900
	lastYear  = 2100
)

// dateOf takes a day as people and spreadsheets write it. early moves the days of a
// workbook that counts from 1904.
func dateOf(c tables.Cell, early int, today core.Date) (core.Date, reason) {
	d, ok := readDate(c, early)
	switch {
	case c.Text == "":
		return 0, ""
	case !ok || d.Time().Year() < 1880:
		return 0, badDate
	case d > today:
		return 0, futureDate
	}
	return d, ""
}

func readDate(c tables.Cell, early int) (core.Date, bool) {
	s := c.Text
	if digits := strings.Trim(s, "0123456789") == ""; digits && len(s) == 8 {
		return calendar(s[:4], s[4:6], s[6:])
	} else if n, err := strconv.ParseFloat(s, 64); err == nil && (digits && len(s) == 5 || c.Kind == tables.Number) {
		if n < firstSerial || n > lastSerial || digits && n >= firstYear && n <= lastYear {
			return 0, false
		}
		return core.NewDate(1899, 12, 30) + core.Date(int(n)+early), true
	}
	s, _, _ = strings.Cut(s, " ") // the time of day that exports add
	s, _, _ = strings.Cut(s, "T")
	parts := strings.FieldsFunc(strings.TrimSuffix(s, "日"), func(r rune) bool { return strings.ContainsRune("-/.年月", r) })
	if len(parts) != 3 {
		return 0, false
	}
	return calendar(parts[0], parts[1], parts[2])
}

// calendar makes a day of three numbers, when there was such a day.
func calendar(y, m, d string) (core.Date, bool) {
	if len(y) != 4 || len(m) > 2 || len(d) > 2 {
		return 0, false
	}
	t, err := time.Parse("2006-1-2", y+"-"+m+"-"+d)
	if err != nil {
		return 0, false
	}
	return core.NewDate(t.Date()), true
}

// relationWords gives how registers write the relation to the head of a household.
func relationWords() map[string]core.Relation {
	out := map[string]core.Relation{}
	for relation, words := range map[core.Relation]string{
		"applicant": "户主 本人 applicant", "spouse": "配偶 妻 夫 妻子 丈夫 老伴 spouse",
		"child": "子 女 儿子 女儿 子女 孩子 child", "parent": "父 母 父亲 母亲 父母 parent",
		"grandparent": "祖父 祖母 外祖父 外祖母 祖父母 爷爷 奶奶 姥爷 姥姥 grandparent",
		"grandchild":  "孙 孙子 孙女 外孙 外孙子 外孙女 孙子女 grandchild",
		"other":       "其他 其它 儿媳 媳 女婿 婿 兄 弟 姐 妹 哥 兄弟 姐妹 岳父 岳母 公公 婆婆 侄子 侄女 非亲属 other",
	} {
		for w := range strings.SplitSeq(words, " ") {
			out[w] = relation
		}
	}
	return out
}

// relationOf reads a relation in words, with the rank among brothers and sisters, or
// in the codes of GB/T 4761.
func relationOf(words map[string]core.Relation, s string) (core.Relation, bool) {
	if len(s) == 2 && strings.Trim(s, "0123456789") == "" {
		return [10]core.Relation{"applicant", "spouse", "child", "child", "grandchild", "parent", "grandparent", "other", "other", "other"}[s[0]-'0'], true
	}
	if r, ok := words[s]; ok {
		return r, true
	}
	r, ok := words[strings.TrimLeft(s, "长次三四五六七八九大二小独生养继")]
	return r, ok
}

func sexOf(s string) (core.Sex, bool) {
	switch s {
	case "男", "1", "male", "M", "男性":
		return "male", true
	case "女", "2", "female", "F", "女性":
		return "female", true
	}
	return "", s == ""
}

func yes(s string) bool { return s == "是" || s == "1" || s == "yes" || s == "TRUE" || s == "√" }
