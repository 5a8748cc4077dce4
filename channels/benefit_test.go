package channels

import (
	"testing"

	"lianou/core/matching"
)

// Who is told what they may be due hears of a sum that comes to 0, and why, before the item's own
// words; and whom alone it is for.
//
// Controls: BenefitSaid that gives the text ("0"); without AloneSaid ("a sum for one").
func TestABenefitOfNothingIsSaid(t *testing.T) {
	t.Parallel()
	const text, whom = "差多少补多少。", "只给您的爱人,不是全家(按单人户办)。"
	for name, c := range map[string]struct {
		give matching.Benefit
		want string
	}{
		"0":             {matching.Benefit{Told: true, Per: "month", Text: text, Nothing: "收入到线了。", AloneSaid: whom}, "每月 0 元:收入到线了。" + whom + text},
		"a sum":         {matching.Benefit{Told: true, Per: "month", Text: text, Amount: 360_00}, "每月 360 元"},
		"a sum for one": {matching.Benefit{Told: true, Per: "month", Text: text, Amount: 360_00, AloneSaid: whom}, "每月 360 元。" + whom},
		"not told yet":  {matching.Benefit{Per: "month", Text: text}, text},
	} {
		if got := BenefitSaid(c.give); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
