package rulebook_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/rulebook"
)

// key is a name of the files: no sentence that is signed holds one.
var key = regexp.MustCompile(`[a-z]+_[a-z_]+|[a-z]+\.[a-z]+|\{[a-z]+\}`)

// TestStepsAreSaidInWords: what is signed says every step in Chinese words, what was there and
// what is: of amounts place and day, of codes their words, of formulas and limits their labels.
//
// Red: without what was there before "step 1 says 标准 低保标准…为 520 元/月" and no 480, "step 4
// says …再乘几倍改为 2 倍". The old code said 条件 income_below_standard:limit.times 改为 2.
func TestStepsAreSaidInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	today := w.today(t)
	criterion := func(name, field, value string) rulebook.Op {
		return rulebook.Op{Criterion: &rulebook.Criterion{Name: name, Field: field, Value: value}}
	}
	item := func(code core.ItemCode, field, value string) rulebook.Op {
		return rulebook.Op{Item: &rulebook.Item{Code: code, From: day("2016-07-01"), Field: field, Value: value}}
	}
	const income = "条件“平均每人每月收入 【这家的数】。低于低保标准 【标准】。”:"
	steps := []struct {
		op   rulebook.Op
		want string
	}{
		{rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Counties: []core.RegionCode{"371426"}, Area: "rural", Value: "520", From: today, Source: "德民发〔2026〕1号"}},
			"标准 低保标准(每人每月)(平原县 农村)从 " + today.String() + " 起为 520 元/月,依据:德民发〔2026〕1号\n低保标准(每人每月)(平原县 农村):480 元/月(样本) → 520 元/月,从 " + today.String() + " 起"},
		{rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Counties: []core.RegionCode{"371426"}, Area: "rural", Value: "530", From: today, Source: "德民发〔2026〕1号"}},
			"标准 低保标准(每人每月)(平原县 农村)从 " + today.String() + " 起为 530 元/月,依据:德民发〔2026〕1号\n低保标准(每人每月)(平原县 农村):520 元/月 → 530 元/月,从 " + today.String() + " 起"},
		{rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Counties: []core.RegionCode{"371426"}, Area: "rural", Value: "530", From: today, Source: "德民发〔2026〕2号"}},
			"标准 低保标准(每人每月)(平原县 农村)从 " + today.String() + " 起为 530 元/月,依据:德民发〔2026〕2号\n低保标准(每人每月):数没变,依据或者样本标记变了,从 " + today.String() + " 起"},
		{criterion("income_below_standard", "limit.times", "2"), income + "再乘几倍 1 倍 → 2 倍(是原来的 2 倍)"},
		{criterion("income_below_standard", "limit.param", "tekun.standard"), income + "限额用哪个标准 低保标准(每人每月) → 特困基本生活标准(每人每月)"},
		{criterion("income_below_standard", "fail", "收入 {value},高了。"), income + "不够时说 “平均每人每月收入 【这家的数】。不低于低保标准 【标准】。” → “收入 【这家的数】,高了。”"},
		{criterion("one_car_at_most", "pass", "家里的车不超过 2 辆。"), "条件“家里的车不超过 1 辆。”:够条件时说 “家里的车不超过 1 辆。” → “家里的车不超过 2 辆。”"},
		{criterion("one_car_at_most", "fail", "家里有 {value} 辆车,超过 2 辆。"), "条件“家里的车不超过"},
		{criterion("one_car_at_most", "value", "2"), "条件“家里的车不超过"},
		{item("CL-02", "limit.days", "15"), "事项 CL-02 "},
		{item("MZ-03", "benefit.formula", "dibao_standard * 2 * members_count"), "事项 MZ-03 急难型临时救助(2016-07-01 起的):怎么算 “低保标准(每人每月) × 家里几口人” → “低保标准(每人每月) × 2 × 家里几口人”"},
		{rulebook.Op{Weights: &rulebook.Weights{Of: hardship.Weights{110, 85, 100, 100, 100, 100, 100}, Source: "德民发〔2026〕9号"}},
			"困难指数的权重:A 收入缺口 100 → 110、B 刚性支出 100 → 85,依据:德民发〔2026〕9号"},
		{rulebook.Op{Switch: &rulebook.Switch{Code: "MZ-01", From: today}}, "事项 MZ-01 最低生活保障 从 " + today.String() + " 起停办"},
	}
	id, err := w.store.Begin(t.Context(), w.han, "各样")
	must(t, err)
	for _, s := range steps {
		must(t, w.store.Change(t.Context(), w.han, id, rulebook.Step{Op: s.op, Why: "会议", Sure: true}))
	}
	f, err := w.store.Draft(t.Context(), id)
	must(t, err)
	read, err := w.store.Read(t.Context(), &f, names, func() error { return nil })
	must(t, err)
	for i, c := range f.Changes {
		said := read.Step(c)
		if told := read.Steps[c.N]; told != nil {
			said = strings.Join(slices.Concat([]string{said}, told.Lines, told.Gone), "\n")
		}
		if !strings.HasPrefix(said, steps[i].want) {
			t.Errorf("step %d says\n%s\nwant\n%s", c.N, said, steps[i].want)
		}
		for _, text := range []string{said, read.Say(c.Op)} {
			if k := key.FindString(text); k != "" {
				t.Errorf("step %d is signed by the key %q: %s", c.N, k, text)
			}
		}
	}
}

