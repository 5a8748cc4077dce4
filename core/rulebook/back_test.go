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
	told, err := base.Tell(set, day("2026-01-01"), names)
	must(t, err)
	want := []string{"低保标准(每人每月)(平原县 农村):480 元/月(样本) → 520 元/月,从 2026-07-01 起", "已认定特困的孩子领到多大(各县):18 岁 → 20 岁,从 2030-07-01 起"}
	for _, line := range want {
		if !slices.Contains(told.Lines, line) {
			t.Errorf("%q is not among %q", line, told.Lines)
		}
	}
	if len(told.Left) != 0 || len(told.Lines) != 3 || !strings.HasPrefix(told.Lines[2], "事项 CL-02 ") {
		t.Errorf("%v more than %q", told.Left, told.Lines)
	}
	amounts, _ := base.File("amounts.yaml")
	raised, err := base.With("amounts.yaml", strings.ReplaceAll(amounts, "value: 1", "value: 2"))
	must(t, err)
	many, err := base.Tell(raised, day("2026-01-01"), names)
	must(t, err)
	if len(many.Lines) != 12 || len(many.Left) == 0 {
		t.Errorf("%d lines and %v more", len(many.Lines), many.Left)
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
	must(t, w.store.Sign(t.Context(), w.han, rulebook.Signature{Draft: id, Digest: d.Digest, Apart: true}))
	_, err = w.store.Publish(t.Context(), w.lin, rulebook.Publication{Draft: id, Digest: d.Digest, From: w.today(t), Apart: true})
	must(t, err)
}

// files is a step that makes one set another.
func files(from, to rulebook.Sources) rulebook.Step {
	return rulebook.Step{Op: rulebook.Op{Files: from.Changes(to)}, Why: "会议"}
}

// TestTakenBackWhereOnlyAnOlderSetBegins: what a set says all along, an edition before the
// newest said from 2030 on: from then it is taken back.
//
// What was so on days gone by only is taken back of these.
//
// Red: compared where the newest or the set begins anything only, and never before today,
// nothing was taken back, twice.
func TestTakenBackWhereOnlyAnOlderSetBegins(t *testing.T) {
	t.Parallel()
	w, base := newWorld(t), shipped(t)
	const row = "label: 特困照料护理标准(半护理)\n    rows: [{value: 130, from: 2016-07-01, sample: true"
	flat := func(value string) rulebook.Sources {
		return with(t, base, "amounts.yaml", row, strings.Replace(row, "130", value, 1))
	}
	later := with(t, base, "amounts.yaml", row, strings.Replace(row, "{value: 130, from: 2016-07-01", "{value: 130, from: 2016-07-01, until: 2030-01-01, source: 文件}, {value: 150, from: 2030-01-01", 1))
	w.issue(t, files(base, later))
	w.issue(t, files(later, flat("140")))
	back, err := w.store.TakenBack(t.Context(), flat("150"), names)
	must(t, err)
	tells(t, back.Told, "特困照料护理标准(半护理)(各县):140 元/月(样本) → 150 元/月(样本),从 2030-01-01 起", "")
	const marks = `, sample: true, source: "样本行 2020-07"}, {value: `
	once := with(t, base, "amounts.yaml", row, strings.Replace(row, "{value: 130, from: 2016-07-01", "{value: 130, from: 2016-07-01, until: 2024-01-01"+marks+"240, from: 2024-01-01, until: 2025-01-01"+marks+"130, from: 2025-01-01", 1))
	w.issue(t, files(flat("140"), once))
	back, err = w.store.TakenBack(t.Context(), base, names)
	must(t, err)
	tells(t, back.Told, "", "特困照料护理标准(半护理)(各县):240 元/月(样本) → 130 元/月(样本),从 2024-01-01 到 2024-12-31")
}

// TestTakenBackOfEveryKind: a holiday, and a formula beside a new limit of the same item, are
// taken back, and amounts by the dozen cut neither away.
//
// Red: without the calendar "2099 年的放假安排 … is not told"; with one key for all of an item
// "事项 MZ-03 … is not told".
func TestTakenBackOfEveryKind(t *testing.T) {
	t.Parallel()
	w, base := newWorld(t), shipped(t)
	amounts, _ := base.File("amounts.yaml")
	raised, err := base.With("amounts.yaml", strings.ReplaceAll(amounts, "value: 1", "value: 2"))
	must(t, err)
	second := with(t, raised, "calendar.yaml", "  - year: 2026\n", "  - year: 2099\n    off:\n      - {name: 春节, days: [2099-01-21, 2099-01-22]}\n  - year: 2026\n",
		"items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standard * members_count * 2")
	w.issue(t, files(base, second))
	set := with(t, base, "items/mz.yaml", "limit: {days: 1, mark: X}", "limit: {days: 2, mark: X}")
	back, err := w.store.TakenBack(t.Context(), set, names)
	must(t, err)
	if back.Edition != 2 || len(back.Lines) != 12 || len(back.Left) != 1 || back.Left[0].Kind != "标准" {
		t.Errorf("edition %d, %d lines, left %v", back.Edition, len(back.Lines), back.Left)
	}
	lines := strings.Join(back.Lines, "\n")
	for _, want := range []string{"2099 年的放假安排:有 → 没有", "事项 MZ-03 急难型临时救助:算法 低保标准(每人每月) * 家里几口人 * 2 → 低保标准(每人每月) * 家里几口人,从"} {
		if !strings.Contains(lines, want) {
			t.Errorf("%q is not told:\n%s", want, lines)
		}
	}
	if strings.Contains(lines, "几个工作日办完") {
		t.Errorf("a new limit takes something back:\n%s", lines)
	}
}
