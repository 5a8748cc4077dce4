package matching

import (
	"math/rand/v2"
	"strings"
	"testing"

	"lianou/core/facts/factstest"
)

// An item that is for others than those of a status says so to whoever has the status, or would
// have it, once and alone; a status that the family has not is not named to it.
//
// It said 「差 2 样。家里有 2 处房,超过 1 处。…这一项给低保边缘家庭以外的人。你们有别的能办」 to a family that is
// none. Controls: told that gives the steps ("is told of" what it has not); without the comparison
// of what is told already ("times"); theirs beside plain ("beside").
func TestOnlyTheirOwnStatusStandsInTheWay(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	r := rand.New(rand.NewPCG(1, 2))
	theirs, others := 0, 0
	for range 250 {
		h := factstest.Quick(r)
		result := m.Explain(&h)
		for _, miss := range m.Misses(&h, &result, nil) {
			for _, st := range result.Statuses {
				said := strings.Count(miss.Text, "这一项给"+st.Name+"以外的人")
				switch {
				case said > 1:
					t.Fatalf("%s %d times: %s", st.Name, said, miss.Text)
				case said == 1 && st.Outcome != Eligible:
					t.Fatalf("is told of %s: %s", st.Name, miss.Text)
				case said == 1:
					theirs++
					if strings.Contains(miss.Text, "先问清") || strings.Contains(miss.Text, "再算一次") {
						t.Fatalf("beside %s: %s", st.Name, miss.Text)
					}
				}
			}
			for _, step := range miss.Steps {
				if step.Leaves != "" && !strings.Contains(miss.Text, "以外的人") {
					others++
				}
			}
		}
	}
	if theirs < 20 || others < 20 {
		t.Errorf("%d were told of a status of theirs, %d spared another", theirs, others)
	}
}

// What is told now and what was told then: the words are kept with a judgement, which is made
// again as it was made.
//
// Control: told without its version ("as then").
func TestStatusesInTheWayAsThen(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "poor", set{"income_per_capita_month": 700, "houses": 2, "members.0.self_paid_medical_12m": 9000})
	said := func(m *Matcher) string {
		r := m.Explain(&h)
		return m.Nearest(&h, &r, Wish{Item: "YB-03"}).Text
	}
	if got, want := said(m), "家里有 2 处房,超过 1 处。有变化就再算一次。"; got != want {
		t.Errorf("now: %q, want %q", got, want)
	}
	if got := said(m.As(3)); !strings.HasPrefix(got, "差 2 样。") || !strings.Contains(got, "这一项给低保边缘家庭以外的人。") {
		t.Errorf("as then: %q", got)
	}
}

// A silence of a year is not known, whoever asks by the rules of now, and no refusal; by those of
// a kept judgement it is what it was. The family's own word of today is as good as ever.
//
// Controls: gather without its version ("as then: unknown"); Gather that drops the day ("a year
// old: not_eligible").
func TestAnOldSilenceIsNotKnown(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "poor")
	found := func(m *Matcher) *Finding {
		r := m.Explain(&h)
		return r.Finding("MZ-03")
	}
	if f := found(m); f.Outcome != NotEligible {
		t.Errorf("today's word: %s", f.Outcome)
	}
	h.ShocksAsked = h.On.AddDate(-1, 0, 0)
	f := found(m)
	if f.Outcome != Unknown || len(f.Missing) != 1 || f.Missing[0] != "shocks" {
		t.Errorf("a year old: %s, missing %v", f.Outcome, f.Missing)
	}
	if f := found(m.As(3)); f.Outcome != NotEligible {
		t.Errorf("as then: %s", f.Outcome)
	}
}
