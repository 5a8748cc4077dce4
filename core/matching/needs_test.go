package matching

import (
	"math/rand/v2"
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/facts/factstest"
	"lianou/core/policy"
)

// What asks for 低保 alone is not proposed beside 特困, for which 低保 is given up: it could
// never be approved. Who is told so is told why.
//
// Control: leave needs out of solve; "[MZ-02 YB-01 YB-02 ZJ-04 GA-01 FG-01 CS-01]".
func TestBundleHoldsWhatItsItemsNeed(t *testing.T) {
	t.Parallel()
	m := idCardFor(t, "2026-01-01", "status.dibao")
	h := factsOf(t, "poor", alone70)
	r := m.Explain(&h)
	if slices.Contains(r.Bundle, "GA-01") || !slices.Contains(r.Bundle, "MZ-02") {
		t.Errorf("bundle %v", r.Bundle)
	}
	at := slices.IndexFunc(r.Dropped, func(d Dropped) bool { return d.Item == "GA-01" })
	if at < 0 || r.Dropped[at].By != "MZ-02" || r.Dropped[at].Law == "" {
		t.Fatalf("dropped %+v", r.Dropped)
	}
	if got, want := r.Dropped[at].Why, "这一项要先有低保。"; len(got) <= len(want) || got[:len(want)] != want {
		t.Errorf("why: %s", got)
	}
	if before := m.As(2).Explain(&h); !slices.Contains(before.Bundle, "GA-01") {
		t.Error("as it was judged before, GA-01 was left out as well")
	}
	// With 低保 in hand it stands, and 低保 is not given up for less than both are worth.
	r = m.ExplainWith(&h, Held{Receiving: []Receiving{{Item: "MZ-01", Amount: core.Yuan(9000), Per: "month"}}})
	if f := r.Finding("GA-01"); !slices.Contains(r.Bundle, "GA-01") || f.After != "" {
		t.Errorf("with 低保 in hand: %v, after %q", r.Bundle, f.After)
	}
}

// What grants a status may itself be left out without anything that excludes it: the 低保 of a
// child who has 特困 and gets what orphans have instead is not to take the place of 特困, for
// nobody knows what it comes to.
//
// Control: ask whyDropped for what is in its way; the program ends by a stack that overflows.
func TestWhatGrantsMayBeLeftOut(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2026-01-01")
	h := factsOf(t, "poor", set{"members.0.age": 9, "members.0.orphan": true, "members.0.disability": set{"kind": "limb", "grade": 1}, "statuses": []string{"edge"}})
	h.IncomePerCapitaMonth, h.Income12m = nil, nil
	r := m.ExplainWith(&h, Held{Receiving: []Receiving{{Item: "MZ-02", Member: h.Members[0].Ref, Amount: core.Yuan(674), Per: "month"}}})
	if !slices.ContainsFunc(r.Dropped, func(d Dropped) bool { return d.Item == "MZ-01" }) {
		t.Errorf("the case is another one: bundle %v, dropped %+v", r.Bundle, r.Dropped)
	}
	for _, d := range r.Dropped {
		if d.By == "" || d.Why == "" {
			t.Errorf("dropped in silence: %+v", d)
		}
	}
}

// Whether 低保 is given up hangs on all that asks for it: what it brings may be worth more.
// Who has 特困 is shown what both come to, and never a loss.
//
// Control: let solveWith take what the groups came to and only drop what fell; leave `only`
// out of exchanged.
func TestNeedsDecideWhatIsGivenUp(t *testing.T) {
	t.Parallel()
	m := idCardFor(t, "2026-01-01", "status.dibao", "{per: once, formula: idcard_fee, ", "{per: month, formula: idcard_fee * 100, ")
	h := factsOf(t, "poor", alone70)
	r := m.Explain(&h)
	if !slices.Contains(r.Bundle, "GA-01") || !slices.Contains(r.Bundle, "MZ-01") || slices.Contains(r.Bundle, "MZ-02") {
		t.Fatalf("bundle %v, dropped %+v", r.Bundle, r.Dropped)
	}
	if f := r.Finding("GA-01"); f.After != "MZ-01" {
		t.Errorf("after %q", f.After)
	}
	r = m.ExplainWith(&h, Held{Receiving: []Receiving{{Item: "MZ-02", Amount: core.Yuan(800), Per: "month"}}})
	if len(r.Swaps) != 1 || !slices.Equal(r.Swaps[0].Want, []core.ItemCode{"MZ-01", "MZ-09", "GA-01"}) || r.Swaps[0].Gain <= core.Yuan(1000) {
		t.Errorf("swaps %+v", r.Swaps)
	}
}

