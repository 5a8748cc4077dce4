package rulebook_test

import (
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/rulebook"
)

func names(code core.RegionCode) string {
	return map[core.RegionCode]string{"371426": "平原县", "371424": "临邑县"}[code]
}

// TestTell: whole files say what they change: what each standard was and becomes, with its
// unit, where and from when, once; the rest is counted.
// Controls: with the areas of a place left out "(平原县 还不知道城乡的)" stands for 农村; with
// the period before forgotten every period repeats what goes on ("4 more than [...]").
func TestTell(t *testing.T) {
	t.Parallel()
	base := shipped(t)
	set, err := rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Counties: []core.RegionCode{"371426"}, Area: "rural", Value: "520", From: day("2026-07-01"), Source: "文件"}}.Apply(base)
	must(t, err)
	set, err = rulebook.Op{Amount: &rulebook.Amount{Param: "tekun.keep_age", Value: "20", From: day("2030-07-01"), Source: "文件"}}.Apply(set)
	must(t, err)
	set, err = rulebook.Op{Item: &rulebook.Item{Code: "CL-02", From: day("2016-07-01"), Field: "limit.days", Value: "15"}}.Apply(set)
	must(t, err)
	told, err := base.Tell(set, names)
	must(t, err)
	want := []string{"低保标准(每人每月)(平原县 农村):480 元/月(样本) → 520 元/月,从 2026-07-01 起", "已认定特困的孩子领到多大(各县):18 岁 → 20 岁,从 2030-07-01 起"}
	for _, line := range want {
		if !slices.Contains(told.Lines, line) {
			t.Errorf("%q is not among %q", line, told.Lines)
		}
	}
	if told.More != 0 || len(told.Lines) != 3 || !strings.HasPrefix(told.Lines[2], "事项 CL-02 ") {
		t.Errorf("%d more than %q", told.More, told.Lines)
	}
	amounts, _ := base.File("amounts.yaml")
	raised, err := base.With("amounts.yaml", strings.ReplaceAll(amounts, "value: 1", "value: 2"))
	must(t, err)
	many, err := base.Tell(raised, names)
	must(t, err)
	if len(many.Lines) != 12 || many.More == 0 {
		t.Errorf("%d lines and %d more", len(many.Lines), many.More)
	}
}

// TestTakenBack: a folder from before the edition published last says what that edition
// changed and it takes back, and nothing that is new in it; what goes on from the edition
// takes nothing back; of two editions before, either counts.
// Control: compared with the newest alone, the draft's own raise is among the lines.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raise := func(param, value string) rulebook.Step {
		return rulebook.Step{Op: rulebook.Op{Amount: &rulebook.Amount{Param: param, Area: map[bool]core.Area{true: "rural"}[param == "dibao.standard"], Value: value, From: w.today(t), Source: "文件"}}, Why: "会议"}
	}
	w.issue(t, raise("dibao.standard", "520"), rulebook.Step{Op: rulebook.Op{Item: &rulebook.Item{Code: "CL-02", From: day("2016-07-01"), Field: "limit.days", Value: "15"}}, Why: "提速"})
	w.issue(t, raise("tekun.care_half", "140"))
	old, err := raise("tekun.care_full", "300").Op.Apply(shipped(t))
	must(t, err)
	back, err := w.store.TakenBack(t.Context(), old, names)
	must(t, err)
	all := strings.Join(back.Lines, "\n")
	for _, part := range []string{"低保标准(每人每月)(各县 农村):520 元/月 → 480 元/月(样本)", "半护理)(各县):140 元/月 → 130 元/月(样本)", "事项 CL-02 "} {
		if !strings.Contains(all, part) {
			t.Errorf("%q is not told:\n%s", part, all)
		}
	}
	if back.Edition != 3 || len(back.Lines) != 3 {
		t.Errorf("of edition %d:\n%s", back.Edition, all)
	}
	newest, err := w.store.Sources(t.Context(), 3)
	must(t, err)
	next, err := raise("tekun.care_full", "300").Op.Apply(newest)
	must(t, err)
	if back, err = w.store.TakenBack(t.Context(), next, names); err != nil || len(back.Lines) > 0 {
		t.Errorf("taken back by what goes on: %q, %v", back.Lines, err)
	}
}

// issue publishes an edition from today on.
func (w *world) issue(t *testing.T, steps ...rulebook.Step) {
	t.Helper()
	id, err := w.store.Begin(t.Context(), w.han, "试", steps...)
	must(t, err)
	d, err := w.store.Draft(t.Context(), id)
	must(t, err)
	must(t, w.store.Sign(t.Context(), w.han, id, d.Digest))
	_, err = w.store.Publish(t.Context(), w.lin, rulebook.Publication{Draft: id, Digest: d.Digest, From: w.today(t)})
	must(t, err)
}
