package rulebook_test

import (
	"strings"
	"testing"

	"lianou/core/rulebook"
)

// with is the shipped set after some texts of its files were replaced: file, old, new.
func with(t *testing.T, set rulebook.Sources, edits ...string) rulebook.Sources {
	t.Helper()
	for ; len(edits) > 0; edits = edits[3:] {
		text, _ := set.File(edits[0])
		if !strings.Contains(text, edits[1]) {
			t.Fatalf("%q is not in %s", edits[1], edits[0])
		}
		var err error
		set, err = set.With(edits[0], strings.Replace(text, edits[1], edits[2], 1))
		must(t, err)
	}
	return set
}

func tells(t *testing.T, told rulebook.Told, lines, gone string) {
	t.Helper()
	if got := strings.Join(told.Lines, "\n"); got != lines {
		t.Errorf("from today on:\n%s\nwant:\n%s", got, lines)
	}
	if got := strings.Join(told.Gone, "\n"); got != gone {
		t.Errorf("of days gone by:\n%s\nwant:\n%s", got, gone)
	}
}

// TestToldDays: a step of files that takes a holiday away, or moves the days of a pack, says
// so: limits of every case run over the one, and by the other cases are handled.
//
// Red: Tell as it was said nothing of either ("from today on:" nothing).
func TestToldDays(t *testing.T) {
	t.Parallel()
	base := shipped(t)
	set := with(t, base, "calendar.yaml", "{name: 端午节, days: [2026-06-19, 2026-06-20, 2026-06-21]}", "{name: 端午节, days: [2026-06-21]}",
		"calendar.yaml", "{name: 端午节, days: [2019-06-07, 2019-06-08, 2019-06-09]}", "{name: 端午节, days: [2019-06-08, 2019-06-09]}")
	told, err := base.Tell(set, day("2026-06-20"), names)
	must(t, err)
	tells(t, told, "日历 2026-06-20:放假(端午节) → 周末\n日历 2019-06-07:放假(端午节) → 上班\n日历 2026-06-19:放假(端午节) → 上班", "")
	set = with(t, base, "packs.yaml", "name: 社会救助暂行办法,低保按 2012 年试行办法\n    from: 2014-05-01\n    until: 2021-07-01", "name: 社会救助暂行办法,低保按 2012 年试行办法\n    from: 2014-05-01\n    until: 2027-01-01")
	told, err = base.Tell(set, day("2026-06-20"), names)
	must(t, err)
	if all := strings.Join(told.Lines, "\n"); !strings.Contains(all, "规则包 A 社会救助暂行办法,低保按 2012 年试行办法:用上,从 2026-06-20 到 2026-12-31") {
		t.Errorf("a pack that goes on: %s", all)
	}
	if all := strings.Join(told.Gone, "\n"); !strings.Contains(all, "规则包 A 社会救助暂行办法,低保按 2012 年试行办法:用上,从 2021-07-01 到 2026-06-19") {
		t.Errorf("a pack that went on: %s", all)
	}
	calendar, _ := base.File("calendar.yaml")
	set, err = base.With("calendar.yaml", calendar[:strings.Index(calendar, "  - year: 2026")])
	must(t, err)
	told, err = base.Tell(set, day("2026-06-20"), names)
	must(t, err)
	if len(told.Lines) == 0 || !strings.Contains(told.Lines[0], "2026 年的放假安排:有 → 没有") {
		t.Errorf("a year less: %q", told.Lines)
	}
}

// TestToldOfDaysGoneBy: a draft that changes last year's amount says so, and what goes on is
// told of both; a boundary that only one of the sets has is no hole.
//
// Red: Tell that knew no today told "从 2025-01-01 起" of what ended on 2025-12-31, and
// nothing on its own ("of days gone by:" nothing).
func TestToldOfDaysGoneBy(t *testing.T) {
	t.Parallel()
	base := shipped(t)
	set := with(t, base, "amounts.yaml", "label: 特困照料护理标准(半护理)\n    rows: [{value: 130, from: 2016-07-01, sample: true",
		"label: 特困照料护理标准(半护理)\n    rows: [{value: 130, from: 2016-07-01, until: 2025-01-01, source: 文件}, {value: 150, from: 2025-01-01, until: 2026-01-01, source: 文件}, {value: 130, from: 2026-01-01, sample: true")
	told, err := base.Tell(set, day("2026-06-20"), names)
	must(t, err)
	tells(t, told, "特困照料护理标准(半护理):数没变,依据或者样本标记变了,从 2016-07-01 到 2024-12-31", "特困照料护理标准(半护理)(各县):130 元/月(样本) → 150 元/月,从 2025-01-01 到 2025-12-31")
	set = with(t, base, "amounts.yaml", "label: 特困照料护理标准(半护理)\n    rows: [{value: 130", "label: 特困照料护理标准(半护理)\n    rows: [{value: 131")
	told, err = base.Tell(set, day("2026-06-20"), names)
	must(t, err)
	tells(t, told, "特困照料护理标准(半护理)(各县):130 元/月(样本) → 131 元/月(样本),从 2026-06-20 起", "特困照料护理标准(半护理)(各县):130 元/月(样本) → 131 元/月(样本),从 2016-07-01 到 2026-06-19")
}

