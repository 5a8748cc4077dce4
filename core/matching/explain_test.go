package matching

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// Amounts of the sample row 2020-07, flagged as samples.
func TestBenefits(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	for _, c := range []struct {
		item   core.ItemCode
		base   string
		set    set
		want   core.Fen
		per    string
		sample bool
	}{
		{"MZ-01", "poor", nil, core.Yuan(90), "month", true},
		{"MZ-01", "poor", set{"income_per_capita_month": 0}, core.Yuan(480), "month", true},
		{"MZ-02", "poor", set{"members.0.age": 60, "members.0.supporter": "none", "members.0.adl_failed": 4}, core.Yuan(624 + 260), "month", true},
		{"MZ-02", "poor", set{"members.0.age": 60, "members.0.supporter": "none", "members.0.adl_failed": 1}, core.Yuan(624 + 130), "month", true},
		{"MZ-04", "poor", set{"rigid_12m": 5000}, 0, "once", true}, // medical aid for the same spending is deducted, and not told yet
		{"MZ-07", "poor", set{"members.0.disability": set{"kind": "hearing", "grade": 2}}, core.Yuan(130), "month", true},
		{"MZ-07", "poor", set{"members.0.disability": set{"kind": "hearing", "grade": 3}}, core.Yuan(100), "month", true},
		{"MZ-08", "rich", set{"members.0.disability": set{"kind": "limb", "grade": 2}, "members.0.needs_long_term_care": true}, core.Yuan(110), "month", true},
		{"MZ-09", "poor", set{"members.0.age": 80, "members.0.adl_failed": 2}, core.Yuan(160), "month", true},
		{"ZJ-02", "poor", set{"area": "urban", "floor_area_per_capita": 12.5, "renting": true}, core.Yuan(15), "month", true},
		{"ZJ-03", "poor", set{"house_grade": "D"}, core.Yuan(25000), "once", true},
		{"JT-02", "poor", set{"members.0.age": 9, "members.0.school_stage": "compulsory_boarding"}, core.Yuan(1000), "year", true},
		{"FL-01", "poor", set{"members.0.illness": "breast_cancer"}, core.Yuan(10000), "once", false},
		{"HS-01", "poor", set{"members.0.age": 9, "members.0.illness": "leukaemia"}, core.Yuan(30000), "once", false},
		// An amount that hangs on a fact nobody knows is left out, not guessed; who types one
		// types it by a sample standard, and it must show.
		{"MZ-09", "poor", set{"members.0.age": 80, "members.0.adl_failed": nil}, 0, "month", true},
		{"YB-02", "poor", nil, 0, "", false},
	} {
		h := factsOf(t, c.base, c.set)
		r := m.Explain(&h)
		f := r.Finding(c.item)
		if f.Outcome != Eligible || f.Benefit.Amount != c.want || f.Benefit.Per != c.per || f.Benefit.Sample != c.sample || f.Benefit.Text == "" {
			t.Errorf("%s %v: %s %+v, want %s a %s", c.item, c.set, f.Outcome, f.Benefit, c.want, c.per)
		}
	}
}

// What hangs on dibao is eligible at once; while dibao is only computed it comes
// after MZ-01, and says so first. With another reason to be eligible it does not.
func TestAfter(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	for _, c := range []struct {
		item core.ItemCode
		set  set
		want core.ItemCode
	}{
		{"GA-01", nil, "MZ-01"},
		{"GA-01", set{"statuses": []string{"dibao"}}, ""},
		{"GA-01", set{"statuses": []string{"tekun"}}, ""},
		{"MZ-01", nil, ""},
		{"YB-02", set{"statuses": []string{"rigid"}}, ""},
		{"CS-01", nil, "MZ-01"},
		{"CS-01", set{"shocks": shockOf("fire", "2023-12-01", "")}, ""},
		{"YB-01", set{"members.0.disability": set{"kind": "limb", "grade": 1}}, ""},
	} {
		h := factsOf(t, "poor", c.set)
		r := m.Explain(&h)
		f := r.Finding(c.item)
		if f.Outcome != Eligible || f.After != c.want {
			t.Errorf("%s %v: %s after %q, want after %q", c.item, c.set, f.Outcome, f.After, c.want)
		}
		if says := f.Reasons[0].Code == "after "+string(c.want); says != (c.want != "") {
			t.Errorf("%s %v: first reason %+v", c.item, c.set, f.Reasons[0])
		}
	}
}

