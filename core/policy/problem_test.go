package policy

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// mark stands in a changed source where the problem must be.
const mark = "⟦"

// Each case is a slip somebody makes while editing: the problem has the file, the
// line and the column of the slip (or of the entry, when something is not there),
// what is wrong, and one Chinese sentence that says what to do.
// Control: giving `at.in` the parent's node, or a call the sentence of another,
// turns the cases concerned red.
func TestFaultsHaveAPlaceAndASentence(t *testing.T) {
	t.Parallel()
	for _, c := range faultCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := tree(t)
			was := string(files[c.file].Data)
			if !strings.Contains(was, c.old) {
				t.Fatalf("%q is not in %s", c.old, c.file)
			}
			marked := strings.Replace(was, c.old, c.new, 1)
			if c.old == "" {
				marked = was + c.new
			}
			before, after, found := strings.Cut(marked, mark)
			if !found {
				t.Fatal("no mark")
			}
			line := strings.Count(before, "\n") + 1
			column := len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1
			files[c.file] = &fstest.MapFile{Data: []byte(before + after)}
			_, err := Load(files)
			var bad Problems
			if !errors.As(err, &bad) {
				t.Fatalf("accepted: %v", err)
			}
			for _, p := range bad {
				if p.File == c.file && p.Line == line && p.Column == column && strings.Contains(p.What, c.what) && strings.Contains(p.Say, c.say) {
					return
				}
			}
			t.Errorf("want %s:%d:%d: …%s… %s\ngot:", c.file, line, column, c.what, c.say)
			for _, p := range bad {
				t.Errorf("%s\n  %s", p, p.Say)
			}
		})
	}
}

type faultCase struct{ name, file, old, new, what, say string }

