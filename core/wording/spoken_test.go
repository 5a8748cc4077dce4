package wording

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
)

func TestSpokenForms(t *testing.T) {
	t.Parallel()
	for in, want := range map[core.Fen]string{
		0: "零元", 1: "一分", 10: "一角", 10500: "一百零五元", 100500: "一千零五元", 105: "一元零五分", 18000: "一百八十元", 39050: "三百九十元五角",
		1000: "十元", 1200: "十二元", 11000: "一百一十元", 200000: "二千元", 2030000: "二万零三百元",
		10001000: "十万零一十元", -36000: "负三百六十元", 1_0000_3000_00: "一亿零三千元", 1_0000_0000_00: "一亿元",
	} {
		if got := SayAmount(in); got != want {
			t.Errorf("SayAmount(%d) = %s, want %s", in, got, want)
		}
	}
	if got := SayDate(core.NewDate(2027, 3, 4)); got != "三月四号" {
		t.Errorf("SayDate = %s", got)
	}
	if got := SayDate(core.NewDate(2027, 12, 20)); got != "十二月二十号" {
		t.Errorf("SayDate = %s", got)
	}
	if got := SayReceipt("1234567890"); got != "幺二三四,五六七八,九零" {
		t.Errorf("SayReceipt = %s", got)
	}
	if got := GroupReceipt("123"); got != "123" {
		t.Errorf("GroupReceipt = %s", got)
	}
}

// Control: leave out the 零 of fourDigits and 105 is heard as 150.
func TestSpokenAmountsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := core.Fen(rapid.Int64Range(-int64(core.MaxAmount), int64(core.MaxAmount)).Draw(t, "fen"))
		if back := hear(SayAmount(f)); back != f {
			t.Fatalf("%d is said %s and heard %d", f, SayAmount(f), back)
		}
	})
}

// hear reads a spoken amount back as people do: a last digit without its unit
// counts in the next lower one, unless 零 was said.
func hear(s string) core.Fen {
	sign := core.Fen(1)
	if rest, ok := strings.CutPrefix(s, "负"); ok {
		sign, s = -1, rest
	}
	var fen core.Fen
	if yuan, rest, ok := strings.Cut(s, "元"); ok {
		fen, s = core.Fen(hearNumber([]rune(yuan)))*100, rest
	}
	digit := int64(0)
	for _, r := range s {
		switch r {
		case '角':
			fen += core.Fen(digit * 10)
		case '分':
			fen += core.Fen(digit)
		default:
			digit = int64(strings.Index(hanDigits, string(r)) / len("零"))
		}
	}
	return sign * fen
}

func hearNumber(rs []rune) int64 {
	for _, u := range []struct {
		r rune
		v int64
	}{{'亿', 1_0000_0000}, {'万', 10000}, {'千', 1000}, {'百', 100}, {'十', 10}} {
		for i, r := range rs {
			if r == u.r {
				head := hearNumber(rs[:i])
				if i == 0 {
					head = 1
				}
				tail := rs[i+1:]
				if len(tail) == 1 && u.v > 10 && tail[0] != '零' {
					return head*u.v + hearNumber(tail)*u.v/10 // 一百五 is heard as 150
				}
				return head*u.v + hearNumber(tail)
			}
		}
	}
	n := int64(0)
	for _, r := range rs {
		n = n*10 + int64(strings.Index(hanDigits, string(r))/len("零"))
	}
	return n
}
