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
	id, err := w.store.Begin(t.Context(), w.han, "推后", to("law", "民发【2021】43号")) // seen red: ErrSentence, about places of which a law has none
	must(t, err)
	change := func(s rulebook.Step) error { return w.store.Change(t.Context(), w.han, id, s) }
	refused("a limit alone", change(to("value", "65")), "「够条件时说」那一句里还写着 60")
	refused("a place that is none", change(to("pass", "{member}满了【岁】。")), "方括号")
	must(t, change(to("pass", "{member}已满 65 岁。")))
	refused("one sentence of two", change(to("value", "65")), "「不够时说」那一句里还写着 60")
	must(t, change(to("fail", "{member}不满 65 岁。")))
	must(t, change(to("value", "65")))
}

// TestALimitInWordsAndItsSentences: also a sentence that has the number in words, or in another
// unit, is changed before its limit, in steps and in whole files.
//
// Red, with the digits of vet alone: "in words: <nil>", "12 months that are a year: <nil>", "a whole
// file: <nil>".
func TestALimitInWordsAndItsSentences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	to := func(name, field, value string) rulebook.Step {
		return rulebook.Step{Op: rulebook.Op{Criterion: &rulebook.Criterion{Name: name, Field: field, Value: value}}, Why: "会议", Sure: true}
	}
	id, err := w.store.Begin(t.Context(), w.han, "推后", to("sixty", "pass", "{member}已满六十周岁。"), to("sixty", "fail", "{member}还没到 60 岁。"))
	must(t, err)
	change := func(s rulebook.Step) error { return w.store.Change(t.Context(), w.han, id, s) }
	refused := func(what string, err error, says string) {
		t.Helper()
		var e *core.Error
		if !errors.Is(err, rulebook.ErrSentence) || !errors.As(err, &e) || !strings.Contains(e.Say, says) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("in words", change(to("sixty", "value", "65")), "「够条件时说」那一句里还写着 六十周岁。请先改句子")
	refused("12 months that are a year", change(to("jobless_year", "value", "18")), "「不够时说」那一句里还写着 1 年")
	refused("a level", change(to("grade_one", "value", "2")), "「够条件时说」那一句里还写着 一级")
	must(t, change(to("sixty", "pass", "{member}已满六十五周岁。")))
	must(t, change(to("sixty", "fail", "{member}还没到 65 岁。")))
	must(t, change(to("sixty", "value", "65")))
	set := with(t, shipped(t), "criteria.yaml", "op: \">=\"\n    value: 80", "op: \">=\"\n    value: 85")
	refused("a whole file", change(rulebook.Step{Op: rulebook.Op{Files: shipped(t).Changes(set)}, Why: "会议"}), "条件“【这个人】已满 80 岁。”的「够条件时说」那一句里还写着 80 岁")
}