// TestLevelsAreSaidByTheirWords: a limit or a formula that asks a grade says the grades.
//
// Red, without the words of the levels: "残疾等级 1 个 到 2 个" and "残疾等级 不超过 2 的给".
func TestLevelsAreSaidByTheirWords(t *testing.T) {
	t.Parallel()
	base := shipped(t)
	set := with(t, base, "criteria.yaml", "    fact: disability.grade\n    op: between\n    range: [1, 2]", "    fact: disability.grade\n    op: between\n    range: [1, 3]",
		"items/mz.yaml", "disability_grade <= 2 ?", "disability_grade <= 3 ?")
	told, err := base.Tell(set, day("2026-06-20"), names)
	must(t, err)
	lines := strings.Join(told.Lines, "\n")
	for _, want := range []string{"限额 残疾等级 一级、二级 → 残疾等级 一级、二级、三级", "算法 残疾等级 一级、二级 的给 困难残疾人生活补贴(一、二级),不然 困难残疾人生活补贴(三、四级) → 残疾等级 一级、二级、三级 的给"} {
		if !strings.Contains(lines, want) {
			t.Errorf("%q is not told:\n%s", want, lines)
		}
	}
}

// TestOnlyWhatApplies: the fields of a condition are those it has, with what they say now, and a
// limit or a body is chosen from a closed list; every name a formula may use is listed.
//
// Named: with all fields shown "a condition by a standard has a range".
func TestOnlyWhatApplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, err := w.store.Begin(t.Context(), w.han, "各样")
	must(t, err)
	f, err := w.store.Draft(t.Context(), id)
	must(t, err)
	read, err := w.store.Read(t.Context(), &f, names, func() error { return nil })
	must(t, err)
	fields := func(views []rulebook.FieldView) (out []string) {
		for _, v := range views {
			out = append(out, v.Field)
		}
		return out
	}
	title, of := read.OfCriterion("income_below_standard")
	if got := strings.Join(fields(of), " "); got != "limit.param limit.by limit.times pass fail unknown law" || !strings.Contains(title, "【这家的数】") {
		t.Errorf("%s has %s", title, got)
	}
	if of[0].Now != "低保标准(每人每月)" || of[0].Kind != rulebook.AskChoice || of[0].Value != "dibao.standard" || len(of[0].Choices) < 5 || of[2].Now != "1 倍" {
		t.Errorf("the limit: %+v, times %q", of[0], of[2].Now)
	}
	if _, of = read.OfCriterion("one_car_at_most"); of[0].Field != "value" || of[0].Now != "1 辆" {
		t.Errorf("a condition by a number: %+v", of[0])
	}
	_, of = read.OfItem("CL-02", "2016-07-01")
	at := slices.IndexFunc(of, func(v rulebook.FieldView) bool { return v.Field == "body" })
	if at < 0 || of[at].Now != "“县残联”" || !slices.Contains(of[at].Choices, rulebook.Choice{Value: "派出所", Word: "派出所"}) {
		t.Errorf("who decides: %v", of)
	}
	known := map[string]string{}
	for _, n := range read.Names() {
		known[n.Name] = n.Label
	}
	for name, label := range map[string]string{"dibao_standard": "低保标准(每人每月)", "members_count": "家里几口人", "disability_grade": "残疾等级", "part(数额, 倍数)": "数额乘一个倍数,四舍五入到分"} {
		if known[name] != label {
			t.Errorf("%s is listed as %q", name, known[name])
		}
	}
}
