package rulebook_test

import (
	"errors"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/rulebook"
)

func day(s string) core.Date {
	d, err := core.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// diff is what two texts do not share, line by line: lines taken away and lines put in.
func diff(a, b rulebook.Sources) (gone, come []string) {
	count := map[string]int{}
	add := func(s rulebook.Sources, n int) {
		for _, f := range s.Files() {
			for line := range strings.SplitSeq(f.Text, "\n") {
				count[f.Name+": "+line] += n
			}
		}
	}
	add(a, -1)
	add(b, 1)
	for line, n := range count {
		switch {
		case n < 0:
			gone = append(gone, line)
		case n > 0:
			come = append(come, line)
		}
	}
	return gone, come
}

// TestOps: each change does what it says and touches no other line, nor any comment.
// Control: with the printing of the library (ast.File.String) in the place of done, a file
// with a comment behind a value comes back with another space before it.
func TestOps(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		op         rulebook.Op
		gone, come []string
	}{
		{"one county of four, in a row of brackets in a list of dashes",
			rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Counties: []core.RegionCode{"371403"}, Area: "urban", Value: "640", From: day("2026-07-01"), Source: "德民发〔2026〕1号"}},
			[]string{`amounts.yaml:       - {counties: ["371402", "371403", "371471", "371472"], area: urban, value: 620, from: 2020-07-01, sample: true, source: "样本行 2020-07"}`},
			[]string{
				`amounts.yaml:       - {counties: ["371402", "371403", "371471", "371472"], area: urban, value: 620, from: 2020-07-01, until: 2026-07-01, sample: true, source: "样本行 2020-07"}`,
				`amounts.yaml:       - {counties: ["371402", "371471", "371472"], area: urban, value: 620, from: 2026-07-01, sample: true, source: 样本行 2020-07}`,
				`amounts.yaml:       - {counties: ["371403"], area: urban, value: 640, from: 2026-07-01, source: 德民发〔2026〕1号}`}},
		{"the general row, in a list of brackets",
			rulebook.Op{Amount: &rulebook.Amount{Param: "tekun.care_half", Value: "140", From: day("2026-07-01"), Source: "文件: 一", Sample: true}},
			[]string{`amounts.yaml:     rows: [{value: 130, from: 2016-07-01, sample: true, source: "样本行 2020-07"}]`},
			[]string{`amounts.yaml:     rows: [{value: 130, from: 2016-07-01, until: 2026-07-01, sample: true, source: "样本行 2020-07"}, {value: 140, from: 2026-07-01, sample: true, source: "文件: 一"}]`}},
		{"the same day again",
			rulebook.Op{Amount: &rulebook.Amount{Param: "tekun.care_half", Value: "140", From: day("2016-07-01"), Source: "德民发〔2016〕1号"}},
			[]string{`amounts.yaml:     rows: [{value: 130, from: 2016-07-01, sample: true, source: "样本行 2020-07"}]`},
			[]string{`amounts.yaml:     rows: [{value: 140, from: 2016-07-01, sample: false, source: 德民发〔2016〕1号}]`}},
		{"a limit's factor, which was not there",
			rulebook.Op{Criterion: &rulebook.Criterion{Name: "income_below_standard", Field: "limit.times", Value: "2"}},
			[]string{`criteria.yaml:     limit: {param: dibao.standard}`},
			[]string{`criteria.yaml:     limit: {param: dibao.standard, times: 2}`}},
		{"a sentence",
			rulebook.Op{Criterion: &rulebook.Criterion{Name: "income_below_standard", Field: "fail", Value: "{value}: 不低于 {limit} #"}},
			[]string{`criteria.yaml:     fail: 平均每人每月收入 {value}。不低于低保标准 {limit}。`},
			[]string{`criteria.yaml:     fail: "{value}: 不低于 {limit} #"`}},
		{"the days of an item",
			rulebook.Op{Item: &rulebook.Item{Code: "CL-02", From: day("2016-07-01"), Field: "limit.days", Value: "15"}},
			[]string{`items/jt-rs-cl.yaml:     limit: {days: 20, mark: X}`},
			[]string{`items/jt-rs-cl.yaml:     limit: {days: 15, mark: X}`}},
		{"the text of an item, in the version of a day",
			rulebook.Op{Item: &rulebook.Item{Code: "CL-01", From: day("2016-07-01"), Field: "everyday", Value: "孩子康复"}},
			[]string{`items/jt-rs-cl.yaml:     everyday: 残疾孩子康复`},
			[]string{`items/jt-rs-cl.yaml:     everyday: 孩子康复`}},
		{"a word that an item had not",
			rulebook.Op{Item: &rulebook.Item{Code: "JT-01", From: day("2016-07-01"), Field: "limit.text", Value: "每学期一次"}},
			nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			was := shipped(t)
			is, err := tc.op.Apply(was)
			if err != nil {
				t.Fatal(err, errors.Unwrap(err))
			}
			gone, come := diff(was, is)
			if tc.gone == nil {
				if len(gone) != 1 || len(come) != 1 {
					t.Errorf("gone %q, come %q", gone, come)
				}
				return
			}
			for _, line := range tc.gone {
				// CL-01's two versions have the line in common.
				if n := strings.Count(strings.Join(gone, "\n"), line); n != 1 {
					t.Errorf("gone %d times: %s\n%q", n, line, gone)
				}
			}
			if len(gone) != len(tc.gone) || len(come) != len(tc.come) {
				t.Errorf("gone %q\ncome %q", gone, come)
			}
			for _, line := range tc.come {
				if !strings.Contains(strings.Join(come, "\n"), line) {
					t.Errorf("did not come: %s\n%q", line, come)
				}
			}
		})
	}
}

