package book

import (
	"testing"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/rulebook"
)

// A grade of a certificate is said by its name, and where two sides give one reason it is the
// sum that changes; a household that loses one thing and gains another is not said to lose.
// (By a newcomer: 「残疾证:4 标准:1 到 2」, 不满 18 岁 on both sides, 会少 of a family that gained.)
//
// Controls: conditionOf without Grades: `4 of 1 到 2`; changeOf without Sum: `both sides: 1 and 1
// reasons`; judge without Mixed is seen on the page alone.
func TestBothSidesAreSaidInWords(t *testing.T) {
	t.Parallel()
	h := &core.Household{Members: []core.Member{{Ref: "m1", Relation: "child"}}}
	grade := &matching.Reason{Ground: &matching.Ground{Code: "severe", Member: "m1", Fact: "members/m1/disability"}, Value: "4", Limit: "1 到 2", Text: "残疾不重。"}
	if c := conditionOf(h, grade); c.Value != "四级" || c.Limit != "一级到二级" {
		t.Errorf("%s of %s", c.Value, c.Limit)
	}
	young := &matching.Reason{Ground: &matching.Ground{Code: "minor", Member: "m1", Outcome: matching.Eligible}, Text: "不满 18 岁。"}
	given := func(f core.Fen) rulebook.Side {
		return rulebook.Side{Outcome: matching.Eligible, Bundled: true, Benefit: matching.Benefit{Amount: f, Told: true, Per: "month"}, Reasons: []*matching.Reason{young}}
	}
	c := changeOf(h, &rulebook.Changed{Item: "ET-01", Name: "孤儿基本生活费", Was: given(107_000), Is: given(85_000)})
	if !c.Sum || len(c.Was.Reasons) != 0 || len(c.Is.Reasons) != 0 {
		t.Errorf("both sides: %d and %d reasons", len(c.Was.Reasons), len(c.Is.Reasons))
	}
	lost := rulebook.Side{Outcome: matching.NotEligible, Reasons: []*matching.Reason{grade}}
	if c := changeOf(h, &rulebook.Changed{Item: "ET-01", Was: given(107_000), Is: lost}); c.Sum || len(c.Is.Reasons) != 1 {
		t.Errorf("of what is lost no reason is said: %+v", c.Is)
	}
}
