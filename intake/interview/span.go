package interview

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
)

// span finds a sum that is said as lying between two: "二三百", "三千五六", "300到500". It
// is no answer: the lower would find somebody eligible by our own doing, the higher would
// find them not so, and the middle is nobody's word. So it is asked once more, and the
// words say what would do.
func span(said string) (low, high int64, ok bool) {
	for _, w := range slices.Concat(ofMonth, ofYear) { // "一个月二三百": the one is no sum
		said = strings.ReplaceAll(said, w, "|")
	}
	r := []rune(said)
	for i := 0; i+1 < len(r); i++ {
		a, first := hanDigits[r[i]]
		b, second := hanDigits[r[i+1]]
		if !first || !second || a == 0 || b != a+1 || i > 0 && isHanDigit(r[i-1]) || i+2 < len(r) && isHanDigit(r[i+2]) {
			continue
		}
		from, one := single(string(r[:i+1]) + string(r[i+2:]))
		to, two := single(string(r[:i]) + string(r[i+1:]))
		if one && two && from < to {
			return from, to, true
		}
	}
	list := numerals(said)
	if len(list) != 2 || list[1].from-list[0].to != 1 || list[0].hundredths >= list[1].hundredths {
		return 0, 0, false
	}
	switch r[list[0].to] {
	case '到', '至', '-', '~', '—':
		return list[0].hundredths, list[1].hundredths, true
	}
	return 0, 0, false
}

func single(said string) (hundredths int64, ok bool) {
	list := numerals(said)
	if len(list) != 1 {
		return 0, false
	}
	return list[0].hundredths, true
}

func isHanDigit(r rune) bool { _, ok := hanDigits[r]; return ok }

// between asks for one number out of a span; nil where none was said.
func (q *Question) between(said string) error {
	if q.Type != TypeMoney && q.Type != TypeNumber {
		return nil
	}
	low, high, ok := span(said)
	if !ok {
		return nil
	}
	say := func(n int64) string { return strconv.FormatInt(n/100, 10) }
	return core.Invalid(q.Key, fmt.Sprintf("听着是 %s 到 %s 之间。说一个大概的数就行,比如 %s。", say(low), say(high), say((low+high)/2)))
}
