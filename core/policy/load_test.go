package policy

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"lianou/core"
)

func TestEmbeddedIsInOrder(t *testing.T) {
	t.Parallel()
	lib, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	departments, categories := map[string]bool{}, map[Category]int{}
	book, err := lib.On(core.NewDate(2024, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	township := 0
	for i, it := range book.Items {
		departments[it.Department.Code] = true
		categories[it.Category]++
		if it.No != i+1 {
			t.Errorf("item %d has number %d", i+1, it.No)
		}
		if it.Decides == ByTownship {
			township++
		}
	}
	want := map[Category]int{"基本生活救助": 2, "急难救助": 3, "福利服务": 11, "专项救助": 20, "社会力量": 5}
	if len(book.Items) != 41 || len(departments) != 18 || township != 11 {
		t.Errorf("%d items, %d departments, township decides %d", len(book.Items), len(departments), township)
	}
	for c, n := range want {
		if categories[c] != n {
			t.Errorf("%s: %d items, want %d", c, categories[c], n)
		}
	}
}

// The machine table of the items: time limit, mark, notice days, who decides.
func TestMachineTable(t *testing.T) {
	t.Parallel()
	lib, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := lib.On(core.NewDate(2024, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range strings.Split(strings.TrimSpace(machineTable), "\n") {
		f := strings.Fields(row)
		it, found := book.Item(core.ItemCode(f[0]))
		if !found {
			t.Errorf("%s is missing", f[0])
			continue
		}
		got := []string{f[0], it.Decides[:1], strconv.Itoa(it.LimitDays), it.LimitMark, strconv.Itoa(it.NoticeDays)}
		if strings.Join(got, " ") != strings.Join(f, " ") {
			t.Errorf("%v, want %v", got, f)
		}
	}
	low, _ := book.Item("MZ-01")
	tekun, _ := book.Item("MZ-02")
	if !low.NoticeIn || tekun.NoticeIn || low.CountyDays != 30 || tekun.CountyDays != 30 {
		t.Error("the notice of dibao lies inside its limit, that of tekun does not")
	}
}

const machineTable = `
MZ-01 t 20 S 7
MZ-02 t 15 S 7
MZ-03 t 1 X 0
MZ-04 t 20 X 7
MZ-05 c 30 X 0
MZ-06 c 30 S 0
MZ-07 t 20 X 0
MZ-08 t 20 X 0
MZ-09 t 20 X 0
MZ-10 t 15 X 0
MZ-11 c 0 S 0
MZ-12 t 1 X 0
YB-01 c 10 X 0
YB-02 c 20 X 7
YB-03 c 30 X 7
ZJ-01 c 40 X 7
ZJ-02 c 30 X 7
ZJ-03 c 60 X 7
ZJ-04 t 10 X 0
JT-01 c 10 X 5
JT-02 c 10 X 5
JT-03 c 10 X 5
JT-04 c 10 X 5
RS-01 t 10 X 0
RS-02 c 10 X 0
CL-01 c 10 X 0
CL-02 c 20 X 0
CL-03 c 30 X 7
YJ-01 c 20 X 7
YJ-02 c 30 X 7
WJ-01 c 30 X 0
SF-01 o 5 S 0
FP-01 c 20 X 7
TY-01 c 20 X 7
GA-01 c 0 S 0
FG-01 c 10 X 0
GH-01 o 15 X 5
FL-01 o 0 S 0
TW-01 o 0 X 0
HS-01 o 0 S 0
CS-01 o 15 X 5`

// tree is the embedded folder as a map that a test may change.
func tree(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(embedded, "policies", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(embedded, p)
		out[strings.TrimPrefix(p, "policies/")] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Each case changes one thing in policies that are otherwise in order, and the
// problem names the file, the item and the place.
func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file, old, new string
		want                 []string
	}{
		{"misspelt fact", "criteria.yaml", "fact: income_per_capita_month\n    op: \"<\"\n    limit: {param: dibao.standard}", "fact: income_per_capita_moth\n    op: \"<\"\n    limit: {param: dibao.standard}",
			[]string{"criteria.yaml", "income_below_standard", "fact", `"income_per_capita_moth"`, `perhaps "income_per_capita_month"`}},
		{"unknown key", "items/mz.yaml", "    everyday: 低保\n", "    everday: 低保\n", []string{"items/mz.yaml", "everday"}},
		{"wrong unit of a constant", "criteria.yaml", "value: 60\n    unit: years", "value: 60\n    unit: months", []string{"criteria.yaml", "sixty", "unit", "years"}},
		{"wrong unit of a limit", "criteria.yaml", "limit: {param: housing.floor}", "limit: {param: dibao.standard}", []string{"criteria.yaml", "floor_small", "limit", "m2"}},
		{"limit times no ratio", "criteria.yaml", "limit: {param: dibao.standard, by: edge.ratio}", "limit: {param: dibao.standard, by: dibao.standard}", []string{"income_below_edge", "limit.by", "no ratio"}},
		{"missing sentence", "criteria.yaml", "    unknown: 还不知道户口在哪。\n    law: 最低生活保障审核确认办法第4、5条", "    law: 最低生活保障审核确认办法第4、5条", []string{"criteria.yaml", "hukou_accepted", "unknown", "sentence is missing"}},
		{"unknown place in a sentence", "criteria.yaml", "pass: 平均每人住房 {value}", "pass: 平均每人住房 {worth}", []string{"floor_small", "pass", "{worth}"}},
		{"missing law", "criteria.yaml", "    law: 国办发〔2010〕54号\n", "", []string{"criteria.yaml", "orphan", "law"}},
		{"word that is none", "criteria.yaml", "words: [local, permit]", "words: [local, permitted]", []string{"hukou_accepted", "words", "permitted"}},
		{"enum compared as a number", "criteria.yaml", "op: in\n    words: [local, permit]", "op: \">\"\n    words: [local, permit]", []string{"hukou_accepted", "op"}},
		{"member's fact of the household", "items/mz.yaml", "when: shock_recent", "when: minor", []string{"items/mz.yaml", "MZ-03", "when", "one member"}},
		{"no such criterion", "items/mz.yaml", "when: shock_recent", "when: shock_recant", []string{"items/mz.yaml", "MZ-03", "when", "shock_recant"}},
		{"no such status", "items/mz.yaml", "person: {all: [certificate, status.dibao]}", "person: {all: [certificate, status.dibbao]}", []string{"MZ-07", "person.all[1]", "dibbao"}},
		{"two forms at once", "items/mz.yaml", "person: {all: [minor, orphan]}", "person: {all: [minor], any: [orphan]}", []string{"MZ-05", "person", "exactly one"}},
		{"cycle of groups", "criteria.yaml", "when: {any: [status.dibao, status.tekun]}", "when: {any: [status.dibao, dibao_or_tekun]}", []string{"dibao_or_tekun -> dibao_or_tekun"}},
		{"cycle of statuses", "criteria.yaml", "when: {all: [income_below_standard, assets_low]}", "when: {all: [income_below_standard, {not: status.edge}]}", []string{"refer to one another", "status.edge"}},
		{"amount without source", "amounts.yaml", `value: 50, from: 2016-07-01, sample: true, source: "样本行 2020-07"`, `value: 50, from: 2016-07-01, sample: true, source: ""`, []string{"amounts.yaml", "tekun.care_self", "rows[0]", "source"}},
		{"amount of fractions of a fen", "amounts.yaml", "value: 50,", "value: 50.001,", []string{"tekun.care_self", "decimals"}},
		{"two rows for one day", "amounts.yaml", "until: 2021-01-01, sample: true", "until: 2021-01-02, sample: true", []string{"insurance.premium", "two rows"}},
		{"misspelt name in a formula", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standart * members_count", []string{"MZ-03", "benefit.formula", "dibao_standart"}},
		{"division in a formula", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standard / members_count", []string{"MZ-03", "benefit.formula"}},
		{"member's fact in a household's formula", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standard * age", []string{"MZ-03", "benefit.formula", "one member"}},
		{"formula that is no number", "items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standard > members_count", []string{"MZ-03", "benefit.formula"}},
		{"no such department", "items/mz.yaml", "department: MZ\n    category: 基本生活救助\n    law: [社会救助暂行办法第2章", "department: MM\n    category: 基本生活救助\n    law: [社会救助暂行办法第2章", []string{"MZ-01", "department", `"MM"`}},
		{"rule about no item", "rules.yaml", "{a: ZJ-01, b: ZJ-02", "{a: ZJ-01, b: ZJ-09", []string{"rules.yaml", "ZJ-01/ZJ-09", "ZJ-09"}},
		{"gap between versions", "items/jt-rs-cl.yaml", "until: 2026-01-01\n", "until: 2025-06-01\n", []string{"CL-01", "no version is in force"}},
		{"overlapping versions", "items/jt-rs-cl.yaml", "until: 2026-01-01\n", "until: 2026-06-01\n", []string{"CL-01", "two versions"}},
		{"holiday of another year", "calendar.yaml", "days: [2024-01-01]", "days: [2023-01-01]", []string{"calendar.yaml", "2023-01-01"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := tree(t)
			was := string(files[c.file].Data)
			if strings.Count(was, c.old) < 1 {
				t.Fatalf("%q is not in %s", c.old, c.file)
			}
			files[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(was, c.old, c.new, 1))}
			_, err := Load(files)
			var bad Problems
			if !errors.As(err, &bad) {
				t.Fatalf("accepted: %v", err)
			}
			for _, p := range bad {
				if holds(p.String(), c.want) {
					return
				}
			}
			t.Errorf("no problem names %q:\n%v", c.want, err)
		})
	}
}

func holds(s string, all []string) bool {
	for _, w := range all {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}

// Two items that wait for one another: dibao needs a person who is tekun, tekun
// needs dibao.
func TestCycleOfItemsIsNamed(t *testing.T) {
	t.Parallel()
	files := tree(t)
	change := func(file, old, new string) {
		s := string(files[file].Data)
		if !strings.Contains(s, old) {
			t.Fatalf("%q is not in %s", old, file)
		}
		files[file] = &fstest.MapFile{Data: []byte(strings.Replace(s, old, new, 1))}
	}
	change("items/mz.yaml", "person: tekun_person", "person: {all: [tekun_person, status.dibao]}")
	change("items/mz.yaml", "        - hukou_accepted\n", "        - hukou_accepted\n        - status.tekun\n")
	_, err := Load(files)
	if err == nil || !strings.Contains(err.Error(), "MZ-01 -> MZ-02 -> MZ-01") {
		t.Fatalf("got %v", err)
	}
}

// Rings among items are named in full: one that waits for itself, and one of
// deductions that goes round three items.
func TestRingsOfItemsAreNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, old, new, want string }{
		{"items/mz.yaml", "person: tekun_person", "person: {all: [tekun_person, status.tekun]}", "MZ-02 -> MZ-02"},
		{"rules.yaml", "rules:\n", "rules:\n  - {a: MZ-04, b: MZ-10, kind: overlap, why: 甲, law: 乙}\n  - {a: MZ-10, b: YB-02, kind: overlap, why: 甲, law: 乙}\n", "MZ-04 -> MZ-10 -> YB-02 -> MZ-04"},
	} {
		files := tree(t)
		files[c.file].Data = []byte(strings.Replace(string(files[c.file].Data), c.old, c.new, 1))
		var bad Problems
		if _, err := Load(files); !errors.As(err, &bad) || !strings.Contains(bad[0].What, c.want) || bad[0].Line == 0 || !strings.Contains(bad[0].Say, c.want) {
			t.Errorf("%s: got %v", c.want, err)
		}
	}
}

// The digest tells any change of the sources, and the period.
func TestDigest(t *testing.T) {
	t.Parallel()
	a, err := Load(tree(t))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	files := tree(t)
	files["rules.yaml"].Data = append(files["rules.yaml"].Data, "# a remark\n"...)
	b, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	if a.Digest != again.Digest || a.Digest == b.Digest || len(a.Digest) != 64 {
		t.Errorf("digests %s, %s, %s", a.Digest, again.Digest, b.Digest)
	}
	seen := map[string]bool{}
	for _, book := range a.Books() {
		if seen[book.Digest] {
			t.Errorf("two books with digest %s", book.Digest)
		}
		seen[book.Digest] = true
	}
}

func TestOn(t *testing.T) {
	t.Parallel()
	lib, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lib.On(core.NewDate(2016, 6, 30)); core.KindOf(err) != core.KindNotFound {
		t.Errorf("before the first book: %v", err)
	}
	for _, c := range []struct {
		on       core.Date
		county   core.RegionCode
		area     core.Area
		standard int64
		sample   bool
	}{
		{core.NewDate(2016, 7, 1), "371402", "urban", 420_00, false},
		{core.NewDate(2016, 7, 1), "371426", "urban", 400_00, false},
		{core.NewDate(2018, 1, 1), "371426", "rural", 285_00, false},
		{core.NewDate(2020, 6, 30), "371426", "rural", 365_00, true},
		{core.NewDate(2020, 7, 1), "371426", "rural", 480_00, true},
		{core.NewDate(2024, 3, 1), "371471", "urban", 620_00, true},
		{core.NewDate(2031, 1, 1), "371481", "urban", 600_00, true},
	} {
		book, err := lib.On(c.on)
		if err != nil {
			t.Fatal(err)
		}
		id, _ := book.Param("dibao.standard")
		a, found := book.Amount(id, c.county, c.area)
		if !found || a.Value != c.standard || a.Sample != c.sample || a.Source == "" {
			t.Errorf("standard on %s in %s %s: %+v", c.on, c.county, c.area, a)
		}
	}
	book, _ := lib.On(core.NewDate(2024, 3, 1))
	id, _ := book.Param("dibao.standard")
	if _, found := book.Amount(id, "371426", ""); found {
		t.Error("a standard without a known area")
	}
}