var faultCases = []faultCase{
	// Amounts and their dates.
	{"amount without source", "amounts.yaml", `value: 50, from: 2016-07-01, sample: true, source: "样本行 2020-07"`, `value: 50, from: 2016-07-01, sample: true, source: ` + mark + `" "`, "needs its source", "没写出处"},
	{"amount with letters", "amounts.yaml", "{value: 50,", "{value: " + mark + "50元,", "no number", "最多 2 位小数"},
	{"amount of fractions of a fen", "amounts.yaml", "{value: 50,", "{value: " + mark + "50.001,", "no number", "最多 2 位小数"},
	{"amount with too many noughts", "amounts.yaml", "{value: 50,", "{value: " + mark + "500000000000,", "at most", "多写了几个零"},
	{"amount without its day", "amounts.yaml", "rows: [{value: 50, from: 2016-07-01, ", "rows: [" + mark + "{value: 50, ", "the day it begins", "没写从哪天起"},
	{"year of three digits", "amounts.yaml", "{value: 50, from: 2016-07-01", "{value: 50, from: " + mark + "0202-07-01", "1949 to 2099", "年份写四位"},
	{"year 202", "amounts.yaml", "{value: 50, from: 2016-07-01", "{value: 50, from: " + mark + "202-07-01", "no day", "年份写四位"},
	{"year of five digits", "amounts.yaml", "{value: 50, from: 2016-07-01", "{value: 50, from: " + mark + "20240-07-01", "no day", "年份写四位"},
	{"day that does not exist", "amounts.yaml", "{value: 50, from: 2016-07-01", "{value: 50, from: " + mark + "2024-02-30", "no day", "写成 2024-03-01 这样"},
	{"amount that ends before it begins", "amounts.yaml", "{value: 280, from: 2016-07-01, until: 2021-01-01", "{value: 280, from: 2016-07-01, until: " + mark + "2016-07-01", "end before", "还没开始就结束"},
	{"rows with a hole", "amounts.yaml", "{value: 320, from: 2021-01-01", "{value: 320, from: " + mark + "2021-02-01", "nothing holds from 2021-01-01 to 2021-02-01", "中间不能空"},
	{"county's rows with a hole", "amounts.yaml", `area: urban, value: 620, from: 2020-07-01`, `area: urban, value: 620, from: ` + mark + `2020-08-01`, "nothing holds from 2020-07-01 to 2020-08-01", "中间不能空"},
	{"rows that stop", "amounts.yaml", "{value: 320, from: 2021-01-01,", "{value: 320, from: 2021-01-01, until: " + mark + "2024-01-01,", "nothing holds from 2024-01-01 on", "没有数额了"},
	{"rows for one day", "amounts.yaml", "- {value: 320, from: 2021-01-01", "- " + mark + "{value: 320, from: 2020-12-31", "two rows", "写了两个数额"},
	{"counties that share one", "amounts.yaml", "      - {area: urban, value: 600, from: 2020-07-01", "      - " + mark + "{counties: [\"371472\"], area: urban, value: 610, from: 2020-07-01, source: x}\n      - {area: urban, value: 600, from: 2020-07-01", "two rows", "写了两个数额"},
	{"county that is none", "amounts.yaml", `counties: ["371402", "371403"`, `counties: ["371402", ` + mark + `"德城区"`, "unknown county", "六位数字"},
	{"county twice", "amounts.yaml", `counties: ["371402", "371403"`, `counties: ["371402", ` + mark + `"371402"`, "given twice", "写了两遍"},
	{"area that is none", "amounts.yaml", "{area: rural, value: 285", "{area: " + mark + "city, value: 285", "unknown area", "urban"},
	{"amount that begins too late", "amounts.yaml", "rows: [{value: 50, from: 2016-07-01", "rows: [{value: 50, from: " + mark + "2019-07-01", "MZ-02 needs it from 2016-07-01", "可那时还没有数额"},
	{"unit that is none", "amounts.yaml", "  - name: half\n    unit: ratio", "  - name: half\n    unit: " + mark + "times", "unknown unit", "单位"},
	{"name used twice", "amounts.yaml", "name: tekun.care_half", "name: " + mark + "tekun.care_self", "used twice", "用了两次"},
	{"name that formulas confuse", "amounts.yaml", "", "  - name: " + mark + "income.12m\n    unit: yuan\n    label: x\n    rows: [{value: 1, from: 2016-07-01, source: x}]\n", "used twice", "分不清"},
	// Weights of the hardship index.
	{"weight left out", "rules.yaml", "", "index:\n  source: x\n  weights: " + mark + "{A: 100, B: 100, C: 100, D: 100, E: 100, F: 100}\n", "weight G is missing", "缺了 G"},
	{"weight that is none", "rules.yaml", "", "index:\n  source: x\n  weights: {A: " + mark + "1e2, B: 100, C: 100, D: 100, E: 100, F: 100, G: 100}\n", "whole number", "0 到 300"},
	{"weight beyond its bound", "rules.yaml", "", "index:\n  source: x\n  weights: {A: 100, B: " + mark + "301, C: 100, D: 100, E: 100, F: 100, G: 100}\n", "whole number", "0 到 300"},
	{"weights that do not come to 100 points", "rules.yaml", "", "index:\n  source: x\n  weights: " + mark + "{A: 110, B: 100, C: 100, D: 100, E: 100, F: 100, G: 100}\n", "103.0 points", "满分是 103.0 分"},
	{"weight of a part that is none", "rules.yaml", "", "index:\n  source: x\n  weights: {" + mark + "H: 100}\n", "unknown field", "没有叫这个名字的一栏"},
	{"weights without source", "rules.yaml", "", "index:\n  " + mark + "weights: {A: 100, B: 100, C: 100, D: 100, E: 100, F: 100, G: 100}\n", "need their source", "没写出处"},
	// Conditions.
	{"limit without source", "criteria.yaml", "    law: 国办发〔2010〕54号\n", "    law: " + mark + "\" \"\n", "legal source", "没写依据"},
	{"law left out", "criteria.yaml", "  - name: hukou_accepted\n", "  - " + mark + "name: nobody\n    fact: orphan\n    op: is\n    pass: 是。\n    fail: 不是。\n    unknown: 还不知道。\n  - name: hukou_accepted\n", "legal source", "没写依据"},
	{"misspelt fact", "criteria.yaml", "fact: hukou\n", "fact: " + mark + "hukuo\n", `perhaps "hukou"`, "写错了字"},
	{"misspelt parameter", "criteria.yaml", "limit: {param: dibao.standard}", "limit: {param: " + mark + "dibao.standart}", "no parameter", "没有叫「dibao.standart」的标准"},
	{"compared with itself", "criteria.yaml", "limit: {param: dibao.standard}", "limit: {fact: " + mark + "income_per_capita_month}", "compared with itself", "自己和自己比"},
	{"number that is none", "criteria.yaml", "    value: 60\n", "    value: " + mark + "六十\n", "no number", "整数"},
	{"constant of another unit", "criteria.yaml", "value: 60\n    unit: years", "value: 60\n    unit: " + mark + "months", "counted in years", "单位不对"},
	{"word that is none", "criteria.yaml", "words: [local, permit]", "words: " + mark + "[local, permitted]", "no word of hukou", "local、other、permit"},
	{"empty sentence", "criteria.yaml", "    unknown: 还不知道户口在哪。\n", "    unknown: " + mark + "\"\"\n", "sentence is missing", "这句话没写"},
	{"wrong place in a sentence", "criteria.yaml", "pass: 平均每人住房 {value}", "pass: " + mark + "平均每人住房 {worth}", "{worth}", "花括号"},
	{"misspelt condition", "items/mz.yaml", "when: shock_recent", "when: " + mark + "shock_recant", "no criterion", "没有叫「shock_recant」的条件"},
	{"misspelt status", "items/mz.yaml", "person: {all: [certificate, status.dibao]}", "person: {all: [certificate, " + mark + "status.dibbao]}", "no status", "没有叫「dibbao」的身份"},
	{"misspelt key", "items/mz.yaml", "    everyday: 低保\n", "    " + mark + "everday: 低保\n", "everday", "写错了字"},
	{"key twice", "items/mz.yaml", "    everyday: 低保\n", "    everyday: 低保\n    " + mark + "everyday: 低保\n", "already defined", "写了两遍"},
	{"text for a number", "items/mz.yaml", "limit: {days: 20, county: 30", "limit: {days: " + mark + "二十, county: 30", "no whole number", "该填数字"},
	// Red before: accepted, and cut down to 1 (or, below 1, to the default) without a word.
	{"limit times nothing", "criteria.yaml", "by: illness.ratio, times: 12", "by: illness.ratio, times: " + mark + "0", "whole number", "整数,从 1"},
	{"limit times less than one", "criteria.yaml", "by: illness.ratio, times: 12", "by: illness.ratio, times: " + mark + "0.01", "whole number", "整数,从 1"},
	{"limit times a fraction", "criteria.yaml", "by: illness.ratio, times: 12", "by: illness.ratio, times: " + mark + "1.99", "whole number", "整数,从 1"},
	{"limit times less than nothing", "criteria.yaml", "by: illness.ratio, times: 12", "by: illness.ratio, times: " + mark + "-1", "whole number", "整数,从 1"},
	{"half a day", "items/mz.yaml", "limit: {days: 20, county: 30", "limit: {days: " + mark + "20.5, county: 30", "no whole number", "整数"},
	{"half a day of the county", "items/mz.yaml", "limit: {days: 20, county: 30", "limit: {days: 20, county: " + mark + "30.9", "no whole number", "整数"},
	{"half an item", "items/mz.yaml", "    no: 2\n", "    no: " + mark + "2.5\n", "no whole number", "整数"},
	{"half a year", "calendar.yaml", "- year: 2024", "- year: " + mark + "2024.5", "no whole number", "整数"},
	{"broken line", "items/mz.yaml", "    everyday: 低保\n", "    everyday: [低保\n" + mark + "x", "", "缩进"},
	// Rings.
	{"group that refers to itself", "criteria.yaml", "when: {any: [status.dibao, status.tekun]}", "when: {any: [status.dibao, " + mark + "dibao_or_tekun]}", "dibao_or_tekun -> dibao_or_tekun", "引用了自己"},
	{"ring of groups", "criteria.yaml", "when: {any: [status.dibao, status.tekun]}", "when: {any: [status.dibao, x_one]}\n  - name: x_one\n    when: x_two\n  - name: x_two\n    when: " + mark + "dibao_or_tekun", "dibao_or_tekun -> x_one -> x_two -> dibao_or_tekun", "绕成了一个圈"},
	{"status that refers to itself", "criteria.yaml", "when: {any_member: tekun_person}", "when: {any_member: " + mark + "status.tekun}", "status.tekun -> status.tekun", "引用了自己"},
	{"ring of statuses", "criteria.yaml", "when: {any_member: tekun_person}", "when: {any_member: " + mark + "status.rigid}", "status.rigid -> status.tekun -> status.rigid", "绕成了一个圈"},
	{"rule about one item", "rules.yaml", "- {a: ZJ-01, b: ZJ-02,", "- " + mark + "{a: ZJ-01, b: ZJ-01,", "refers to itself: ZJ-01 -> ZJ-01", "不能和自己互斥"},
	{"rule twice", "rules.yaml", "- {a: ZJ-01, b: ZJ-03,", "- " + mark + "{a: ZJ-02, b: ZJ-01,", "given twice", "写了两遍"},
	{"ring of deductions", "rules.yaml", "- {a: YJ-01, b: MZ-03, kind: overlap,", "- " + mark + "{a: MZ-04, b: CS-01, kind: overlap, why: x, law: x}\n  - {a: YJ-01, b: MZ-03, kind: overlap,", "given twice", "写了两遍"},
	{"rule without source", "rules.yaml", "- {a: ZJ-01, b: ZJ-02, kind: exclude, why: \"公租房和租房补贴只能选一样。\", law: \"样本口径\"}", "- " + mark + "{a: ZJ-01, b: ZJ-02, kind: exclude, why: \"公租房和租房补贴只能选一样。\"}", "its source", "还有依据"},
	{"rule about nothing", "rules.yaml", "{a: ZJ-01, b: ZJ-02,", "{a: ZJ-01, b: " + mark + "ZJ-09,", "no item", "没有编号是「ZJ-09」的事项"},
	// Items.
	{"no such department", "items/mz.yaml", "department: MZ\n", "department: " + mark + "MM\n", "no department", "没有代号是「MM」的部门"},
	{"item without law", "items/mz.yaml", "law: [国办发〔2010〕54号]", "law: " + mark + "[\"\"]", "legal source", "没写依据"},
	{"versions with a hole", "items/jt-rs-cl.yaml", "    from: 2026-01-01\n", "    from: " + mark + "2026-02-01\n", "no version is in force on 2026-01-01", "中间不能空"},
	{"versions for one day", "items/jt-rs-cl.yaml", "    from: 2026-01-01\n", "    from: " + mark + "2025-12-31\n", "two versions", "有两种写法"},
	{"number twice", "items/mz.yaml", "    no: 2\n", "    no: " + mark + "1\n", "used twice", "序号"},
	{"number beyond a set of items", "items/mz.yaml", "    no: 2\n", "    no: " + mark + "65\n", "from 1 to 64", "从 1 到 64"},
	{"limit of days", "items/mz.yaml", "limit: {days: 20, county: 30", "limit: {days: " + mark + "2000, county: 30", "working days", "工作日"},
	{"code that is none", "items/mz.yaml", "code: MZ-12", "code: " + mark + "MZ-1A", "looks like", "编号"},
	// Formulas.
	{"formula that divides by nought", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "dibao_standard / 0", "divides by 0", "除以 0"},
	{"formula that divides by a fact", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "dibao_standard / members_count", "divides by members_count, which may be 0", "除以「members_count」,它可能是 0"},
	{"formula with a remainder", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "income_12m % (income_12m - rigid_12m)", "divides by income_12m", "可能是 0"},
	{"formula of a number", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "500 * members_count", "not counted in yuan", "不是钱"},
	{"formula of a bare amount", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "500", "bare number", "不能直接写数额"},
	{"formula of money times money", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "dibao_standard * income_12m", "not counted in yuan", "不是钱"},
	{"formula with a bare ratio", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "dibao_standard * half", "part(x, ratio)", "倍数不能直接乘"},
	{"formula that adds people to money", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "dibao_standard + members_count", "different units", "单位不一样"},
	{"formula that compares money with a number", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "\"income_12m < 500 ? dibao_standard : 0\"", "different units", "钱只能和钱比"},
	{"formula with a loop", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "\"sum(1..100000000)\"", "are allowed", "不认识的写法"},
	{"formula with a misspelt name", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "dibao_standart * members_count", "dibao_standart", "「dibao_standart」不认识"},
	{"formula with a word", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: " + mark + "area", "yes-or-no or a word", "要是一个数额"},
	// The calendar.
	{"holiday of another year", "calendar.yaml", "days: [2024-01-01]", "days: [" + mark + "2023-01-01]", "2023-01-01", "不是这一年的"},
	{"calendar of the year 202", "calendar.yaml", "- year: 2024", "- year: " + mark + "202", "no year", "年份写四位"},
	{"gap between two packs", "packs.yaml", "  - code: C\n    name: 低保和特困的新办法\n    from: 2021-07-01", "  - code: C\n    name: 低保和特困的新办法\n    from: " + mark + "2021-09-01", "a gap: no pack", "没有规则包管"},
	{"another encoding", "rules.yaml", "why: \"公租房和租房补贴只能选一样。\"", "why: \"" + mark + "\xb9\xab\xd7\xe2\xb7\xbf\"", "not encoded in UTF-8", "另存一次"},
	{"a byte order mark", "rules.yaml", "#", mark + "\ufeff#", "byte order mark", "BOM"},
	// What could harm the machine.
	{"anchor", "rules.yaml", "rules:\n", "rules: " + mark + "&all\n", "anchors", "不许用"},
	{"alias", "rules.yaml", "why: \"公租房和租房补贴只能选一样。\"", "why: " + mark + "*all", "anchors", "不许用"},
	{"tag", "rules.yaml", "rules:\n", "rules: " + mark + "!!seq\n", "anchors", "不许用"},
	{"nested lists", "items/mz.yaml", "when: shock_recent", "when: " + strings.Repeat("[", maxDepth) + mark + "[" + strings.Repeat("]", maxDepth+1), "in one another", "太深"},
	{"nested dashes", "items/mz.yaml", "when: shock_recent", "when:\n      " + strings.Repeat("- ", maxDepth) + mark + "- x", "in one another", "太深"},
	{"far indent", "items/mz.yaml", "when: shock_recent", "when:\n" + strings.Repeat(" ", maxIndent) + mark + "x", "in one another", "太深"},
}

// Every problem that a broken source gives has a sentence for people, and a line.
func TestEveryProblemHasASentence(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"amounts.yaml", "criteria.yaml", "rules.yaml", "items/mz.yaml", "calendar.yaml", "departments.yaml"} {
		for n, word := range strings.Fields(string(tree(t)[name].Data)) {
			if n%61 != 0 { // a part of the words: the rest is of the same kinds
				continue
			}
			files := tree(t)
			files[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(files[name].Data), word, "x"+strconv.Itoa(n), 1))}
			_, err := Load(files)
			var bad Problems
			errors.As(err, &bad)
			for _, p := range bad {
				if p.Say == "" || p.What == "" || p.File == "" || p.Line == 0 || p.Column == 0 || !strings.HasSuffix(p.Say, "。") {
					t.Fatalf("%s without %q: %+v", name, word, p)
				}
			}
		}
	}
}

