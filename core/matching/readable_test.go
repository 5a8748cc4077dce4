package matching

import (
	"math/rand/v2"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/facts/factstest"
	"lianou/core/wording"
)

// Everything that random households are told, the reasons, what each item gives, what
// would have to change, what they have already and what would be better, keeps to the
// bounds of wording.md: no sentence over 40 characters, 25 on average, no word of offices,
// and every number can be said aloud (F99).
//
// Control: bring the limit's law into gapText, or write 申请人 for 您本人 in MemberSaid.
func TestTextsAreReadable(t *testing.T) {
	t.Parallel()
	on := matchers(t)
	draw := rand.New(rand.NewPCG(15, 16))
	held := map[string]bool{}
	relations := []core.Relation{"applicant", "spouse", "child", "parent", "grandparent", "grandchild", "other"}
	hold := func(what, text string) {
		if text == "" || held[text] {
			return
		}
		held[text] = true
		for _, fault := range wording.Lint(text) {
			t.Errorf("%s: %s: %s", what, fault, text)
		}
		if said := wording.Aloud(text); strings.ContainsAny(said, "0123456789") {
			t.Errorf("%s cannot be said: %s", what, said)
		}
	}
	for range 250 {
		h := factstest.Quick(draw)
		for i := range h.Members {
			h.Members[i].Relation = relations[draw.IntN(len(relations))]
		}
		m := on(h.On)
		r := m.ExplainWith(&h, drawHeld(draw, m, &h))
		for i := range r.Findings {
			f := &r.Findings[i]
			hold(string(f.Item), reasonsText(f.Reasons))
			for _, v := range f.Members {
				hold(string(f.Item), reasonsText(v.Reasons))
			}
			hold(string(f.Item), f.Benefit.Text)
		}
		for _, miss := range m.Misses(&h, &r, nil) {
			hold("near "+string(miss.Item), miss.Text)
		}
		for _, d := range r.Dropped {
			hold("dropped "+string(d.Item), d.Why)
		}
		for _, a := range r.Already {
			hold("already "+string(a.Item), a.Text)
		}
		for _, s := range r.Swaps {
			hold("swap", s.Text)
		}
	}
	t.Logf("%d texts", len(held))
}
