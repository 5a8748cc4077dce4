package people

import (
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/registry"
)

// whyFound says by which parts of what was typed somebody was found. It tells the two
// kinds of last four apart and repeats no number.
func whyFound(p registry.Found, q, place string) string {
	var by []string
	for _, part := range registry.Spelled(q) {
		by = append(by, partFound(p, part, place))
	}
	return strings.Join(by, "、")
}

// partFound is one part's reason. How a name that is written otherwise was found is the
// registry's to say.
func partFound(p registry.Found, part, place string) string {
	digits := strings.Trim(part, "0123456789") == ""
	id, phone := p.IDNumber.Last4(), ""
	if !p.Phone.IsZero() {
		phone = last4(p.Phone.Reveal())
	}
	switch {
	case len(part) == 18 || len(part) == 15 && digits:
		return "身份证号"
	case len(part) == 8 && digits:
		return "生日"
	case len(part) == 4 && strings.EqualFold(part, id):
		return "身份证后四位"
	case len(part) == 4 && part == phone:
		return "电话后四位"
	case strings.Trim(part, "0123456789+-()\uff08\uff09") == "":
		return "电话"
	case strings.Trim(strings.ToLower(part), "abcdefghijklmnopqrstuvwxyz") == "":
		return "拼音"
	case part == p.Name:
		return "姓名"
	case strings.Contains(p.Name, part):
		return "名字里有“" + part + "”"
	case strings.HasSuffix(part, "村"), strings.HasSuffix(part, "社区"), strings.HasSuffix(part, "镇"), strings.HasSuffix(part, "乡"),
		strings.HasSuffix(part, "街道"), strings.HasSuffix(part, "县"), strings.HasSuffix(part, "区"), strings.HasSuffix(part, "市"):
		return "住处"
	case strings.Contains(place, part):
		return "住处" // a village without its 村
	}
	switch word := p.By.Say(); {
	case p.As != "":
		return "另一条登记叫“" + p.As + "”"
	case word != "":
		return word
	}
	return "名字相近"
}

func last4(s string) string { return s[max(len(s)-4, 0):] }

func ageOf(birth, today core.Date) string {
	if birth.IsZero() {
		return ""
	}
	return strconv.Itoa(birth.Age(today)) + " 岁"
}
