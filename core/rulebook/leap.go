package rulebook

import (
	"strconv"
	"strings"

	"lianou/core/policy"
)

// leap says of a change of a number by more than half of it what it comes to; "" for a smaller
// one. A standard rises by a tenth a year: more is asked about, and told wherever it is read.
func leap(old, new int64) string {
	moved := max(new-old, old-new)
	switch {
	case moved <= old/2 && old > 0 || moved == 0:
		return ""
	case old == 0:
		return "原来是 0"
	case new == 0:
		return "改成了 0"
	case new < old && new*100/old < 1:
		return "不到原来的百分之一"
	case new < old:
		return "只有原来的百分之 " + strconv.FormatInt(new*100/old, 10)
	}
	return "是原来的 " + timesOf(old, new) + " 倍"
}

// mostYears is by how much an age may change before it is asked about: 60 to 75 is a quarter of
// the number, and most of those who have anything by it.
const mostYears = 10

// leapOf is leap by what is counted: of an age also by how many years it changes. The numbers
// are thousandths.
func leapOf(unit policy.Unit, old, new int64) string {
	says, moved := leap(old, new), new-old
	switch {
	case says != "" || unit != policy.UnitYears:
		return says
	case moved > mostYears*1000:
		return "高了 " + strconv.FormatInt(moved/1000, 10) + " 岁"
	case moved < -mostYears*1000:
		return "低了 " + strconv.FormatInt(-moved/1000, 10) + " 岁"
	}
	return ""
}

// timesOf is how many times a number is another: 1.8, 10, 10 万.
func timesOf(old, new int64) string {
	switch times := new / old; {
	case times >= 10000:
		return strconv.FormatInt(times/10000, 10) + " 万"
	case times >= 10 || new%old == 0:
		return strconv.FormatInt(times, 10)
	}
	tenths := new * 10 / old
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10)
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// grouped writes a number of five digits and more with commas: 76,000,000 is not taken for
// 7,600,000.
func grouped(number string) string {
	whole, rest, point := strings.Cut(number, ".")
	if len(whole) < 5 {
		return number
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + rest
	}
	return whole
}
