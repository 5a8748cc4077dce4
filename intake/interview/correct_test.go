package interview

import (
	"encoding/json"
	"slices"
	"testing"

	"lianou/core"
)

// A family that is put right keeps what was said of who is told again, whatever place they
// come at, and drops what was said of who is not.
//
// Control: otherFamily that leaves the answers at the old places.
func TestTheFamilyPutRight(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{})
	give := func(ref string, a Answer, about ...core.MemberRef) {
		c.Given = append(c.Given, Given{Step: ref, Answer: a, About: about})
	}
	give("members", Answer{Value: json.RawMessage(`[{"relation":"child","age":45},{"relation":"grandchild","age":8}]`)})
	give("round/illness", Answer{Members: []core.MemberRef{"m3"}}, "m1", "m2", "m3")
	give("members/m3/illness", Answer{Value: Text("leukaemia")})
	give("members/m2/employment", Answer{Value: Text("employed")})
	if _, now, ok := iv.Again(c, "members"); !ok || len(now) == 0 {
		t.Fatal("who lives there cannot be put right")
	}
	err := iv.Correct(c, Given{Step: "members", Answer: Answer{Value: json.RawMessage(`[{"relation":"spouse","age":70},{"relation":"grandchild","age":8}]`)}})
	if err != nil {
		t.Fatal(err)
	}
	h := iv.Household(c)
	if len(h.Members) != 3 || h.Members[1].Relation != "spouse" || h.Members[1].Illness != nil || h.Members[1].Employment != nil || h.Members[2].Illness == nil || *h.Members[2].Illness != "leukaemia" {
		t.Errorf("%+v", h.Members)
	}
	if about := c.Given[1].About; !slices.Equal(about, []core.MemberRef{"m1", "m3"}) {
		t.Errorf("the round was of %v", about)
	}
	if c.Answered("members/m2/employment") {
		t.Error("the spouse answers for the child")
	}
}

// An age that was put right is a person as before, and what was told of them stays; where
// more than one could be meant, nothing of one is said of another.
//
// Control: toldAgain without its third step ("a corrected age: m2 was []").
func TestAnAgePutRightKeepsThePerson(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	for name, x := range map[string]struct{ was, now, ill string }{
		"a corrected age":        {`[{"relation":"child","age":45}]`, `[{"relation":"child","age":54}]`, "m2"},
		"and another place":      {`[{"relation":"child","age":45}]`, `[{"relation":"spouse"},{"relation":"child","age":54}]`, "m3"},
		"beside a known one":     {`[{"relation":"child","age":45},{"relation":"child","age":8}]`, `[{"relation":"child","age":8},{"relation":"child","age":46}]`, "m3"},
		"one without an age":     {`[{"relation":"child","age":45},{"relation":"child","age":8}]`, `[{"relation":"child"},{"relation":"child","age":45}]`, "m3"},
		"a son and a daughter":   {`[{"relation":"child","sex":"male","age":45},{"relation":"child","sex":"female","age":40}]`, `[{"relation":"child","sex":"female","age":41},{"relation":"child","sex":"male","age":46}]`, "m3"},
		"two who could be meant": {`[{"relation":"child","age":45},{"relation":"child","age":40}]`, `[{"relation":"child","age":46},{"relation":"child","age":41}]`, ""},
		"somebody else":          {`[{"relation":"child","age":45}]`, `[{"relation":"spouse","age":45}]`, ""},
	} {
		c := iv.Begin(today(), "371426", Known{})
		c.Given = append(c.Given, Given{Step: "members", Answer: Answer{Value: json.RawMessage(x.was)}}, Given{Step: "members/m2/illness", Answer: Answer{Value: Text("leukaemia")}})
		if err := iv.Correct(c, Given{Step: "members", Answer: Answer{Value: json.RawMessage(x.now)}}); err != nil {
			t.Fatal(err)
		}
		var ill []core.MemberRef
		for _, m := range iv.Household(c).Members {
			if m.Illness != nil {
				ill = append(ill, m.Ref)
			}
		}
		if x.ill == "" && len(ill) != 0 || x.ill != "" && !slices.Equal(ill, []core.MemberRef{core.MemberRef(x.ill)}) {
			t.Errorf("%s: %s was %v", name, x.ill, ill)
		}
	}
}

