package slots_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/transcription/slots"
)

// speak says digits in any mixture of numerals and any grouping.
func speak(t *rapid.T, digits string) string {
	forms := map[byte][]string{
		'0': {"0", "零", "〇", "0"}, '1': {"1", "一", "幺", "1"}, '2': {"2", "二", "两"}, '3': {"3", "三", "3"}, '4': {"4", "四", "4"}, '5': {"5", "五", "5"},
		'6': {"6", "六", "6"}, '7': {"7", "七", "7"}, '8': {"8", "八", "8"}, '9': {"9", "九", "9"}, 'X': {"X", "x", "叉", "艾克斯", "X"},
	}
	pauses := []string{"", "", "", ",", " ", ",", "-", "、", ",嗯,", "。"}
	var b strings.Builder
	for i := range len(digits) {
		if i > 0 {
			b.WriteString(rapid.SampledFrom(pauses).Draw(t, "pause"))
		}
		b.WriteString(rapid.SampledFrom(forms[digits[i]]).Draw(t, "form"))
	}
	return b.String()
}

func drawID(t *rapid.T) string {
	born := core.NewDate(1920, time.January, 1).AddDate(0, 0, rapid.IntRange(0, 36_000).Draw(t, "born"))
	head := rapid.SampledFrom([]string{"371428", "372401", "371424", "110105"}).Draw(t, "area") + strings.ReplaceAll(born.String(), "-", "")
	head += rapid.StringMatching("[0-9]{3}").Draw(t, "order")
	return head + string(core.IDCheckDigit(head))
}

// An ID and a telephone number are found however they are grouped and mixed.
// Control: a full stop that always ends a number.
func TestNumbersInAnyForm(t *testing.T) {
	t.Parallel()
	e := extractor(t)
	rapid.Check(t, func(t *rapid.T) {
		id := drawID(t)
		phone := rapid.StringMatching("1[3-9][0-9]{9}").Draw(t, "phone")
		text := "我身份证号是" + speak(t, id) + ",手机号" + speak(t, phone) + ",麻烦了"
		p := e.Text(text, today)
		if p.IDNumber.Value.Reveal() != id || p.Phone.Value.Reveal() != phone {
			t.Fatalf("%s\nid %q want %q, phone %q want %q", text, p.IDNumber.Value.Reveal(), id, p.Phone.Value.Reveal(), phone)
		}
	})
}

// A number broken off, corrected and said again whole is the last one said; one
// whose end is corrected ends as corrected.
// Control: mend that only ever replaces the last group.
func TestCorrectedNumbers(t *testing.T) {
	t.Parallel()
	e := extractor(t)
	rapid.Check(t, func(t *rapid.T) {
		phone := rapid.StringMatching("1[3-9][0-9]{9}").Draw(t, "phone")
		sorry := rapid.SampledFrom([]string{",说错了,", ",不对,", ",不对,是", "。错了错了,应该是", ",哎呀念错了,", ",更正一下,是"}).Draw(t, "sorry")
		text := ""
		if rapid.Bool().Draw(t, "whole") {
			at := rapid.IntRange(5, 10).Draw(t, "at")
			text = "电话" + phone[:at-1] + wrong(t, phone[at-1]) + sorry + phone
		} else {
			at := rapid.IntRange(7, 9).Draw(t, "tail")
			text = "电话" + phone[:at] + wrong(t, phone[at]) + phone[at+1:] + sorry + phone[at:]
		}
		if got := e.Text(text, today).Phone.Value.Reveal(); got != phone {
			t.Fatalf("%s: %q, want %q", text, got, phone)
		}
	})
}

func wrong(t *rapid.T, right byte) string {
	return rapid.SampledFrom(strings.Split(strings.ReplaceAll("0123456789", string(right), ""), "")).Draw(t, "wrong")
}

// Whatever is said, nothing panics, spans lie inside the text, and what is given
// passes the checks of its type.
func FuzzText(f *testing.F) {
	for _, file := range []string{"testdata/spoken.jsonl", "testdata/third.jsonl"} {
		for _, w := range lines(f, file) {
			f.Add(w.Text)
		}
	}
	e := extractor(f)
	f.Fuzz(func(t *testing.T, text string) {
		p := e.Text(text, today)
		n := utf8.RuneCountInString(text)
		inside := func(spans []slots.Span) {
			for _, s := range spans {
				if s.Start < 0 || s.End <= s.Start || s.End > n {
					t.Fatalf("span %v of %d in %q", s, n, text)
				}
			}
		}
		inside(p.Name.Spans)
		inside(p.OnBehalfOf.Spans)
		inside(p.IDNumber.Spans)
		inside(p.Phone.Spans)
		inside(p.County.Spans)
		inside(p.Township.Spans)
		inside(p.Village.Spans)
		for _, need := range p.Needs {
			inside(need.Spans)
		}
		if id := p.IDNumber.Value; !id.IsZero() {
			if _, err := core.ParseID(id.Reveal(), today); err != nil {
				t.Fatal(err)
			}
		}
		if phone := p.Phone.Value; !phone.IsZero() {
			if _, err := core.ParsePhone(phone.Reveal()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// BenchmarkTenMinutes reads a call of ten minutes, about 3,000 characters.
func BenchmarkTenMinutes(b *testing.B) {
	var text strings.Builder
	for _, w := range lines(b, "testdata/third.jsonl") {
		text.WriteString(w.Text + "\n")
	}
	said := string([]rune(text.String() + text.String())[:3000])
	e := extractor(b)
	for b.Loop() {
		e.Text(said, today)
	}
}
