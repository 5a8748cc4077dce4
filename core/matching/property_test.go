package matching

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/facts/factstest"
	"lianou/core/policy"
)

// matchers gives the compiled Book of any day the random households fall on.
func matchers(t testing.TB) func(core.Date) *Matcher {
	t.Helper()
	before, after := matcherOn(t, "2024-03-01"), matcherOn(t, "2026-01-01")
	return func(on core.Date) *Matcher {
		if on >= after.Book().From {
			return after
		}
		return before
	}
}

// The flat program and the recursion agree on every item of every household.
// Control: in compiler.chain, letting `dirty` go on at next[stop.not()] turns it red.
func TestFastPathAgreesWithExplanation(t *testing.T) {
	t.Parallel()
	on := matchers(t)
	rapid.Check(t, func(t *rapid.T) {
		h := drawHousehold(t)
		m := on(h.On)
		var v facts.Vector
		v.Gather(&h)
		fast := make([]Outcome, len(m.Book().Items))
		m.Judge(&v, fast)
		r := m.Explain(&h)
		for i := range r.Findings {
			if r.Findings[i].Outcome != fast[i] {
				t.Fatalf("%s: fast %s, explained %s: %v", r.Findings[i].Item, fast[i], r.Findings[i].Outcome, texts(&r.Findings[i]))
			}
		}
	})
}

// Learning a fact never turns a yes into a no or back: an outcome that is decided
// while facts are missing stays what it is. Control: reading a missing flag as
// false in Vector.Gather turns it red.
func TestDecidedStaysDecided(t *testing.T) {
	t.Parallel()
	on := matchers(t)
	rapid.Check(t, func(t *rapid.T) {
		full := drawHousehold(t)
		veiled := factstest.Veil(t, full)
		m := on(full.On)
		whole, part := m.Explain(&full), m.Explain(&veiled)
		for i := range part.Findings {
			if o := part.Findings[i].Outcome; o != Unknown && o != whole.Findings[i].Outcome {
				t.Fatalf("%s: %s with facts missing, %s with them", part.Findings[i].Item, o, whole.Findings[i].Outcome)
			}
		}
	})
}

// Every finding says why, in a sentence, with its law; an open one says what is
// missing, and only that, and every missing fact is really not known.
func TestNothingIsSilent(t *testing.T) {
	t.Parallel()
	on := matchers(t)
	rapid.Check(t, func(t *rapid.T) {
		h := drawHousehold(t)
		r := on(h.On).Explain(&h)
		for i := range r.Findings {
			f := &r.Findings[i]
			if len(f.Reasons) == 0 || (f.Outcome == Unknown) != (len(f.Missing) > 0) {
				t.Fatalf("%s %s: %d reasons, missing %v", f.Item, f.Outcome, len(f.Reasons), f.Missing)
			}
			for _, reason := range f.Reasons {
				if reason.Text == "" || (reason.Law == "" && f.After == "") {
					t.Fatalf("%s: reason without text or law: %+v", f.Item, reason)
				}
				if f.Outcome != Unknown && reason.Outcome == Unknown {
					t.Fatalf("%s is decided by something open: %+v", f.Item, reason)
				}
			}
			if f.Outcome == Eligible && on(h.On).Book().Items[i].Person != nil && len(f.For) == 0 {
				t.Fatalf("%s is for nobody", f.Item)
			}
		}
		for _, s := range r.Statuses {
			if len(s.Reasons) == 0 {
				t.Fatalf("status %s is silent", s.Key)
			}
		}
	})
}

// The bundle holds eligible items only, breaks no exclusion, and is worth as much
// as the best of all sets of claims. Control: dropping the deduction in
// packer.worth or the exclusion test in packer.blocked turns it red.
func TestBundleIsBest(t *testing.T) {
	t.Parallel()
	on := matchers(t)
	checked := 0
	rapid.Check(t, func(t *rapid.T) {
		h := drawHousehold(t)
		m := on(h.On)
		e := &explainer{m: m, vars: map[string]any{}}
		r := e.explain(&h)
		b := e.bundler()
		b.gather(r.Findings)
		b.join()
		taken := b.solve()
		r.Bundle, r.Dropped = m.Explain(&h).Bundle, m.Explain(&h).Dropped
		for i := range r.Findings {
			in := slices.Contains(r.Bundle, r.Findings[i].Item)
			if in && (r.Findings[i].Outcome != Eligible || !someTaken(&b, taken, i)) {
				t.Fatalf("%s is in the bundle", r.Findings[i].Item)
			}
		}
		for _, d := range r.Dropped {
			if d.By == "" || d.Why == "" {
				t.Fatalf("%s was dropped without a reason", d.Item)
			}
		}
		if len(b.claims) > 12 {
			return // two to the power of the claims: the figure of the promise
		}
		checked++
		if got, want := worthOf(&b, taken), bruteForce(&b); got != want {
			t.Fatalf("bundle worth %d, the best is %d", got, want)
		}
	})
	t.Logf("%d bundles compared with brute force", checked)
}

func someTaken(b *bundler, taken []bool, finding int) bool {
	has, _ := b.hasTaken(taken, finding)
	return has
}

// worthOf is the value of a whole set of claims, -1 for an illegal one.
func worthOf(b *bundler, taken []bool) int64 {
	left := make([]int64, len(b.claims))
	for i, c := range b.claims {
		left[i] = c.value
		if c.fixed && !taken[i] || c.barred && taken[i] {
			return -1
		}
	}
	for _, j := range b.joints {
		if taken[j.a] && taken[j.b] {
			if j.exclude {
				return -1
			}
			left[j.b] = max(left[j.b]-j.deduct, 1)
		}
	}
	sum := int64(0)
	for i := range left {
		if taken[i] {
			sum += left[i]
		}
	}
	return sum
}

func bruteForce(b *bundler) int64 {
	best := int64(0)
	taken := make([]bool, len(b.claims))
	for s := range 1 << len(b.claims) {
		for i := range taken {
			taken[i] = s>>i&1 == 1
		}
		best = max(best, worthOf(b, taken))
	}
	return best
}

// Random rules on random claims, beyond what the 41 items can produce.
func TestBundleSolverAgainstBruteForce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "claims")
		b := bundler{}
		for i := range n {
			b.claims = append(b.claims, claim{item: i, member: house, value: rapid.Int64Range(1, 5).Draw(t, "value")})
		}
		for range rapid.IntRange(0, 2*n).Draw(t, "rules") {
			x, y := rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")
			if x == y {
				continue
			}
			j := joint{a: x, b: y, rule: &policy.Rule{}, exclude: rapid.Bool().Draw(t, "exclude")}
			if !j.exclude {
				j.deduct = rapid.Int64Range(0, 3).Draw(t, "deduct")
			}
			b.joints = append(b.joints, j)
		}
		taken, _ := b.solveGroups()
		if got, want := worthOf(&b, taken), bruteForce(&b); got != want {
			t.Fatalf("solver %d, brute force %d", got, want)
		}
	})
}