// Of a round and a member's own answer that do not agree the later counts, and the summary
// says so at both.
//
// Control: Correct that puts a round in its old place; tellRound of who was named.
func TestTheLaterWordCounts(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	m := matcher(t)
	begin := func() *Conversation {
		c := iv.Begin(today(), "371426", Known{})
		for _, key := range iv.course.Opening {
			c.Given = append(c.Given, Given{Step: key})
		}
		i := slices.IndexFunc(c.Given, func(g Given) bool { return g.Step == "members" })
		c.Given[i].Answer = Answer{Value: json.RawMessage(`[{"relation":"child","age":8}]`)}
		return c
	}
	line := func(c *Conversation, ref string) string {
		for _, s := range iv.Sum(c, m).Said {
			if s.Ref == ref {
				return s.Answer
			}
		}
		return ""
	}
	all := []core.MemberRef{"m1", "m2"}
	ill := func(c *Conversation) string {
		if got := iv.Household(c).Members[1].Illness; got != nil {
			return string(*got)
		}
		return ""
	}

	// Nobody in the round, and then a word of the child's.
	c := begin()
	c.Given = append(c.Given, Given{Step: "round/illness", Answer: Answer{None: true}, About: all})
	if ill(c) != "none" || line(c, "round/illness") != "没有" {
		t.Fatalf("%s, %s", ill(c), line(c, "round/illness"))
	}
	iv.Aside(c, Step{Ref: "income_12m", Question: iv.form.question("income_12m")}, "孩子得了白血病", core.Provenance{})
	if ill(c) != "leukaemia" || line(c, "round/illness") != "您的孩子(8 岁)" {
		t.Errorf("said beside: %s, the summary says %q", ill(c), line(c, "round/illness"))
	}
	// The round put right afterwards counts.
	if err := iv.Correct(c, Given{Step: "round/illness", Answer: Answer{None: true}}); err != nil {
		t.Fatal(err)
	}
	if ill(c) != "none" || line(c, "round/illness") != "没有" {
		t.Errorf("put right: %s, the summary says %q", ill(c), line(c, "round/illness"))
	}
	// Named in the round, and alone said no.
	c = begin()
	c.Given = append(c.Given, Given{Step: "round/illness", Answer: Answer{Members: []core.MemberRef{"m2"}}, About: all}, Given{Step: "members/m2/illness", Answer: Answer{Value: Text("none")}})
	if line(c, "round/illness") != "没有" {
		t.Errorf("denied alone: %q", line(c, "round/illness"))
	}
	// The round put right takes the answer with it; who is named anew is asked again.
	c = begin()
	c.Given = append(c.Given, Given{Step: "round/illness", Answer: Answer{Members: []core.MemberRef{"m2"}}, About: all}, Given{Step: "members/m2/illness", Answer: Answer{Value: Text("leukaemia")}})
	if err := iv.Correct(c, Given{Step: "round/illness", Answer: Answer{None: true}}); err != nil || ill(c) != "none" || c.Answered("members/m2/illness") {
		t.Errorf("%v: %s", err, ill(c))
	}
	if err := iv.Correct(c, Given{Step: "round/illness", Answer: Answer{Members: []core.MemberRef{"m2"}}}); err != nil || ill(c) != "" {
		t.Errorf("%v: %s is not asked", err, ill(c))
	}
}

// Who turns out to speak for another is asked anew who it is, and not what was told of the
// household.
//
// Control: Correct that only changes the capacity.
func TestWhoSpeaksPutRight(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{Fields: map[string]string{"form/contact.phone": "13800000000"}})
	for ref, v := range map[string]json.RawMessage{capacityKey: Text("self"), "form/applicant.name": Text("张秀英"), "members": json.RawMessage(`[{"relation":"child"}]`), "income_12m": json.RawMessage("6000")} {
		c.Given = append(c.Given, Given{Step: ref, Answer: Answer{Value: v}})
	}
	if err := iv.Correct(c, Given{Step: capacityKey, Answer: Answer{Value: Text("entrusted")}}); err != nil {
		t.Fatal(err)
	}
	if c.Answered("form/applicant.name") || c.Answered("members") || !c.Answered("income_12m") || iv.Fields(c)["form/contact.phone"] == "" {
		t.Errorf("left: %+v", c.Given)
	}
}
