package matching

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/facts/factstest"
)

func TestQuestionsAreTheMissingFacts(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "poor")
	if q := m.Questions(&h); len(q) != 0 {
		t.Errorf("everything is known, yet %v is asked", q)
	}
	h = factsOf(t, "poor", set{"income_per_capita_month": nil, "members.0.veteran": nil, "members.0.school_stage": nil})
	got := m.Questions(&h)
	var paths []string
	for _, q := range got {
		paths = append(paths, q.Path)
	}
	// Income settles most; the school stage of a woman of 45 is asked last.
	want := []string{"income_per_capita_month", "members/m1/veteran", "members/m1/school_stage"}
	if !slices.Equal(paths, want) {
		t.Fatalf("asked %v, want %v", paths, want)
	}
	if got[0].Label == "" || !slices.Contains(got[0].Items, "MZ-01") || got[1].Unlikely || !got[2].Unlikely || got[1].Member != "m1" || got[1].Key != "veteran" {
		t.Errorf("questions %+v", got)
	}
}

// A fact that is not among the questions changes no outcome whatever it is: what
// is not asked need not be known.
func TestOtherFactsChangeNothing(t *testing.T) {
	t.Parallel()
	on := matchers(t)
	rapid.Check(t, func(t *rapid.T) {
		h := drawHousehold(t)
		m := on(h.On)
		before := m.Explain(&h)
		asked := func(path string) bool {
			return slices.ContainsFunc(m.QuestionsOf(&h, &before), func(q Question) bool { return q.Path == path })
		}
		told := h
		if h.Renting == nil && !asked("renting") {
			b := rapid.Bool().Draw(t, "renting")
			told.Renting = &b
		}
		if h.Hukou == nil && !asked("hukou") {
			told.Hukou = factstest.Word[core.Hukou](factstest.Drawer{T: t}, "hukou told", "local", "other", "permit")
		}
		if h.Income12m == nil && !asked("income_12m") {
			told.Income12m = factstest.Drawer{T: t}.Fen("income told", 0, 9360, 40000)
		}
		if h.HouseGrade == nil && !asked("house_grade") {
			told.HouseGrade = factstest.Word[core.HouseGrade](factstest.Drawer{T: t}, "grade told", "A", "C", "D")
		}
		after := m.Explain(&told)
		for i := range before.Findings {
			if before.Findings[i].Outcome != after.Findings[i].Outcome {
				t.Fatalf("%s went from %s to %s by a fact that was not asked for", before.Findings[i].Item,
					before.Findings[i].Outcome, after.Findings[i].Outcome)
			}
		}
	})
}