// TestOpsRefused: what does not load, names nothing, or says nothing changes nothing.
func TestOpsRefused(t *testing.T) {
	t.Parallel()
	amount := rulebook.Amount{Param: "dibao.standard", Area: "urban", Value: "640", From: day("2026-07-01"), Source: "文件"}
	with := func(change func(*rulebook.Amount)) rulebook.Op {
		a := amount
		change(&a)
		return rulebook.Op{Amount: &a}
	}
	set := shipped(t)
	if _, err := (rulebook.Op{Amount: &amount}).Apply(set); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		op   rulebook.Op
		want error
	}{
		"nothing":                  {rulebook.Op{}, rulebook.ErrOp},
		"two things":               {rulebook.Op{Amount: &amount, Files: map[string]string{}}, rulebook.ErrOp},
		"no such amount":           {with(func(a *rulebook.Amount) { a.Param = "dibao.standart" }), rulebook.ErrNotThere},
		"no number":                {with(func(a *rulebook.Amount) { a.Value = "640元" }), core.Invalid("value", "")},
		"no source":                {with(func(a *rulebook.Amount) { a.Source = " " }), core.Invalid("source", "")},
		"two lines of source":      {with(func(a *rulebook.Amount) { a.Source = "a\n- b: c" }), core.Invalid("source", "")},
		"no day":                   {with(func(a *rulebook.Amount) { a.From = 0 }), core.Invalid("from", "")},
		"a township":               {with(func(a *rulebook.Amount) { a.Counties = []core.RegionCode{"371426104"} }), core.Invalid("counties", "")},
		"more decimals than fen":   {with(func(a *rulebook.Amount) { a.Value = "640.001" }), core.Invalid("value", "")},
		"a field that is not":      {rulebook.Op{Criterion: &rulebook.Criterion{Name: "income_below_standard", Field: "op", Value: "<"}}, rulebook.ErrOp},
		"a sentence of nothing":    {rulebook.Op{Criterion: &rulebook.Criterion{Name: "income_below_standard", Field: "fail", Value: "{limits}"}}, rulebook.ErrProblems},
		"a limit that is not":      {rulebook.Op{Criterion: &rulebook.Criterion{Name: "income_below_standard", Field: "limit.param", Value: "tekun"}}, rulebook.ErrProblems},
		"as it is":                 {rulebook.Op{Item: &rulebook.Item{Code: "CL-02", From: day("2016-07-01"), Field: "limit.days", Value: "20"}}, rulebook.ErrNothing},
		"too many days":            {rulebook.Op{Item: &rulebook.Item{Code: "CL-02", From: day("2016-07-01"), Field: "limit.days", Value: "999"}}, rulebook.ErrProblems},
		"no such version":          {rulebook.Op{Item: &rulebook.Item{Code: "CL-02", From: day("2020-01-01"), Field: "limit.days", Value: "2"}}, rulebook.ErrNotThere},
		"a file gone":              {rulebook.Op{Files: map[string]string{"criteria.yaml": ""}}, rulebook.ErrProblems},
		"a file out of the folder": {rulebook.Op{Files: map[string]string{"../x.yaml": "items: []"}}, rulebook.ErrFileName},
		"a file beyond the bound":  {rulebook.Op{Files: map[string]string{"x.yaml": strings.Repeat("#", 600<<10)}}, rulebook.ErrTooLarge},
		"stopped in the past":      {rulebook.Op{Switch: &rulebook.Switch{Code: "CL-02", From: day("2016-07-01")}}, rulebook.ErrSwitchDay},
		"on again":                 {rulebook.Op{Switch: &rulebook.Switch{Code: "CL-02", On: true, From: day("2026-07-01")}}, rulebook.ErrSwitched},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tc.op.Apply(set)
			if !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
			var bad policy.Problems
			if tc.want == rulebook.ErrProblems && (!errors.As(err, &bad) || len(bad) == 0) {
				t.Errorf("no problems in %v", err)
			}
		})
	}
}

