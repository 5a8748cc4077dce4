package workflow

import (
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/wording"
)

// A refusal says what would have to be otherwise, of the household's own facts, and how a wrong
// one is put right. Where the item fits by the facts, or they are others than those it was
// decided by, nobody is told what they lack.
//
// Control, named, not seen red: nearOf without the version of the facts ("other facts").
func TestARefusalSaysWhatWouldHaveToBeOtherwise(t *testing.T) {
	t.Parallel()
	book, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	places, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	const near = "只差一样。存款平均每人 15,000 元,还差 3,480 元(样本)。情况有变化,随时再来说。"
	for what, c := range map[string]struct {
		outcome string
		version int
		says    bool
	}{"it does not fit": {"not_eligible", 2, true}, "it fits": {"eligible", 2, false}, "other facts": {"not_eligible", 3, false}} {
		v := casefile.View{Case: casefile.Case{Region: "371426104", Town: "王庙镇", FactsVersion: c.version}, Claims: []casefile.Claim{{ID: 1, Item: "MZ-01", Name: "最低生活保障", Everyday: "低保"}},
			Findings: []casefile.Finding{{Item: "MZ-01", Outcome: c.outcome, Near: near}}}
		d := casefile.Decision{Claim: 1, Item: "MZ-01", Outcome: casefile.Refused, FactsVersion: 2, At: time.Date(2026, 11, 27, 9, 0, 0, 0, core.China), Appeal: "可以申请复议。", Reasons: []casefile.Reason{{Text: "存款在线以上"}}}
		text := strings.Join(Letters{Regions: places, Books: book}.Decision(v, d).Paragraphs, "\n")
		if strings.Contains(text, near) != c.says || !strings.Contains(text, wording.Mistaken()) {
			t.Errorf("%s: %s", what, text)
		}
	}
}
