package rulebook_test

import (
	"fmt"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/rulebook"
)

// eighty is a condition in the files, with its limit in its sentences.
const eighty = "value: %d\n    unit: years\n    pass: \"{member}已满 %d 岁。\"\n    fail: \"{member}不满 %d 岁。\""

// TestTheAlarmOfDaysGoneBy: whoever writes an amount, a formula or a pack of days gone by
// otherwise is told, also where a later row holds from today on and nothing comes of it; what has
// no days of its own (weights, sentences, conditions) raises no alarm.
//
// Red: with every thing taken for one that has days "weights in files: alarmed by 困难指数的权重…",
// "a sentence of a pack in force: alarmed by 规则包 C…", "a condition: alarmed by 事项 MZ-10…" (the
// old code); a step of one amount was told nothing at all ("an amount of six years back, with a later
// row: no alarm").
func TestTheAlarmOfDaysGoneBy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base, today := shipped(t), w.today(t)
	files := func(edits ...string) rulebook.Op {
		return rulebook.Op{Files: base.Changes(with(t, base, edits...))}
	}
	amount := func(value string, from core.Date) rulebook.Op {
		return rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Area: "rural", Value: value, From: from, Source: "文件"}}
	}
	weights, err := base.With("index.yaml", "index:\n  source: 德民发〔2026〕9号\n  weights: {A: 110, B: 85, C: 100, D: 100, E: 100, F: 100, G: 100}\n")
	must(t, err)
	for _, tc := range []struct {
		name  string
		op    rulebook.Op
		alarm string // among the lines of the alarm; "" for no alarm
		idle  bool   // nothing is another from today on
	}{
		{"an amount of six years back, with a later row", amount("400", day("2019-06-01")), "365 元/月(样本) → 400 元/月,从 2019-06-01 到 2020-06-30", true},
		{"an amount of six years back, with none", amount("500", day("2020-08-01")), "480 元/月(样本) → 500 元/月,从 2020-08-01 到 " + (today - 1).String(), false},
		{"an amount from yesterday", amount("500", today-1), "480 元/月(样本) → 500 元/月,从 " + (today - 1).String() + " 到 " + (today - 1).String(), false},
		{"an amount from today", amount("500", today), "", false},
		{"an amount to come", amount("500", today+90), "", false},
		{"an amount in files, with a later row", files("amounts.yaml", "{area: rural, value: 365,", "{area: rural, value: 400,"), "365 元/月(样本) → 400 元/月(样本),从 2019-01-18 到 2020-06-30", true},
		{"a formula of the running version", files("items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standard * members_count * 2"), "事项 MZ-03", false},
		{"weights", rulebook.Op{Weights: &rulebook.Weights{Of: hardship.Weights{110, 85, 100, 100, 100, 100, 100}, Source: "文件"}}, "", false},
		{"weights in files", rulebook.Op{Files: base.Changes(weights)}, "", false},
		{"a sentence of a pack in force", files("packs.yaml", "只公示一次,7 天。", "只公示一次,公示 7 天。"), "", false},
		{"a sentence of a pack gone by", files("packs.yaml", "没有争议的,不再民主评议。", "没有争议的,不用民主评议。"), "", false},
		{"a condition", files("criteria.yaml", fmt.Sprintf(eighty, 80, 80, 80), fmt.Sprintf(eighty, 78, 78, 78)), "", false},
	} {
		id, err := w.store.Begin(t.Context(), w.han, "试", rulebook.Step{Op: tc.op, Why: "试"})
		must(t, err)
		f, err := w.store.Draft(t.Context(), id)
		must(t, err)
		read, err := w.store.Read(t.Context(), &f, names, func() error { return nil })
		must(t, err)
		told := read.Steps[1]
		switch {
		case tc.alarm == "" && told != nil && len(told.Gone) > 0:
			t.Errorf("%s: alarmed by %s", tc.name, strings.Join(told.Gone, "\n"))
		case tc.alarm != "" && (told == nil || !strings.Contains(strings.Join(told.Gone, "\n"), tc.alarm)):
			t.Errorf("%s: no alarm of %s: %+v", tc.name, tc.alarm, told)
		case told != nil && told.Idle != tc.idle && tc.alarm != "":
			t.Errorf("%s: nothing is another from today on: %v", tc.name, told.Idle)
		}
	}
}
