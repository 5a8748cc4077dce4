package matching

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"lianou/core"
)

// What is kept of the refs that members go by is bounded, whoever asks at once, and nobody is
// told a path of somebody else.
//
// Controls: groundsOf without clear ("120 refs are kept"); groundsOf that writes the grounds of
// "m1" for everybody ("MZ-02 of m1 stands at m3-0-0").
func TestRefsAreKeptWithinBounds(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	var all sync.WaitGroup
	for k := range 4 {
		h := factsOf(t, "poor", set{})
		h.Members = append([]core.Member(nil), h.Members...)
		all.Go(func() {
			for n := range 30 {
				for i := range h.Members {
					h.Members[i].Ref = core.MemberRef(fmt.Sprintf("m%d-%d-%d", k, n, i))
				}
				r := m.Explain(&h)
				for i := range r.Findings {
					ofTheirOwn(t, &h, &r.Findings[i])
				}
			}
		})
	}
	all.Wait()
	if n := len(m.cast.known); n > maxCast {
		t.Errorf("%d refs are kept", n)
	}
}

func ofTheirOwn(t *testing.T, h *core.Household, f *Finding) {
	for k, v := range f.Members {
		if v.Member != h.Members[k].Ref {
			t.Errorf("%s of %s stands at %s", f.Item, v.Member, h.Members[k].Ref)
		}
		for _, r := range v.Reasons {
			if r.Member != "" && r.Member != v.Member || strings.HasPrefix(r.Fact, "members/") && !strings.HasPrefix(r.Fact, "members/"+string(v.Member)+"/") {
				t.Errorf("%s is said of %s", r.Fact, v.Member)
			}
		}
	}
}
