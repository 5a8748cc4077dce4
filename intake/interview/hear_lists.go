package interview

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"lianou/core"
)

func encode(v any) (json.RawMessage, bool) {
	raw, err := json.Marshal(v)
	return raw, err == nil
}

// denies reports whether an answer begins by saying that there is none.
func denies(said string) bool {
	return beginsWith(said, []string{"没", "无", "都没", "都不", "不是", "家里没", "俺家没", "我家没"})
}

func hearMany(q *Question, said string) (json.RawMessage, bool) {
	found := options(q, said)
	if len(found) == 0 {
		return json.RawMessage("[]"), denies(said)
	}
	if containsAny(said, []string{"不是", "没有", "没办"}) {
		return nil, false // "有低保,没有残疾" and "没有低保" read alike
	}
	return encode(found)
}

var grades = map[string]int{"一级": 1, "1级": 1, "二级": 2, "2级": 2, "两级": 2, "三级": 3, "3级": 3, "四级": 4, "4级": 4}

// hearDisability reads 肢体二级. A certificate without its grade is asked again: the two
// subsidies turn on it.
func hearDisability(q *Question, said string) (json.RawMessage, bool) {
	var d core.Disability
	for word, grade := range grades {
		if strings.Contains(said, word) {
			if d.Grade != 0 && d.Grade != grade {
				return nil, false
			}
			d.Grade = grade
		}
	}
	if found := options(q, said); len(found) == 1 {
		d.Kind = core.DisabilityKind(found[0])
	}
	switch {
	case d.Grade > 0 && d.Kind != "":
		return encode(d)
	case d == (core.Disability{}) && denies(said):
		return json.RawMessage("{}"), true
	}
	return nil, false
}

// hearParents reads one state for each of two parents, told one after another, or one
// for both.
func hearParents(q *Question, said string) (json.RawMessage, bool) {
	var found []string
	for _, part := range strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune(",、;。", r) }) {
		one := options(q, part)
		if len(one) > 1 {
			return nil, false
		}
		found = append(found, one...)
		if len(one) == 1 && containsAny(part, []string{"都", "俩", "两个", "爸妈", "父母", "爹娘"}) {
			found = append(found, one...)
		}
	}
	if len(found) != 2 {
		return nil, false
	}
	return encode(found)
}

// hearShocks reads one event with its time, where it was said. The day is the middle of a month: nobody
// remembers better on the telephone, and limits in days are for people to check.
func hearShocks(q *Question, said string, today core.Date) (json.RawMessage, bool) {
	kinds := options(q, said)
	if len(kinds) == 0 {
		return json.RawMessage("[]"), denies(said)
	}
	if len(kinds) > 1 {
		return nil, false
	}
	day, _ := dayIn(said, today) // of none it is asked next
	return encode([]event{{Kind: core.ShockKind(kinds[0]), Date: day}})
}

// dayIn reads a day: 去年11月, 上个月, 三天前, 11月5号. A month without a year is the last
// one of that name.
func dayIn(said string, today core.Date) (core.Date, bool) {
	for word, back := range map[string]int{"今天": 0, "昨天": 1, "前天": 2, "大前天": 3, "上周": 7, "上星期": 7, "这个月": 5} {
		if strings.Contains(said, word) {
			return today.AddDate(0, 0, -back), true
		}
	}
	if strings.Contains(said, "上个月") || strings.Contains(said, "上月") {
		return today.AddDate(0, -1, 0), true
	}
	r := []rune(said)
	follows := func(n numeral, words ...string) bool {
		for _, w := range words {
			if strings.HasPrefix(string(r[n.to:]), w) {
				return true
			}
		}
		return false
	}
	year, day := 0, 15
	var month int
	for _, n := range numerals(said) {
		v := int(n.hundredths / 100)
		switch {
		case follows(n, "天前", "天以前"):
			return today.AddDate(0, 0, -v), v < 3700
		case follows(n, "个月前", "个月以前"):
			return today.AddDate(0, -v, 0), v < 120
		case follows(n, "年前"):
			return today.AddDate(-v, 0, 0), v < 100
		case follows(n, "年") && v > 1900:
			year = v
		case follows(n, "月") && v >= 1 && v <= 12:
			month = v
		case follows(n, "号", "日") && v >= 1 && v <= 31:
			day = v
		}
	}
	if month == 0 {
		return 0, false
	}
	now := today.Time().Year()
	switch {
	case year != 0:
	case strings.Contains(said, "前年"):
		year = now - 2
	case strings.Contains(said, "去年"):
		year = now - 1
	default:
		year = now
		if core.NewDate(year, time.Month(month), day) > today {
			year--
		}
	}
	at, err := core.ParseDate(fmt.Sprintf("%04d-%02d-%02d", year, month, day))
	if err != nil || at > today {
		return 0, false
	}
	return at, true
}
