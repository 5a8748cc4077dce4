package rulebook_test

import (
	"strings"
	"testing"

	"lianou/core/rulebook"
)

// TestNoTwoChoicesReadAlike: over all that ships no two conditions read alike where one chooses
// which to change, nor two answers of any closed list; those that say the same sentence say what
// tells them apart, also in the step that is signed. By a newcomer: three times 家在农村。
//
// Red, with the sentences alone: `conditions: two read "家在农村。"`, of 家在城里, 平均每人存款, 一年必须花的大钱 and
// 没工作已有 as well; `step 1 says "条件“家在农村。”:不够时说 …"`.
func TestNoTwoChoicesReadAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	to := func(name, field, value string) rulebook.Step {
		return rulebook.Step{Op: rulebook.Op{Criterion: &rulebook.Criterion{Name: name, Field: field, Value: value}}, Why: "会议"}
	}
	id, err := w.store.Begin(t.Context(), w.han, "改", to("rural_for_heating", "fail", "家不在农村。"), to("rural_for_school", "pass", "家是农村的。"))
	must(t, err)
	f, err := w.store.Draft(t.Context(), id)
	must(t, err)
	read, err := w.store.Read(t.Context(), &f, names, func() error { return nil })
	must(t, err)
	alike := func(what string, list []rulebook.Choice) {
		t.Helper()
		seen := map[string]bool{}
		for _, c := range list {
			if seen[c.Word] {
				t.Errorf("%s: two read %q", what, c.Word)
			}
			seen[c.Word] = true
		}
	}
	conditions := read.Conditions()
	if len(conditions) < 70 {
		t.Errorf("%d conditions", len(conditions))
	}
	alike("conditions", conditions)
	var standards []rulebook.Choice
	for _, p := range read.Params {
		standards = append(standards, rulebook.Choice{Value: p.Name, Word: p.Label})
	}
	alike("standards", standards)
	for i := range read.Criteria {
		title, fields := read.OfCriterion(read.Criteria[i].Name)
		if title != conditions[i].Word {
			t.Errorf("chosen as %q, its page is called %q", conditions[i].Word, title)
		}
		for _, f := range fields {
			alike(title+" "+f.Word, f.Choices)
		}
	}
	for i := range read.Items {
		_, fields := read.OfItem(read.Items[i].Name, read.Items[i].From.String())
		for _, f := range fields {
			alike(read.Items[i].Name+" "+f.Word, f.Choices)
		}
	}
	says := func(name, want string) {
		t.Helper()
		for _, c := range conditions {
			if c.Value == name && c.Word != want {
				t.Errorf("%s reads %q, want %q", name, c.Word, want)
			}
		}
	}
	says("sixty", "【这个人】已满 60 岁。")
	says("savings_low", "平均每人存款 【这家的数】。没超过 【标准】。(平均每人存款 不超过 低保标准(每人每月) × 低保家庭人均存款上限(低保标准的倍数))")
	for n, want := range map[int]string{1: "条件“家在农村。”(用在 ZJ-04 困难家庭采暖费减免", 2: "条件“家在农村。”(用在 JT-04 中等职业教育国家助学金及免学费"} {
		if said := read.Step(f.Changes[n-1]); !strings.HasPrefix(said, want) {
			t.Errorf("step %d says %q, want %q", n, said, want)
		}
	}
}
