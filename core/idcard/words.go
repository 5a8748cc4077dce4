package idcard

import (
	"regexp"
	"strings"
	"unicode"

	"lianou/core"
)

// The words that stand on one side only. One of them is enough: some are always misread.
var (
	frontWords = []string{"姓名", "性别", "民族", "住址", "公民身份", "身份号码"}
	backWords  = []string{"中华人民", "人民共和国", "居民身份证", "签发机关", "有效期限", "公安局"}
)

var (
	nameForm    = regexp.MustCompile(`姓?名[^\p{Han}]*([\p{Han}·]{2,15})`)
	nameAlone   = regexp.MustCompile(`^[^\p{Han}]*([\p{Han}·]{2,4})[^\p{Han}]*$`)
	addressForm = regexp.MustCompile(`^[^\p{Han}]*(?:住?[址忆]|住)?[^\p{Han}]*(.{4,40})$`)
	beginsPlace = regexp.MustCompile(`[省市县区]`)
	validForm   = regexp.MustCompile(`(\d{4})[.,·]?(\d{2})[.,·]?(\d{2})[-—–一~至]+(?:(\d{4})[.,·]?(\d{2})[.,·]?(\d{2})|(长期))`)
	digitsForm  = regexp.MustCompile(`[0-9]{17,}[0-9Xx]`)
	splitYear   = regexp.MustCompile(`(19|20)\d\d[年.\s-]`)
)

// understand makes a card of lines that were read. Dates are judged by today.
func understand(lines []string, today core.Date) Card {
	var c Card
	clean := make([]string, 0, len(lines))
	for _, l := range lines {
		if l = squeeze(l); l != "" {
			clean = append(clean, l)
		}
	}
	all := strings.Join(clean, "\n")
	c.ID = number(clean, today)
	front, back := count(all, frontWords), count(all, backWords)
	switch {
	case !c.ID.IsZero() || front > back:
		c.Side = Front
	case back > 0:
		c.Side = Back
	}
	if c.Side == Back {
		c.Valid = valid(all)
		return c
	}
	c.Name, c.Address = name(clean), address(clean)
	return c
}

// squeeze takes out spaces: tesseract puts them between Chinese signs as it likes.
func squeeze(l string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(l, ""))
}

func count(all string, words []string) (n int) {
	for _, w := range words {
		if strings.Contains(all, w) {
			n++
		}
	}
	return n
}

// number finds the one number whose check digit and birthday fit. Two of them are none:
// a misread number is worse than an empty field.
func number(lines []string, today core.Date) core.IDNumber {
	var found core.IDNumber
	for _, l := range lines {
		for _, run := range digitsForm.FindAllString(l, 8) {
			for i := 0; i+18 <= len(run); i++ {
				id, err := core.ParseID(run[i:i+18], today)
				if err != nil || id == found {
					continue
				}
				if !found.IsZero() {
					return core.IDNumber{}
				}
				found = id
			}
		}
	}
	return found
}

// name is what stands behind 姓名; where the label was not read, the first line that holds
// nothing but two to four signs, which on a card is the name.
func name(lines []string) string {
	for _, l := range lines {
		if m := nameForm.FindStringSubmatch(l); m != nil {
			return m[1]
		}
	}
	for _, l := range lines[:min(3, len(lines))] {
		if m := nameAlone.FindStringSubmatch(l); m != nil && count(l, frontWords)+count(l, backWords) == 0 && !strings.ContainsAny(l, "性别民族出生") {
			return m[1]
		}
	}
	return ""
}

// address is the lines from the first that names a province, city or county on, until the
// number.
func address(lines []string) string {
	var out strings.Builder
	for _, l := range lines {
		if digitsForm.MatchString(l) || strings.Contains(l, "公民") || strings.Contains(l, "号码") {
			if out.Len() > 0 {
				break
			}
			continue
		}
		if out.Len() == 0 && (!beginsPlace.MatchString(l) || splitYear.MatchString(l)) {
			continue
		}
		if m := addressForm.FindStringSubmatch(l); m != nil {
			out.WriteString(m[1])
		}
	}
	return out.String()
}

// valid gives the dates as WeChat writes them; "" where they are no days.
func valid(all string) string {
	m := validForm.FindStringSubmatch(all)
	if m == nil {
		return ""
	}
	day := func(y, mo, d string) string {
		if _, err := core.ParseDate(y + "-" + mo + "-" + d); err != nil {
			return ""
		}
		return y + mo + d
	}
	from, until := day(m[1], m[2], m[3]), m[7]
	if until == "" {
		until = day(m[4], m[5], m[6])
	}
	if from == "" || until == "" || until != "长期" && until <= from {
		return ""
	}
	return from + "-" + until
}
