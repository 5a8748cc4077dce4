package township

import (
	"testing"

	"lianou/core"
	"lianou/core/casefile"
)

// An officer reads of people by their names, or of the applicant's, and is never spoken to
// as the household; two children of one age are two people.
//
// Controls: reasons left as they are ("您的女儿(9 岁)"); without the member's own name first,
// both are the same child.
func TestAnOfficerReadsOfThePeople(t *testing.T) {
	t.Parallel()
	nine := 9
	v := casefile.View{Members: []casefile.Member{{Ref: "m1", Name: "周桂兰"}, {Ref: "m2", Name: "周小兰"}, {Ref: "m3", Name: "周小芳"}, {Ref: "m4"}}}
	girl := core.Sex("female")
	v.Facts.Household.Members = []core.Member{{Ref: "m1", Relation: "applicant", Age: &nine}, {Ref: "m2", Relation: "child", Age: &nine, Sex: &girl},
		{Ref: "m3", Relation: "child", Age: &nine, Sex: &girl}, {Ref: "m4", Relation: "child"}}
	told := tellerOf(v)
	for _, c := range []struct {
		ref        core.MemberRef
		text, want string
	}{
		{"m1", "您本人不满 60 岁。", "周桂兰不满 60 岁。"},
		{"m2", "您的女儿(9 岁)是孤儿。", "周小兰(9 岁)是孤儿。"},
		{"m3", "您的女儿(9 岁)是孤儿。", "周小芳(9 岁)是孤儿。"},
		{"m4", "您的孩子是孤儿。", "申请人的孩子是孤儿。"},
		{"", "您家平均每人存款 15,000 元。", "这家平均每人存款 15,000 元。"},
	} {
		if got := told.reason(casefile.Reason{Member: c.ref, Text: c.text}).Text; got != c.want {
			t.Errorf("%s: %q, want %q", c.ref, got, c.want)
		}
	}
}