// A status says whether it was recognised or computed, and with which numbers.
func TestStandings(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "poor")
	r := m.Explain(&h)
	if s := r.Statuses[0]; s.Key != "dibao" || s.Outcome != Eligible || s.Recognised || !strings.Contains(reasonsText(s.Reasons), "390 元。低于低保标准 480 元(样本)") {
		t.Errorf("computed: %+v", s)
	}
	h = factsOf(t, "rich", set{"statuses": []string{"dibao"}})
	r = m.Explain(&h)
	if s := r.Statuses[0]; s.Outcome != Eligible || !s.Recognised {
		t.Errorf("recognised: %+v", s)
	}
}

func reasonsText(list []*Reason) string {
	var b strings.Builder
	for _, r := range list {
		b.WriteString(r.Text)
	}
	return b.String()
}

// Sentences name the member, the value and the line, with the sample mark.
func TestReasonsSpeak(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "rich", set{"members.0.age": 59})
	r := m.Explain(&h)
	f := r.Finding("MZ-01")
	i := slices.IndexFunc(f.Reasons, func(r *Reason) bool { return r.Code == "income_below_standard" })
	if i < 0 {
		t.Fatalf("reasons %v", texts(f))
	}
	want := Reason{
		Ground: &Ground{Code: "income_below_standard", Outcome: NotEligible, Fact: "income_per_capita_month", Law: "社会救助暂行办法第9条"},
		Text:   "平均每人每月收入 6,000 元。不低于低保标准 480 元(样本)。", Value: "6,000 元", Limit: "480 元(样本)",
	}
	if !f.Reasons[i].Same(&want) {
		t.Errorf("got  %+v %+v\nwant %+v %+v", f.Reasons[i].Ground, f.Reasons[i], want.Ground, want)
	}
	if f := r.Finding("MZ-09"); f.Reasons[0].Text != "您本人不满 60 岁。" || f.Reasons[0].Fact != "members/m1/age" || f.Reasons[0].Limit != "60 岁" {
		t.Errorf("MZ-09: %+v", f.Reasons[0])
	}
}

// Exclusions act on the bundle only: both stay eligible, the better one is taken,
// and the other says why not.
func TestExclusionsActOnTheBundle(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	for _, c := range []struct {
		name     string
		set      set
		in, out  core.ItemCode
		replaced core.ItemCode
	}{
		{"one person is tekun or dibao", set{"members.0.age": 60, "members.0.supporter": "none"}, "MZ-02", "MZ-01", "MZ-02"},
		{"tekun and nursing", set{"members.0.age": 60, "members.0.supporter": "none", "members.0.disability": set{"kind": "limb", "grade": 1}, "members.0.needs_long_term_care": true}, "MZ-02", "MZ-08", "MZ-02"},
		{"one flat, or rent", set{"area": "urban", "floor_area_per_capita": 12, "renting": true}, "ZJ-02", "ZJ-01", "ZJ-02"},
		{"one house, one rebuilding", set{"house_grade": "D", "shocks": shockOf("disaster", "2023-12-01", "collapsed")}, "ZJ-03", "YJ-02", "ZJ-03"},
	} {
		h := factsOf(t, "poor", c.set)
		r := m.Explain(&h)
		if r.Finding(c.in).Outcome != Eligible || r.Finding(c.out).Outcome != Eligible {
			t.Errorf("%s: %s %s, %s %s", c.name, c.in, r.Finding(c.in).Outcome, c.out, r.Finding(c.out).Outcome)
		}
		if !slices.Contains(r.Bundle, c.in) || slices.Contains(r.Bundle, c.out) {
			t.Errorf("%s: bundle %v", c.name, r.Bundle)
		}
		i := slices.IndexFunc(r.Dropped, func(d Dropped) bool { return d.Item == c.out })
		if i < 0 || r.Dropped[i].By != c.replaced || r.Dropped[i].Why == "" || r.Dropped[i].Law == "" {
			t.Errorf("%s: dropped %+v", c.name, r.Dropped)
		}
	}
}