// TestSwitch: a stopped item is nobody's from its day on, with the sentence that says so;
// before it and after it was taken up again all is as it was.
func TestSwitch(t *testing.T) {
	t.Parallel()
	set := shipped(t)
	for _, op := range []rulebook.Switch{{Code: "CL-01", From: day("2026-07-01")}, {Code: "MZ-01", From: day("2026-07-01")}, {Code: "CL-01", On: true, From: day("2026-09-01")}} {
		var err error
		if set, err = (rulebook.Op{Switch: &op}).Apply(set); err != nil {
			t.Fatal(err, errors.Unwrap(err))
		}
	}
	old, err := shipped(t).Load()
	must(t, err)
	lib, err := set.Load()
	must(t, err)
	area, hukou, income, age := core.Area("rural"), core.Hukou("local"), core.Fen(0), 5
	child := core.Household{Area: &area, Hukou: &hukou, IncomePerCapitaMonth: &income, Members: []core.Member{{Ref: "m1", Relation: "applicant", Age: &age}}}
	for _, when := range []string{"2026-06-30", "2026-07-01", "2026-08-31", "2026-09-01"} {
		was, is := findings(t, old, day(when), &child), findings(t, lib, day(when), &child)
		for i, f := range is {
			stopped := f.Item == "MZ-01" && when >= "2026-07-01" || f.Item == "CL-01" && when >= "2026-07-01" && when < "2026-09-01"
			switch {
			case stopped && (f.Outcome != matching.NotEligible || f.Reasons[0].Text != "这一项现在停办,恢复以后再看。"):
				t.Errorf("%s on %s, stopped: %v %q", f.Item, when, f.Outcome, f.Reasons[0].Text)
			case !stopped && f.Outcome != was[i].Outcome:
				t.Errorf("%s on %s: %v, was %v", f.Item, when, f.Outcome, was[i].Outcome)
			}
		}
	}
}

func findings(t testing.TB, lib *policy.Library, on core.Date, h *core.Household) []matching.Finding {
	t.Helper()
	book, err := lib.On(on)
	must(t, err)
	m, err := matching.Compile(book)
	must(t, err)
	return m.Explain(h).Findings
}
