package matching

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/policy"
)

// An edit changes one place that a pattern finds in a file of the rules.
type edit struct {
	file, find string
	to         []string // one of these; $0 is what was found
	says       bool     // changes sentences or handling only
}

var edits = []edit{
	{file: "amounts.yaml", find: `value: [0-9.]+`, to: []string{"value: 3", "value: 0", "value: 450", "value: 611", "value: 1000", "value: 15000"}},
	{file: "amounts.yaml", find: `      - \{area: (urban|rural), value: [0-9.]+, from: 2020-07-01`, to: []string{
		"      - {counties: [\"371426\"], area: $1, value: 590, from: 2020-07-01, source: x}\n$0", "      - {counties: [\"371481\"], area: $1, value: 800, from: 2020-07-01, source: x}\n$0"}},
	{file: "amounts.yaml", find: `rows: \[\{value: `, to: []string{"rows: [{counties: [\"371402\"], value: 1, from: 2016-07-01, source: x}, {value: "}},
	{file: "criteria.yaml", find: `    value: [0-9]+`, to: []string{"    value: 0", "    value: 2", "    value: 17", "    value: 50"}},
	{file: "criteria.yaml", find: `op: "[<>=]+"`, to: []string{`op: "<"`, `op: ">="`, `op: ">"`, `op: "="`}},
	{file: "criteria.yaml", find: `by: [a-z.]+`, to: []string{"by: half", "by: double.ratio", "by: edge.ratio", "by: burden.ratio"}},
	{file: "criteria.yaml", find: `words: \[local\]`, to: []string{"words: [local, permit]", "words: [other]"}},
	{file: "criteria.yaml", find: `\{all: \[`, to: []string{"{any: ["}},
	{file: "criteria.yaml", find: `\{any: \[`, to: []string{"{all: ["}},
	{file: "criteria.yaml", find: `\{not: [a-z_.]+\}`, to: []string{"no_car", "{not: status.poor_file}"}},
	{file: "items/mz.yaml", find: `status\.(dibao|edge)`, to: []string{"status.poor_file", "status.tekun", "any_low_income"}},
	{file: "items/others.yaml", find: `status\.(dibao|edge)|any_low_income|dibao_or_tekun`, to: []string{"status.poor_file", "housing_status"}},
	{file: "items/yb-zj.yaml", find: `\{all: \[`, to: []string{"{any: ["}},
	{file: "items/jt-rs-cl.yaml", find: `any_low_income|dibao_or_tekun`, to: []string{"status.edge", "status.dibao"}},
	{file: "items/mz.yaml", find: `formula: dibao_standard \* members_count`, to: []string{"formula: dibao_standard * 2 * members_count", "formula: child_standard"}},
	{file: "items/mz.yaml", find: `from: 2016-07-01`, to: []string{"from: 2025-01-01"}},
	{file: "items/mz.yaml", find: `per: month`, to: []string{"per: year"}},
	{file: "rules.yaml", find: `kind: (exclude|overlap)`, to: []string{"kind: exclude", "kind: overlap"}},
	{file: "rules.yaml", find: `kind: exclude, person: true`, to: []string{"kind: exclude"}},
	{file: "rules.yaml", find: `(?m)^  - \{a: .*$`, to: []string{""}},
	{file: "criteria.yaml", find: `pass: .*`, to: []string{"pass: 符合。"}, says: true},
	{file: "criteria.yaml", find: `    law: .*`, to: []string{"    law: 另一部法规"}, says: true},
	{file: "items/mz.yaml", find: `limit: \{days: [0-9]+`, to: []string{"limit: {days: 7"}, says: true},
	{file: "items/mz.yaml", find: `everyday: .*`, to: []string{"everyday: 别名"}, says: true},
	{file: "packs.yaml", find: `special: 45`, to: []string{"special: 40"}, says: true},
	{file: "packs.yaml", find: `law: "[^"]*"`, to: []string{"law: 另一部法规"}, says: true},
	{file: "amounts.yaml", find: `label: .*`, to: []string{"label: 别名"}, says: true},
}