// Two people of one household: each may have a different one of two exclusive
// items (person level), and the bundle keeps both.
func TestExclusionIsPerPerson(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "poor", set{"members.0.age": 70, "members.0.supporter": "none"})
	second := factsOf(t, "poor", set{"members.0.disability": set{"kind": "limb", "grade": 1}, "members.0.needs_long_term_care": true, "members.0.ref": "m2", "members.0.employment": "employed"})
	h.Members = append(h.Members, second.Members[0])
	r := m.Explain(&h)
	for _, code := range []core.ItemCode{"MZ-01", "MZ-02", "MZ-07", "MZ-08"} {
		if !slices.Contains(r.Bundle, code) {
			t.Errorf("%s is not in the bundle %v", code, r.Bundle)
		}
	}
}

// A place outside the table of counties has the general rows, and a household
// from another city is judged all the same.
func TestUnlistedCounty(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "poor", set{"area": "urban", "county": "371499", "income_per_capita_month": 599})
	if got := m.Explain(&h); got.Finding("MZ-01").Outcome != Eligible {
		t.Errorf("599 yuan in an unlisted county: %v", texts(got.Finding("MZ-01")))
	}
}

// Judge allocates nothing, whatever the household.
func TestJudgeAllocatesNothing(t *testing.T) {
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "poor", set{"members.0.age": nil, "income_12m": nil})
	var v facts.Vector
	v.Gather(&h)
	out := make([]Outcome, len(m.Book().Items))
	if n := testing.AllocsPerRun(100, func() { m.Judge(&v, out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The scratch of one explanation does not leak into the next.
func TestExplainIsRepeatable(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	poor, rich := factsOf(t, "poor"), factsOf(t, "rich", set{"members.0.age": nil})
	first := m.Explain(&poor)
	m.Explain(&rich)
	again := m.Explain(&poor)
	for i := range first.Findings {
		if !slices.Equal(texts(&first.Findings[i]), texts(&again.Findings[i])) {
			t.Fatalf("%s: %v, then %v", first.Findings[i].Item, texts(&first.Findings[i]), texts(&again.Findings[i]))
		}
	}
	if first.Book != m.Book().Digest {
		t.Error("the result does not name its Book")
	}
}

// One Matcher serves any number of goroutines (run with -race).
func TestMatcherIsShared(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			h := factsOf(t, "poor", set{"members.0.age": 20 + 10*i})
			want := "您本人已满 60 岁。"
			if i < 4 {
				want = "您本人不满 60 岁。"
			}
			for range 20 {
				r := m.Explain(&h)
				if f := r.Finding("MZ-09"); f.Reasons[len(f.Reasons)-1].Text != want && f.Reasons[0].Text != want && f.Reasons[1].Text != want {
					t.Errorf("age %d: %v", 20+10*i, texts(f))
				}
			}
		})
	}
	all.Wait()
}

// Bounds of limits in thousandths: a limit of 720.5 is no whole fen.
func TestIntervals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		op          policy.Op
		thousandths int64
		yes, no     int64
	}{
		{policy.Less, 5000, 4, 5}, {policy.Less, 5500, 5, 6},
		{policy.AtMost, 5000, 5, 6}, {policy.AtMost, 5500, 5, 6},
		{policy.More, 5000, 6, 5}, {policy.More, 5500, 6, 5},
		{policy.AtLeast, 5000, 5, 4}, {policy.AtLeast, 5500, 6, 5},
		{policy.Equal, 5000, 5, 4},
	} {
		low, high := interval(c.op, c.thousandths)
		in := func(x int64) bool { return low <= x && x <= high }
		if !in(c.yes) || in(c.no) || meets(c.op, c.yes, c.thousandths) != true || meets(c.op, c.no, c.thousandths) {
			t.Errorf("x %s %d/1000: [%d, %d]", c.op, c.thousandths, low, high)
		}
	}
	if low, high := interval(policy.Equal, 5500); low <= high {
		t.Error("no whole number equals 5.5")
	}
}
