package matching

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/facts/factstest"
	"lianou/core/policy"
)

// homes runs f over n random households, the same ones in every run; LIANOU_SOAK=N
// makes them N times as many.
func homes(t *testing.T, n int, f func(h *core.Household)) {
	t.Helper()
	if times, err := strconv.Atoi(os.Getenv("LIANOU_SOAK")); err == nil && times > 0 {
		n *= times
	}
	// A service's heap is ten times that of this test: let the collector come round as seldom.
	defer debug.SetGCPercent(debug.SetGCPercent(800))
	draw := rand.New(rand.NewPCG(41, 18))
	for i := range n {
		h := factstest.Quick(draw)
		f(&h)
		if t.Failed() {
			t.Fatalf("household %d of %d: %+v", i, n, h)
		}
	}
}

// Of 100,000 random households no item is silent: it has an outcome with its reasons,
// an item about a person has one for every member, and every reason has its sentence,
// its law, the path of its fact, its value where that is known, its limit, and the
// source of the fact where the caller hands in sources (F39).
//
// Control: let everyMember pass over members with another outcome than the item, or
// leave Law out of afterReason, or give finish no verdict of the last member.
func TestNoOutcomeIsSilent(t *testing.T) {
	t.Parallel()
	on := matchers(t)
	heard, verdicts := 0, 0
	hear := listener{t: t, sources: sourcesOf(), held: map[*Reason]bool{}}
	homes(t, 100_000, func(h *core.Household) {
		m := on(h.On)
		r := m.Explain(h)
		hear.r = &r
		clear(hear.held)
		for i := range r.Findings {
			f := &r.Findings[i]
			hear.reasons(f.Item, f.Outcome, f.Reasons)
			if (m.book.Items[i].Person == nil) != (f.Members == nil) || f.Members != nil && len(f.Members) != len(h.Members) {
				t.Errorf("%s has %d verdicts for %d members", f.Item, len(f.Members), len(h.Members))
			}
			for k, v := range f.Members {
				hear.reasons(f.Item, v.Outcome, v.Reasons)
				if v.Member != h.Members[k].Ref || f.Outcome == NotEligible && v.Outcome != NotEligible {
					t.Errorf("%s: %s is %s, the item %s", f.Item, v.Member, v.Outcome, f.Outcome)
				}
				verdicts++
			}
		}
		heard += len(hear.held)
	})
	t.Logf("%d reasons heard, %d verdicts on members", heard, verdicts)
}

// listener hears the reasons of one result.
type listener struct {
	t       *testing.T
	r       *Result
	sources map[string]core.Provenance
	held    map[*Reason]bool // findings share their reasons: each is held to its duties once
}

func (l *listener) reasons(item core.ItemCode, o Outcome, list []*Reason) {
	if o > Unknown || len(list) == 0 {
		l.t.Errorf("%s is %d and silent", item, o)
	}
	for _, r := range list {
		if o != r.Outcome && (o == Unknown || !strings.HasPrefix(r.Code, "after ")) {
			l.t.Errorf("%s is %s, and says %+v", item, o, r)
		}
		if !l.held[r] {
			l.held[r] = true
			l.reason(r)
		}
	}
}

func (l *listener) reason(r *Reason) {
	if r.Text == "" || strings.ContainsAny(r.Text, "{}") || r.Law == "" || r.Fact == "" {
		l.t.Errorf("silent: %+v", r)
	}
	if strings.HasPrefix(r.Code, "status.") || strings.HasPrefix(r.Code, "after ") {
		return
	}
	if r.Outcome != Unknown && (r.Value == "" || r.Limit == "" || len(l.r.Sources(r, l.sources)) == 0) {
		l.t.Errorf("no value, limit or source: %+v", r)
	}
	if member := strings.HasPrefix(r.Fact, "members/"); member != (r.Member != "") {
		l.t.Errorf("whose fact is it? %+v", r)
	}
}

// sourcesOf says of every fact that a household can state that the registry told it.
func sourcesOf() map[string]core.Provenance {
	out := map[string]core.Provenance{}
	for _, f := range policy.Facts() {
		paths := []string{f.Path}
		if f.ID.IsMember() {
			paths = nil
			for i := range 5 {
				paths = append(paths, fmt.Sprintf("members/m%d/%s", i, f.Path))
			}
		}
		for _, path := range paths {
			out[path] = core.Provenance{Said: "registry:test"}
		}
	}
	return out
}

// The member who does not qualify has an answer although another one carries the item,
// and the sources behind a status are those of what it is computed from.
//
// Control: give Sources only reason.Fact and the second half turns red.
func TestEveryMemberHasAVerdict(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := two(t, set{"members.0.age": 80})
	r := m.Explain(&h)
	f := r.Finding("MZ-09")
	if f.Outcome != Eligible || len(f.Members) != 2 || f.Members[0].Outcome != Eligible || f.Members[1].Outcome != NotEligible {
		t.Fatalf("%s %+v", f.Outcome, f.Members)
	}
	if why := f.Members[1].Reasons[0]; why.Text != "您的母亲(45 岁)不满 60 岁。" || why.Limit != "60 岁" || why.Member != "m2" {
		t.Errorf("%+v", why)
	}
	status := f.Members[0].Reasons[1]
	var paths []string
	for _, s := range r.Sources(status, sourcesOf()) {
		paths = append(paths, s.Path)
	}
	want := "statuses income_per_capita_month financial_assets_per_capita cars houses business_with_staff"
	if got := strings.Join(paths, " "); status.Code != "status.dibao" || got != want {
		t.Errorf("%s rests on %s, want %s", status.Code, got, want)
	}
}