// sources reads the rules that ship with the program.
func sources(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := os.DirFS("../policy/policies")
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(root, p)
		out[p] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// drawBook makes one or two edits and compiles what comes of them; nil when the
// rules no longer hold together.
func drawBook(t *rapid.T, src map[string]string, day core.Date) (*Matcher, bool) {
	changed := map[string]string{}
	for name, text := range src {
		changed[name] = text
	}
	says := true
	for range rapid.IntRange(1, 2).Draw(t, "edits") {
		e := rapid.SampledFrom(edits).Draw(t, "edit")
		says = says && e.says
		find := regexp.MustCompile(e.find)
		found := find.FindAllStringSubmatchIndex(changed[e.file], -1)
		if len(found) == 0 {
			continue
		}
		at := found[rapid.IntRange(0, len(found)-1).Draw(t, "place")]
		to := rapid.SampledFrom(e.to).Draw(t, "to")
		text := changed[e.file]
		changed[e.file] = text[:at[0]] + string(find.ExpandString(nil, strings.ReplaceAll(to, "$1", "${1}"), text, at)) + text[at[1]:]
	}
	files := fstest.MapFS{}
	for name, text := range changed {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	lib, err := policy.Load(files)
	if err != nil {
		return nil, false
	}
	book, err := lib.On(day)
	if err != nil {
		return nil, false
	}
	m, err := Compile(book)
	if err != nil {
		t.Fatal(err)
	}
	return m, says
}

// Whatever two Books say differently of a household, their comparison named: the
// item, and the place where the household lives; for outcomes Judged, for amounts
// and for what is in the bundle Paid. Sentences and days touch nobody.
// Control: leaving `d.add` out of judged, or `d.spread` out of Paid, turns it red.
func TestCompareNamesWhateverDiffers(t *testing.T) {
	t.Parallel()
	src, day := sources(t), core.NewDate(2024, 3, 1)
	old := matcherOn(t, day.String())
	refused, outcomes, amounts, judged := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		m, says := drawBook(t, src, day)
		if m == nil {
			refused++
			return
		}
		d := policy.Compare(old.Book(), m.Book())
		mayJudge, mayPay := byItem(d.Judged()), byItem(d.Paid())
		judged += len(mayJudge)
		if says && len(mayJudge)+len(mayPay) > 0 {
			t.Fatalf("sentences and days touch %v %v", mayJudge, mayPay)
		}
		for range 8 {
			h := drawHousehold(t)
			was, is := old.Explain(&h), m.Explain(&h)
			for i := range was.Findings {
				x := &was.Findings[i]
				y := is.Finding(x.Item)
				if y == nil || x.Outcome != y.Outcome {
					outcomes++
					mayJudge.hold(t, "outcome", x.Item, &h)
				}
				if y == nil || x.Benefit.Amount != y.Benefit.Amount || slices.Contains(was.Bundle, x.Item) != slices.Contains(is.Bundle, x.Item) {
					amounts++
					mayPay.hold(t, "amount", x.Item, &h)
				}
			}
		}
	})
	t.Logf("%d books refused, %d items named, %d outcomes and %d amounts differed", refused, judged, outcomes, amounts)
	if outcomes == 0 || amounts == 0 {
		t.Error("nothing differed: the edits test nothing")
	}
}

type touched map[core.ItemCode]policy.Touch

func byItem(list []policy.Touch) touched {
	out := touched{}
	for _, t := range list {
		out[t.Item] = t
	}
	return out
}

func (m touched) hold(t *rapid.T, what string, code core.ItemCode, h *core.Household) {
	area := core.Area("")
	if h.Area != nil {
		area = *h.Area
	}
	touch, named := m[code]
	if !named {
		t.Fatalf("another %s of %s, which the comparison does not name among %d items", what, code, len(m))
	}
	if !touch.At(h.County, area) {
		t.Fatalf("another %s of %s in %s %q, where the comparison sees no difference: %v", what, code, h.County, area, touch.Places)
	}
}
