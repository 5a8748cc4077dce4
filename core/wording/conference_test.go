package wording

import (
	"strings"
	"testing"

	"lianou/core"
)

// Whatever a conference comes to is told in plain words: the answer, the reason, who goes on, and
// the way to have it looked at again; and never as a promise of money.
//
// Named, not seen red: the sentence of the last decision left out.
func TestConferenceIsToldPlainly(t *testing.T) {
	t.Parallel()
	day := core.NewDate(2026, 12, 31)
	for _, c := range []Conferred{
		{Outcome: "help", Item: "临时救助(急)", Amount: core.Yuan(5000), Sample: true, Period: "month", Until: day, Reason: "孩子的病要长期吃药"},
		{Outcome: "help", Item: "帮找工作", Until: day, Reason: "家里没有别的收入。"},
		{Outcome: "not", Reason: "同一场病已经救助过"}, {Outcome: "look", Reason: "病历还没有看全"}, {Outcome: "off", Reason: "按规定就能办,不用开会"},
	} {
		c.Town, c.County = "德州经济技术开发区", "平原县"
		n := ConferenceKept(c)
		for _, fault := range Lint(n.Words) {
			t.Errorf("%s\n  in: %s", fault, n.Words)
		}
		want := []string{stop(c.Reason), "觉得不对,可打 12345", "平原县政府申请行政复议"}
		if c.Outcome == "help" {
			want = append(want, "这还不是最后的决定", c.Item, "12月31日前定")
		}
		if c.Amount > 0 {
			want = append(want, "最多每月 5,000 元(样本)。")
		}
		for _, w := range want {
			if !strings.Contains(n.Words, w) {
				t.Errorf("%q is not in: %s", w, n.Words)
			}
		}
	}
}
