package wording

import (
	"strings"
	"testing"

	"lianou/core"
)

// Whatever is late is said in plain words: the day, that it is late, who knows; and where it
// is the household's own papers, nobody is blamed.
// Control: LatePapers said as the others are ("blames the household"); a line of two thoughts
// in one sentence ("句子平均 …").
func TestLateIsSaidPlainly(t *testing.T) {
	t.Parallel()
	day := core.NewDate(2026, 12, 2)
	for what := LateAnswer; what < lateEnd; what++ {
		for _, told := range []string{"村里的协理员", "王庙镇", "德州经济技术开发区", "德州市"} {
			for _, item := range []string{"", "最低生活保障边缘家庭救助"} {
				said := Late{What: what, Item: item, Due: day, Told: told}.Say()
				if wrong := Lint(said); wrong != nil || !strings.Contains(said, "12月2日") || !strings.Contains(said, told) || !strings.Contains(said, "晚了") {
					t.Errorf("%d: %s: %v", what, said, wrong)
				}
				if own := what == LatePapers; own != strings.Contains(said, "照样办") || own == strings.Contains(said, "在催") {
					t.Errorf("%s blames the household, or nobody", said)
				}
			}
		}
		if do := LateDo(what, true) + LateDo(what, false); strings.HasPrefix(do, "。") || strings.Contains(do, "::") {
			t.Errorf("%d: nothing to do: %s", what, do)
		}
	}
	if wrong := Lint(NextLate()); wrong != nil {
		t.Error(wrong)
	}
}
