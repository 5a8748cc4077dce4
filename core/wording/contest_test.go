package wording

import (
	"strings"
	"testing"

	"lianou/core"
)

// Whoever disputed something hears what they had said, what came of it, why, and where to
// turn next, in short sentences.
func TestWhatCameOfAContestIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []Contested{
		{Whose: "王小军", Label: "上学", Claimed: "高中", Stands: "小学初中,住校", Why: "学校开的学籍证明是初中。"},
		{Label: "平均每人月收入", Claimed: "210 元/月", Stands: "390 元/月", Since: core.NewDate(2026, 9, 1), Changed: true, Why: "工资单对得上"},
	} {
		said := c.Say()
		if faults := Lint(said); len(faults) > 0 {
			t.Errorf("%s: %v", said, faults)
		}
		for _, part := range []string{c.Label, c.Claimed, strings.TrimSuffix(c.Why, "。") + "。", Hotline} {
			if !strings.Contains(said, part) {
				t.Errorf("%s: not said: %s", said, part)
			}
		}
		if strings.Contains(said, "。。") || c.Changed != strings.Contains(said, "2026年9月1日起算") || c.Changed == strings.Contains(said, "还按小学初中,住校算") {
			t.Errorf("not what came of it: %s", said)
		}
		if !c.Changed && !strings.Contains(said, "到县民政局说") {
			t.Errorf("says no way on: %s", said)
		}
	}
}