// TestToldKinds: what of an item, a condition or a rule is another has its name, limits and
// formulas what they were and become, a renamed standard both names; amounts that change by
// the dozen hide none of it, and what has no line is counted by its kind.
//
// Red: "事项 MZ-03 急难型临时救助 有改动" for a formula; with amounts first, told of nothing but
// amounts ("… is not told").
func TestToldKinds(t *testing.T) {
	t.Parallel()
	base := shipped(t)
	today := day("2026-06-20")
	few := with(t, base, "items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standard * members_count * 2",
		"criteria.yaml", "op: \">=\"\n    value: 80", "op: \">=\"\n    value: 78",
		"rules.yaml", "  - {a: MZ-01, b: MZ-02, kind: exclude, person: true, why: \"同一个人低保和特困只能享受一样。\", law: \"社会救助暂行办法第2、3章;特困人员认定办法\"}\n", "",
		"amounts.yaml", "label: 特困照料护理标准(半护理)\n    rows: [{value: 130", "label: 半护理照料标准\n    rows: [{value: 131")
	told, err := base.Tell(few, today, names)
	must(t, err)
	want := []string{
		"半护理照料标准(原来叫 特困照料护理标准(半护理))(各县):130 元/月(样本) → 131 元/月(样本),从 2026-06-20 起",
		"事项 MZ-03 急难型临时救助:算法 低保标准(每人每月) * 家里几口人 → 低保标准(每人每月) * 家里几口人 * 2,从 2026-06-20 起",
		"最低生活保障 和 特困人员救助供养 不能同时享受:去掉(按人算),从 2026-06-20 起",
		"条件“本人已满 80 岁。”:限额 多大年纪 不低于 80 岁 → 多大年纪 不低于 78 岁",
	}
	for _, w := range want {
		if !strings.Contains(strings.Join(told.Lines, "\n"), w) {
			t.Errorf("%q is not told:\n%s", w, strings.Join(told.Lines, "\n"))
		}
	}
	amounts, _ := few.File("amounts.yaml")
	many, err := few.With("amounts.yaml", strings.ReplaceAll(amounts, "value: 1", "value: 2"))
	must(t, err)
	told, err = base.Tell(many, today, names)
	must(t, err)
	for _, w := range want[1:] {
		if !strings.Contains(strings.Join(told.Lines, "\n"), w) {
			t.Errorf("beside many amounts %q is not told:\n%s", w, strings.Join(told.Lines, "\n"))
		}
	}
	if len(told.Lines) != 12 || len(told.Left) == 0 || told.Left[0].Kind != "标准" || told.Left[0].N < 5 {
		t.Errorf("%d lines, left %v", len(told.Lines), told.Left)
	}
}

// TestLawsAreToldToTheArticle: what an item, a rule or a pack names as its law is told whole,
// the law that goes and the law that comes.
//
// Named: the code before gave the two whole lists of laws, cut after sixty characters, and said of
// a rule "理由或者依据变了".
func TestLawsAreToldToTheArticle(t *testing.T) {
	t.Parallel()
	base := shipped(t)
	set := with(t, base, "items/jt-rs-cl.yaml", "law: [社会救助暂行办法第42至45条]", "law: [社会救助暂行办法第42至44条]",
		"rules.yaml", "law: \"社会救助暂行办法第2、3章;特困人员认定办法\"}", "law: \"社会救助暂行办法第2、3章;特困人员认定办法第4条\"}")
	told, err := base.Tell(set, day("2026-06-20"), names)
	must(t, err)
	lines := strings.Join(told.Lines, "\n")
	for _, w := range []string{"依据 去掉社会救助暂行办法第42至45条、添上社会救助暂行办法第42至44条", "特困人员认定办法 → 社会救助暂行办法第2、3章;特困人员认定办法第4条"} {
		if !strings.Contains(lines, w) {
			t.Errorf("%s is not told:\n%s", w, lines)
		}
	}
}

// TestPaddingHidesNothing: sentences and names changed by the dozen push no formula out of the
// lines that are shown, and every line is there, if folded away.
//
// Red: in the order of the items "the formula is not among the lines shown"; without the rest
// "of 61 things told 18 have a line".
func TestPaddingHidesNothing(t *testing.T) {
	t.Parallel()
	base := shipped(t)
	set := base
	for _, f := range base.Files() {
		if strings.HasPrefix(f.Name, "items/") {
			var err error
			set, err = set.With(f.Name, strings.ReplaceAll(f.Text, "    everyday: ", "    everyday: 新"))
			must(t, err)
		}
	}
	set = with(t, set, "items/jt-rs-cl.yaml", "formula: pension_premium", "formula: pension_premium * 2")
	told, err := base.Tell(set, day("2026-06-20"), names)
	must(t, err)
	if !strings.Contains(strings.Join(told.Lines, "\n"), ":算法 ") {
		t.Errorf("the formula is not among the lines shown:\n%s", strings.Join(told.Lines, "\n"))
	}
	if n := len(told.Lines) + len(told.Gone) + len(told.Rest); n != told.Count() || n < 30 {
		t.Errorf("of %d things told %d have a line", told.Count(), n)
	}
}

// TestARuleTurns: a rule that went by person and goes by household is one change and says so.
//
// Red: compared as two "最低生活保障 和 特困人员救助供养 不能同时享受:添上(按户算);去掉(按人算)".
func TestARuleTurns(t *testing.T) {
	t.Parallel()
	base := shipped(t)
	const rule = "  - {a: MZ-01, b: MZ-02, kind: exclude, person: true, "
	set := with(t, base, "rules.yaml", rule, strings.Replace(rule, "person: true, ", "", 1))
	told, err := base.Tell(set, day("2026-06-20"), names)
	must(t, err)
	if lines := strings.Join(told.Lines, "\n"); !strings.Contains(lines, "最低生活保障 和 特困人员救助供养 不能同时享受:算 按人 → 按户,从") || strings.Contains(lines, "添上") {
		t.Errorf("it says:\n%s", lines)
	}
	back, err := set.Tell(base, day("2026-06-20"), names)
	must(t, err)
	if lines := strings.Join(back.Lines, "\n"); !strings.Contains(lines, "不能同时享受:算 按户 → 按人,从") {
		t.Errorf("the other way round it says:\n%s", lines)
	}
}