// Over random households and Books in which items ask for one status alone: the bundle is the
// best of all legal sets, and everything in it stands with what it grants. The model asks the
// compiled program with the statuses set by hand.
//
// Control: leave solveWith out; let the packer not ask what is lost.
func TestBundleIsBestWithNeeds(t *testing.T) {
	t.Parallel()
	var books []*Matcher
	for _, when := range []string{"status.dibao", "status.tekun", "{all: [status.dibao, status.tekun]}"} {
		books = append(books, idCardFor(t, "2026-01-01", when))
	}
	draw := rand.New(rand.NewPCG(29, 30))
	checked, hindered, asked := 0, 0, 0
	for range 4000 {
		h := factstest.Quick(draw)
		h.Members = h.Members[:1]
		m := books[draw.IntN(len(books))]
		h = destitute(draw, h)
		held := Held{}
		if draw.IntN(3) == 0 {
			held = drawHeld(draw, m, &h)
		}
		e := &explainer{m: m, vars: map[string]any{}, have: &held}
		alone := e.explain(&h)
		b := e.bundler()
		b.have = &held
		b.gather(alone.Findings)
		b.join()
		taken := b.solve()
		legal := legalBy(newGrants(m, &h), &b)
		if !legal(taken) {
			t.Fatalf("%v of %+v cannot be approved", taken, b.claims)
		}
		if alone, _ := b.solveGroups(); !legal(alone) {
			hindered++
		}
		if b.grantedBy(taken) != b.grantedBy(nil) {
			asked++
		}
		for _, d := range m.ExplainWith(&h, held).Dropped {
			if d.By == "" || d.By == d.Item || d.Why == "" || d.Law == "" {
				t.Fatalf("dropped %+v of %+v with %+v", d, h, held)
			}
		}
		if len(b.claims) > 14 {
			continue
		}
		checked++
		if got, want := worthOf(&b, taken), bestOf(&b, legal); got != want {
			t.Fatalf("worth %d, the best is %d", got, want)
		}
	}
	t.Logf("%d compared, %d gave a grant up, %d bundles had an item that could not be approved", checked, asked, hindered)
	if checked < 500 || hindered < 50 {
		t.Error("too few to tell")
	}
}

// legalBy gives the rule of what a set may hold, by the model: a claim that would stand with
// all that can be granted stands with what the set grants.
func legalBy(g *grants, b *bundler) func([]bool) bool {
	by := func(taken []bool) func(core.ItemCode) bool {
		return func(code core.ItemCode) bool {
			for i, c := range b.claims {
				if (taken == nil || taken[i]) && b.m.book.Items[c.item].Code == code {
					return true
				}
			}
			return false
		}
	}
	return func(taken []bool) bool {
		for i, c := range b.claims {
			if taken[i] && !c.held && !c.filed && g.standsBy(c.item, by(nil)) && !g.standsBy(c.item, by(taken)) {
				return false
			}
		}
		return true
	}
}

func bestOf(b *bundler, legal func([]bool) bool) int64 {
	best := int64(0)
	taken := make([]bool, len(b.claims))
	for s := range 1 << len(b.claims) {
		for i := range taken {
			taken[i] = s>>i&1 == 1
		}
		if v := worthOf(b, taken); v > best && legal(taken) {
			best = v
		}
	}
	return best
}

// Random rules and needs on random claims, beyond what the 41 items can produce.
//
// Control: let the packer take what is lost, or solveWith leave a group out.
func TestNeedsAgainstBruteForce(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(31, 32))
	hindered := 0
	for range 3000 {
		b := randomClaims(draw, 3+draw.IntN(9))
		b.m = &Matcher{book: &policy.Book{}, grants: draw.Perm(len(b.claims))[:3]}
		n := &needs{b: b, grants: slices.Sorted(slices.Values(b.m.grants)), answers: map[needAsk]bool{}}
		for c := range b.claims {
			if draw.IntN(3) == 0 {
				continue
			}
			n.claims = append(n.claims, c)
			one := statusSet(1 + draw.IntN(7)) // any of these will do
			for set := range statusSet(8) {
				n.answers[needAsk{c, set}] = set&one != 0
			}
		}
		taken, _ := b.solveGroups()
		if n.met(taken) {
			continue
		}
		hindered++
		taken = n.solve(taken)
		if got, want := worthOf(b, taken), bestOf(b, n.met); got != want || !n.met(taken) {
			t.Fatalf("%d by the solver, %d by brute force", got, want)
		}
	}
	if hindered < 500 {
		t.Errorf("only %d had a need", hindered)
	}
}
