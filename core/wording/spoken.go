package wording

import (
	"strings"

	"lianou/core"
)

const hanDigits = "零一二三四五六七八九"

func han(d uint64) string { return string([]rune(hanDigits)[d]) }

// SayAmount is an amount as it is read aloud, such as 一百八十元, 三百九十元五角 or
// 零元. Negative amounts begin with 负.
func SayAmount(f core.Fen) string {
	sign, n := "", uint64(f)
	if f < 0 {
		sign, n = "负", -n // two's complement: right for the smallest int64 too
	}
	yuan, jiao, fen := n/100, n/10%10, n%10
	var b strings.Builder
	b.WriteString(sign)
	if yuan > 0 || n == 0 {
		b.WriteString(number(yuan) + "元")
	}
	if jiao > 0 {
		b.WriteString(han(jiao) + "角")
	}
	if fen > 0 {
		if jiao == 0 && yuan > 0 {
			b.WriteString("零")
		}
		b.WriteString(han(fen) + "分")
	}
	return b.String()
}

// SayNumber is a whole number as it is read aloud: 10 is 十, 110 一百一十, 20,300
// 二万零三百. Negative numbers begin with 负.
func SayNumber(n int64) string {
	if n < 0 {
		return "负" + number(-uint64(n))
	}
	return number(uint64(n))
}

func number(n uint64) string {
	if n == 0 {
		return "零"
	}
	s := sections(n)
	if strings.HasPrefix(s, "一十") {
		s = strings.TrimPrefix(s, "一")
	}
	return s
}

// sections reads n in groups of four digits (万, 亿, 万亿 ...), with 零 where a
// group or a digit is skipped between two that are said.
func sections(n uint64) string {
	units := []string{"", "万", "亿", "万亿", "亿亿"}
	var out string
	gap := false // a 零 is owed before what has been said already
	for i := 0; n > 0; i, n = i+1, n/10000 {
		part := n % 10000
		if part == 0 {
			gap = out != ""
			continue
		}
		if gap {
			out = "零" + out
		}
		out = fourDigits(part) + units[i] + out
		gap = part < 1000
	}
	return out
}

// fourDigits reads 1..9999 with 一十 for 10; inner zeros are said once.
func fourDigits(n uint64) string {
	units := []string{"", "十", "百", "千"}
	var out string
	gap := false
	for i := 0; n > 0; i, n = i+1, n/10 {
		d := n % 10
		if d == 0 {
			gap = out != ""
			continue
		}
		if gap {
			out, gap = "零"+out, false
		}
		out = han(d) + units[i] + out
	}
	return out
}

// SayDate is a day of the year as it is read aloud: 3月4日 is 三月四号.
func SayDate(d core.Date) string {
	t := d.Time()
	return SayNumber(int64(t.Month())) + "月" + SayNumber(int64(t.Day())) + "号"
}

// SayDigits reads digits one by one; 1 is said 幺, as on every Chinese telephone,
// so that it cannot be heard as 7. Other characters become a pause.
func SayDigits(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '1':
			b.WriteString("幺")
		case r >= '0' && r <= '9':
			b.WriteString(han(uint64(r - '0')))
		default:
			b.WriteString(",")
		}
	}
	return b.String()
}

// GroupReceipt prints a receipt number in its groups 4-4-2: "1234 5678 90". What
// has not ten digits is given back unchanged.
func GroupReceipt(r core.Receipt) string {
	if len(r) != 10 {
		return string(r)
	}
	return string(r[:4] + " " + r[4:8] + " " + r[8:])
}

// SayReceipt reads a receipt number aloud in its groups, with pauses between.
func SayReceipt(r core.Receipt) string { return SayDigits(GroupReceipt(r)) }

// SayTail reads the last four digits of a card: 尾号六二幺七.
func SayTail(last4 string) string { return "尾号" + SayDigits(last4) }
