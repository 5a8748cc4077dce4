package rulebook_test

import (
	"errors"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/rulebook"
)

// TestALeapIsAskedAbout: an amount that changes by more than half of what holds at its place on
// its days is asked about, from what to what, and done by whoever is sure; what no standard comes
// to is refused also of who is sure, and in whole files; smaller changes are not asked about.
//
// Red, without vet: "480 to 76,000,000: <nil>", "ten times: <nil>".
func TestALeapIsAskedAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	today := w.today(t)
	id, err := w.store.Begin(t.Context(), w.han, "提高标准")
	must(t, err)
	change := func(value string, sure bool, counties ...core.RegionCode) error {
		op := rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Area: "rural", Value: value, Counties: counties, From: today, Source: "文件"}}
		return w.store.Change(t.Context(), w.han, id, rulebook.Step{Op: op, Why: "会议", Sure: sure, Names: names})
	}
	says := func(what string, err, want error, words string) {
		t.Helper()
		var e *core.Error
		if !errors.Is(err, want) || !errors.As(err, &e) || !strings.Contains(e.Say, words) {
			t.Errorf("%s: %v, want %q", what, err, words)
		}
	}
	says("480 to 76,000,000", change("76000000", false), rulebook.ErrAbsurd, "低保标准(每人每月)写成了 76,000,000 元/月,大得不像真的,最多写到 1,000,000 元/月。")
	says("480 to 76,000,000, sure", change("76000000", true), rulebook.ErrAbsurd, "大得不像真的")
	says("ten times", change("4800", false), rulebook.ErrLeap, "低保标准(每人每月)(各县 农村):480 元/月(样本) → 4800 元/月(是原来的 10 倍),从 "+today.String()+" 起。")
	says("at one county", change("4800", false, "371426"), rulebook.ErrLeap, "(平原县 农村):480")
	says("to a tenth", change("48", false), rulebook.ErrLeap, "只有原来的百分之 10")
	says("to nothing", change("0", false), rulebook.ErrLeap, "改成了 0")
	says("less than nothing", change("-5", false), core.Invalid("value", ""), "数额不能是负数")
	says("with a comma", change("4,800", false), core.Invalid("value", ""), "只写数字")
	says("three decimals", change("760.123", false), core.Invalid("value", ""), "这个标准按元算,最多写 2 位小数。")
	must(t, change("700", false))
	must(t, change("4800", true))
	says("by what the draft says now", change("700", false), rulebook.ErrLeap, "4800 元/月 → 700 元/月")
	set := with(t, shipped(t), "amounts.yaml", "{area: rural, value: 480,", "{area: rural, value: 76000000,")
	err = w.store.Change(t.Context(), w.han, id, rulebook.Step{Op: rulebook.Op{Files: shipped(t).Changes(set)}, Why: "会议"})
	says("in whole files", err, rulebook.ErrAbsurd, "76,000,000 元/月")
	f, err := w.store.Draft(t.Context(), id)
	must(t, err)
	if len(f.Changes) != 2 {
		t.Errorf("%d steps were kept", len(f.Changes))
	}
}

// TestWhoDecidesIsChosen: a body that decides nothing in the rules is refused, with the list.
//
// Red, without vet: "随便谁: <nil>".
func TestWhoDecidesIsChosen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for body, known := range map[string]bool{"随便谁": false, "县残联": true, "教育和体育局": true} {
		op := rulebook.Op{Item: &rulebook.Item{Code: "CL-01", From: day("2016-07-01"), Field: "body", Value: body}}
		_, err := w.store.Begin(t.Context(), w.han, "改", rulebook.Step{Op: op, Why: "会议"})
		var e *core.Error
		switch {
		case !known && (!errors.Is(err, rulebook.ErrBody) || !errors.As(err, &e) || !strings.Contains(e.Say, "县残联")):
			t.Errorf("%s: %v", body, err)
		case known && err != nil && !errors.Is(err, rulebook.ErrNothing):
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestALimitAndItsSentencesAgree: a limit that its sentences name is changed after them, and a
// sentence has no place but those there are. By a newcomer, who published an edition that told
// somebody of 62: 您本人不满 60 岁.
//
// Red, without vetCriterion: "a limit alone: <nil>", "a place that is none: <nil>".
func TestALimitAndItsSentencesAgree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	to := func(field, value string) rulebook.Step {
		return rulebook.Step{Op: rulebook.Op{Criterion: &rulebook.Criterion{Name: "sixty", Field: field, Value: value}}, Why: "会议"}
	}
	refused := func(what string, err error, says string) {
		t.Helper()
		var e *core.Error
		if !errors.Is(err, rulebook.ErrSentence) || !errors.As(err, &e) || !strings.Contains(e.Say, says) {
			t.Errorf("%s: %v", what, err)
		}
	}
	id, err := w.store.Begin(t.Context(), w.han, "推后", to("law", "会议纪要"))
	must(t, err)
	change := func(s rulebook.Step) error { return w.store.Change(t.Context(), w.han, id, s) }
	refused("a limit alone", change(to("value", "65")), "「够条件时说」那一句里还写着 60")
	refused("a place that is none", change(to("pass", "{member}满了【岁】。")), "方括号")
	must(t, change(to("pass", "{member}已满 65 岁。")))
	refused("one sentence of two", change(to("value", "65")), "「不够时说」那一句里还写着 60")
	must(t, change(to("fail", "{member}不满 65 岁。")))
	must(t, change(to("value", "65")))
}
