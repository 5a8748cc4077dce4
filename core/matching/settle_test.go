package matching

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/policy"
)

// two is a second member like the first, with changes.
func two(t testing.TB, changes set) core.Household {
	t.Helper()
	h := factsOf(t, "poor", changes)
	other := factsOf(t, "poor").Members[0]
	other.Ref, other.Relation = "m2", "parent"
	h.Members = append(h.Members, other)
	return h
}

// What overlaps, and what a member is shut out from, is not in the amount that is
// proposed (domain.md 1.3).
//
// Control: leave b.settle out of best and the four sums are those of each item alone.
func TestAmountsBesideOneAnother(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	alone := factsOf(t, "poor", set{"members.0.age": 9, "members.0.parents": []string{"dead", "in_prison"}})
	disabled := set{"members.0.disability": set{"kind": "limb", "grade": 1}, "members.0.needs_long_term_care": true}
	// The first is tekun, the second has dibao, and both hold a certificate.
	mixed := two(t, set{"members.0.age": 60, "members.0.supporter": "none", "members.0.disability": set{"kind": "hearing", "grade": 2}})
	mixed.Members[1].Disability = mixed.Members[0].Disability
	for name, c := range map[string]struct {
		h    core.Household
		item core.ItemCode
		want core.Fen
		who  string
	}{
		"dibao is taken off the orphan's level":      {alone, "MZ-06", core.Yuan(1300 - 90), ""},
		"dibao itself stays":                         {alone, "MZ-01", core.Yuan(90), ""},
		"who has tekun has no living allowance":      {mixed, "MZ-07", core.Yuan(130), "m2"},
		"nor a share of dibao":                       {mixed, "MZ-01", core.Yuan(90), "m2"},
		"of two nursing parts the higher one stands": {factsOf(t, "poor", disabled, set{"members.0.age": 80, "members.0.adl_failed": 4}), "MZ-09", core.Yuan(100), ""},
		"and alone it is what it is":                 {factsOf(t, "poor", set{"members.0.age": 80, "members.0.adl_failed": 4}), "MZ-09", core.Yuan(200), ""},
	} {
		r := m.Explain(&c.h)
		f := r.Finding(c.item)
		var who []string
		for _, ref := range f.Benefit.For {
			who = append(who, string(ref))
		}
		if f.Outcome != Eligible || f.Benefit.Amount != c.want || c.who != "" && strings.Join(who, " ") != c.who {
			t.Errorf("%s: %s %s %s for %v, want %s for %s", name, c.item, f.Outcome, f.Benefit.Amount, who, c.want, c.who)
		}
	}
}

// Medical aid is settled at the hospital, for a sum the Book does not know: what is
// left of the aid for the same spending, an officer works out.
//
// Control: let deducted give 0 for an untold sum and the whole 628 yuan are proposed.
func TestOpenDeductionLeavesTheSumOpen(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "poor", set{"rigid_12m": 5000})
	e := &explainer{m: m, vars: map[string]any{}}
	alone, beside := e.explain(&h), m.Explain(&h)
	if a, b := alone.Finding("MZ-04").Benefit.Amount, beside.Finding("MZ-04").Benefit.Amount; a != core.Yuan(628) || b != 0 {
		t.Errorf("alone %s, beside medical aid %s", a, b)
	}
}

// One member's share that cannot be told leaves the whole open: the rest alone
// would be too little.
//
// Control: leave `known` out of benefit and the sum is the other member's alone.
func TestOneOpenShareLeavesTheSumOpen(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := two(t, set{"members.0.age": 80})
	age := 70
	h.Members[1].Age = &age
	r := m.Explain(&h)
	if f := r.Finding("MZ-09"); f.Benefit.Amount != core.Yuan(180) || len(f.Benefit.For) != 2 {
		t.Fatalf("both told: %+v", f.Benefit)
	}
	h.Members[0].ADLFailed = nil
	r = m.Explain(&h)
	if f := r.Finding("MZ-09"); f.Outcome != Eligible || f.Benefit.Amount != 0 {
		t.Errorf("one is open: %s %+v", f.Outcome, f.Benefit)
	}
}