// Sources from outside are bounded before anything is built from them.
func TestOversizeIsRefused(t *testing.T) {
	t.Parallel()
	long := func(b string) fstest.MapFS {
		files := tree(t)
		files["long.yaml"] = &fstest.MapFile{Data: []byte(b)}
		return files
	}
	many := tree(t)
	for i := range maxFiles {
		many[strconv.Itoa(i)+".yaml"] = &fstest.MapFile{Data: []byte("rules: []")}
	}
	rows := "parameters:\n  - name: x\n    unit: yuan\n    label: x\n    rows:\n" + strings.Repeat("      - {value: 1, from: 2016-07-01, source: x}\n", maxRows+1)
	for name, c := range map[string]struct {
		files fstest.MapFS
		what  string
	}{
		"bytes":     {long("#" + strings.Repeat("x", maxBytes)), "larger than"},
		"words":     {long("departments: [" + strings.Repeat("1,", maxTokens/2+1) + "]"), "words and signs"},
		"files":     {many, "more than 100 files"},
		"rows":      {long(rows), "rows"},
		"documents": {long("rules: []\n---\nrules: []\n"), "one document"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Load(c.files); err == nil || !strings.Contains(err.Error(), c.what) {
				t.Errorf("got %.300v", err)
			}
		})
	}
}
