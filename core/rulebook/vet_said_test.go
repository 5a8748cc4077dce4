package rulebook_test

import (
	"errors"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/rulebook"
)

// TestWhatCitizensReadIsPlainAndTrue: a sentence with angle brackets is refused, in whole files
// too; one with a number of yuan that no standard of the item has is asked about. By a newcomer,
// whose 给什么 <b>每月 500 元</b> went through.
//
// Red, without plain and askYuan: "markup: <nil>" and of every line but the last three.
func TestWhatCitizensReadIsPlainAndTrue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	item := func(field, value string) rulebook.Op {
		return rulebook.Op{Item: &rulebook.Item{Code: "MZ-01", From: day("2016-07-01"), Field: field, Value: value}}
	}
	files := shipped(t).Changes(with(t, shipped(t), "criteria.yaml", "fail: 平均每人每月收入 {value}。不低于低保标准 {limit}。", "fail: 平均每人每月收入 <i>{value}</i>。"))
	id, err := w.store.Begin(t.Context(), w.han, "改句子")
	must(t, err)
	const other = "这个事项的算法和它用的标准里都没有这个数"
	for _, c := range []struct {
		what  string
		op    rulebook.Op
		sure  bool
		want  error
		words string
	}{
		{"markup", item("benefit.text", "<b>每月 500 元</b>"), true, rulebook.ErrSentence, "不能有尖括号"},
		{"markup in a condition", rulebook.Op{Criterion: &rulebook.Criterion{Name: "income_below_standard", Field: "fail", Value: "收入 <b>多</b>了。"}}, true, rulebook.ErrSentence, "不能有尖括号"},
		{"markup in a source", rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Area: "rural", Value: "500", From: w.today(t), Source: "<文件>"}}, true, rulebook.ErrSentence, "不能有尖括号"},
		{"markup in whole files", rulebook.Op{Files: files}, false, rulebook.ErrSentence, "不能有尖括号"},
		{"500 yuan", item("benefit.text", "每人每月给 500 元。"), false, rulebook.ErrLeap, "句子里写着“500 元”," + other},
		{"in ten thousands", item("benefit.text", "一年给 1.2 万元。"), false, rulebook.ErrSaid, "句子里写着“1.2 万元”," + other},
		{"a standard of it", item("benefit.text", "城里补到每人每月 600 元。"), false, nil, ""},
		{"500 yuan, sure", item("benefit.text", "每人每月给 500 元。"), true, nil, ""},
		{"no number", item("benefit.text", "按月发,补到低保标准。"), false, nil, ""},
	} {
		err := w.store.Change(t.Context(), w.han, id, rulebook.Step{Op: c.op, Why: "会议", Sure: c.sure})
		var e *core.Error
		if c.want == nil && err != nil || c.want != nil && (!errors.Is(err, c.want) || !errors.As(err, &e) || !strings.Contains(e.Say, c.words)) {
			t.Errorf("%s: %v, want %q", c.what, err, c.words)
		}
	}
}