// An overlap with a part takes off the part that the two share, and no more: of the
// subsidy for the old the nursing part, not the service part.
//
// Control: leave Part out of deducted and the sum is open.
func TestOverlapOfAPart(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	for adl, want := range map[int]int64{0: 100, 2: 100, 4: 100} {
		h := factsOf(t, "poor", set{"members.0.age": 80, "members.0.adl_failed": adl,
			"members.0.disability": set{"kind": "limb", "grade": 1}, "members.0.needs_long_term_care": true})
		r := m.Explain(&h)
		if f := r.Finding("MZ-09"); f.Benefit.Amount != core.Yuan(want) {
			t.Errorf("%d of six failed: %s, want %d", adl, f.Benefit.Amount, want)
		}
	}
}

// What is proposed for an item of the bundle is the sum of its taken claims less
// what overlaps take off, never below nothing, and open when any of it is.
//
// Control: let left give own.fen alone, or leave out max, and it turns red.
func TestAmountIsTakenLessDeducted(t *testing.T) {
	t.Parallel()
	on := matchers(t)
	overlapped := 0
	rapid.Check(t, func(t *rapid.T) {
		h := drawHousehold(t)
		m := on(h.On)
		e := &explainer{m: m, vars: map[string]any{}}
		alone := e.explain(&h)
		b := e.bundler()
		b.gather(alone.Findings)
		b.join()
		taken := b.solve()
		r := m.Explain(&h)
		want, open := map[int]core.Fen{}, map[int]bool{}
		for i, c := range b.claims {
			if !taken[i] {
				continue
			}
			net := c.fen
			open[c.item] = open[c.item] || c.fen == untold
			for _, j := range b.joints {
				if j.b != i || j.exclude || !taken[j.a] || m.book.Items[b.claims[j.a].item].Decides == policy.ByOutside {
					continue
				}
				overlapped++
				off := b.claims[j.a].fen // every such pair of the Book has one period
				if j.rule.Part != nil {
					part, _ := e.amount(j.rule.Part, c.member)
					open[c.item] = open[c.item] || part == untold
					off = min(off, part)
				}
				net -= off
				open[c.item] = open[c.item] || b.claims[j.a].fen == untold || j.rule.AtMost >= 0
			}
			want[c.item] += max(net, 0)
		}
		for item, sum := range want {
			if open[item] {
				sum = 0
			}
			if got := r.Findings[item].Benefit.Amount; got != sum || got < 0 {
				t.Fatalf("%s: %s, want %s", r.Findings[item].Item, got, sum)
			}
		}
	})
	t.Logf("%d overlaps", overlapped)
}

// Shares that come to nothing are a sum, from version 3 on: what is known to be 0 is not open.
//
// Control: let whole ask for an amount above 0 in every version; "claim -0.01, told true".
func TestSharesOfNothingAreTold(t *testing.T) {
	t.Parallel()
	m := editedOn(t, "2026-01-01", "formula: insurance_premium,", "formula: insurance_premium * 0,")
	h := factsOf(t, "poor", alone70)
	for version, want := range map[int]core.Fen{2: untold, 3: 0} {
		e := &explainer{m: m.As(version), vars: map[string]any{}}
		r := e.explain(&h)
		b := e.bundler()
		b.gather(r.Findings)
		i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Item == "YB-01" })
		from, to := b.claimsOf(i)
		if to != from+1 || b.claims[from].fen != want || !r.Findings[i].Benefit.Told {
			t.Errorf("version %d: claim %s, told %t", version, b.claims[from].fen, r.Findings[i].Benefit.Told)
		}
	}
}

// A school term is half a year where one sum is taken off another, from version 3 on.
//
// Control: let inPeriod go by version 2 always; "300 by term is 300 by year".
func TestTermIsHalfAYear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to  string
		fen, then core.Fen // of 1200
	}{
		{"term", "term", 1200, 1200}, {"term", "year", 2400, 1200}, {"year", "term", 600, 1200}, {"term", "month", 200, 100}, {"month", "term", 7200, 14400},
		{"month", "year", 14400, 14400}, {"year", "month", 100, 100}, {"once", "year", 1200, 1200}, {"once", "month", 100, 100}, {"month", "month", 1200, 1200},
	} {
		for version, want := range map[int]core.Fen{2: c.then, 3: c.fen} {
			b := bundler{m: &Matcher{version: version}}
			if got := b.inPeriod(1200, c.from, c.to); got != want {
				t.Errorf("version %d: 1200 by %s is %d by %s, not %d", version, c.from, got, c.to, want)
			}
		}
	}
}