// TestNumbersOfEveryKindHaveBounds: what no age, count, share, factor or number of days comes to is
// refused with what it may be, also of who is sure; what leaps is asked about, from what to what;
// small changes are not. By a newcomer: an age of 600 was written down without a word.
//
// Red, with vetAmount alone: "an age of 600: <nil>" and every other line of conditions and items;
// "a share of 60: 40 times asked" for want of a bound of shares.
func TestNumbersOfEveryKindHaveBounds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	condition := func(name, field, value string) rulebook.Op {
		return rulebook.Op{Criterion: &rulebook.Criterion{Name: name, Field: field, Value: value}}
	}
	item := func(field, value string) rulebook.Op {
		return rulebook.Op{Item: &rulebook.Item{Code: "MZ-01", From: newestOf(t, "MZ-01"), Field: field, Value: value}}
	}
	standard := func(param, value string) rulebook.Op {
		return rulebook.Op{Amount: &rulebook.Amount{Param: param, Value: value, From: w.today(t), Source: "文件"}}
	}
	var first []rulebook.Step // sentences that name no number, so that the limits are free
	for _, name := range []string{"sixty", "jobless_half_year", "working_age", "one_car_at_most"} {
		for _, said := range []string{"pass", "fail"} {
			first = append(first, rulebook.Step{Op: condition(name, said, map[string]string{"pass": "符合这一条", "fail": "不符合这一条"}[said]+"("+name+")。"), Why: "会议"})
		}
	}
	id, err := w.store.Begin(t.Context(), w.han, "数", first...)
	must(t, err)
	change := func(op rulebook.Op, sure bool) error {
		return w.store.Change(t.Context(), w.han, id, rulebook.Step{Op: op, Why: "会议", Sure: sure, Names: names})
	}
	for _, c := range []struct {
		what  string
		op    rulebook.Op
		want  error
		words string
	}{
		{"an age of 600", condition("sixty", "value", "600"), rulebook.ErrAbsurd, "的限额写成了 600 岁,大得不像真的,最多写到 120 岁。请看看是不是多写了几个零"},
		{"months", condition("jobless_half_year", "value", "6000"), rulebook.ErrAbsurd, "最多写到 600 个月"},
		{"cars", condition("one_car_at_most", "value", "1000"), rulebook.ErrAbsurd, "最多写到 100 辆"},
		{"the upper end", condition("working_age", "range.1", "590"), rulebook.ErrAbsurd, "的上限写成了 590 岁"},
		{"a level", condition("grade_one", "value", "7"), rulebook.ErrAbsurd, "最多写到 四级"},
		{"times", condition("income_below_standard", "limit.times", "1000"), rulebook.ErrAbsurd, "再乘几倍写成了 1000 倍"},
		{"days of an item", item("limit.days", "3000"), rulebook.ErrProblems, "政策有不通的地方"},
		{"days of a notice", item("notice.days", "700"), rulebook.ErrProblems, "政策有不通的地方"},
		{"an age in a standard", standard("tekun.keep_age", "180"), rulebook.ErrAbsurd, "最多写到 120 岁"},
		{"a share of 60", standard("rigid.ratio", "60"), rulebook.ErrAbsurd, "百分之六十要写 0.6"},

		{"sixty to 75", condition("sixty", "value", "75"), rulebook.ErrLeap, ":限额 60 岁 → 75 岁(高了 15 岁)。"},
		{"sixty to 45", condition("sixty", "value", "45"), rulebook.ErrLeap, "60 岁 → 45 岁(低了 15 岁)"},
		{"half a year to two", condition("jobless_half_year", "value", "24"), rulebook.ErrLeap, "6 个月 → 24 个月(是原来的 4 倍)"},
		{"two cars", condition("one_car_at_most", "value", "2"), rulebook.ErrLeap, "1 辆 → 2 辆(是原来的 2 倍)"},
		{"twice", condition("income_below_standard", "limit.times", "2"), rulebook.ErrLeap, "再乘几倍 1 倍 → 2 倍(是原来的 2 倍)"},
		{"the lower end", condition("working_age", "range.0", "30"), rulebook.ErrLeap, "下限 16 岁 → 30 岁"},
		{"days", item("limit.days", "90"), rulebook.ErrLeap, " → 90 个工作日"},
		{"an age in a standard, by 11 years", standard("tekun.keep_age", "29"), rulebook.ErrLeap, "18 岁 → 29 岁"},

		{"sixty to 65", condition("sixty", "value", "65"), nil, ""},
		{"half a year to eight months", condition("jobless_half_year", "value", "8"), nil, ""},
		{"a share of 0.7", standard("rigid.ratio", "0.7"), nil, ""},
	} {
		err := change(c.op, false)
		var e *core.Error
		if c.want == nil && err != nil || c.want != nil && (!errors.Is(err, c.want) || !errors.As(err, &e) || !strings.Contains(e.Say, c.words)) {
			t.Errorf("%s: %v, want %q", c.what, err, c.words)
		}
		if errors.Is(c.want, rulebook.ErrAbsurd) {
			if err := change(c.op, true); !errors.Is(err, rulebook.ErrAbsurd) {
				t.Errorf("%s, sure: %v", c.what, err)
			}
		}
	}
	set := with(t, shipped(t), "criteria.yaml", "range: [16, 59]", "range: [16, 590]")
	if err := w.store.Change(t.Context(), w.han, id, rulebook.Step{Op: rulebook.Op{Files: shipped(t).Changes(set)}, Why: "会议"}); !errors.Is(err, rulebook.ErrAbsurd) {
		t.Errorf("in whole files: %v", err)
	}
}

// newestOf is the first day of the newest version of an item.
func newestOf(t *testing.T, code string) (from core.Date) {
	t.Helper()
	out, err := shipped(t).Outline()
	must(t, err)
	for i := range out.Items {
		if out.Items[i].Name == code && out.Items[i].From > from {
			from = out.Items[i].From
		}
	}
	return from
}
