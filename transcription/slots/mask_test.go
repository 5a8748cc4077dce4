package slots

import (
	"strings"
	"testing"
)

// Control: Mask that reads each utterance alone: the numbers said in groups stay.
func TestMaskHidesNumbers(t *testing.T) {
	t.Parallel()
	say := func(text string) []Segment { return []Segment{{Text: text}} }
	for name, list := range map[string][]Segment{
		"digits":         say("我身份证是371402196303150019,电话13805340001"),
		"full width":     say("卡号6222020200012345670"),
		"numerals":       say("三七一四零二一九六三零三一五零零一九"),
		"幺":              say("电话幺三八零五三四零零零幺"),
		"grouped":        say("三七一四零二,一九六三,零三一五,零零一九"),
		"one by one":     say("一 三 八 零 五 三 四 零 零 零 一"),
		"spelt with X":   say("三七一四零二一九六三零三一五零零一叉"),
		"local":          say("家里电话2 6 1 2 3 4 5"),
		"between sides":  {{Channel: 0, Text: "371402"}, {Channel: 1, Text: "371402,您接着说"}, {Channel: 0, Text: "19630315"}, {Channel: 1, Text: "嗯,一九六三年三月十五,后面呢"}, {Channel: 0, Text: "0019"}},
		"much between":   {{Channel: 0, Text: "138 0534"}, {Channel: 1, Text: "稍等一下我这边找一下笔,刚才那支没水了,您等等我,马上就来啊"}, {Channel: 0, Text: "0001"}},
		"card by fours":  say("6222 0202 0001 2345 670"),
		"failed checks":  say("371402196303150018"),
		"very long":      say(strings.Repeat("嗯", 300_000) + "13805340001"),
		"after 3000 ids": say(strings.Repeat("12,嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯", 3000) + "13805340001"),
	} {
		got := Mask(list)
		for i, s := range got {
			if strings.ContainsAny(strings.TrimPrefix(s.Text, strings.Repeat("12,嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯", 3000)), "0123456789三七幺") {
				t.Errorf("%s: %q stands", name, s.Text[:min(len(s.Text), 200)])
			}
			if len([]rune(s.Text)) != len([]rune(list[i].Text)) {
				t.Errorf("%s: another length", name)
			}
		}
	}
}

func TestMaskLeavesWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"俺娘79岁,一个月就一百八十块钱,三个孩子,住王庙镇张庄村12号", "尾号6217", "2026年11月在医院花了三万五千块", "瘫炕上两年多了,一级残疾",
	} {
		if got := Mask([]Segment{{Text: text}})[0].Text; got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("电话幺三八零五三四", "零零零幺")
	f.Fuzz(func(t *testing.T, a, b string) {
		list := []Segment{{Text: a}, {Channel: 1, Text: b}}
		for i, s := range Mask(list) {
			if len([]rune(s.Text)) != len([]rune(list[i].Text)) {
				t.Errorf("%q became %q", list[i].Text, s.Text)
			}
		}
	})
}
