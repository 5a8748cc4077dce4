package interview

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"lianou/core"
)

// numberOf is an ID number of somebody born on a day.
func numberOf(birth string) string {
	first := "371424" + birth + "002"
	return first + string(core.IDCheckDigit(first))
}

// A guardian's consent is asked for a child under fourteen, once the age is known, of
// whoever speaks and is no guardian yet; and who it is only of who is none.
//
// Controls: may without Under ("a boy of fourteen: asked"), without By ("a guardian:
// asked"), without When ("the father: asked who").
func TestGuardianIsAskedFor(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	child, grown := today().AddDate(-14, 0, 1), today().AddDate(-14, 0, 0)
	born := func(d core.Date) string { return numberOf(strings.ReplaceAll(d.String(), "-", "")) }
	for name, x := range map[string]struct {
		capacity, number, says string
		asked, who             bool
		becomes                core.Capacity
	}{
		"a boy of fourteen":  {"member", born(grown), "parent", false, false, core.CapacityMember},
		"a day before":       {"member", born(child), "parent", true, false, core.CapacityGuardian},
		"a guardian":         {"guardian", born(child), "parent", false, false, core.CapacityGuardian},
		"a neighbour":        {"entrusted", born(child), "other", true, true, core.CapacityEntrusted},
		"the village":        {"committee", born(child), "", true, false, core.CapacityCommittee},
		"on the child's own": {"self", born(child), "parent", true, false, core.CapacityGuardian},
		"no number":          {"member", "", "parent", false, false, core.CapacityMember},
	} {
		known := Known{Fields: map[string]string{capacityKey: x.capacity}}
		if x.number != "" {
			known.Fields["form/applicant.id_number"] = x.number
		}
		c := iv.Begin(today(), "371426", known)
		asked := lead(t, iv, c, func(step Step) Answer {
			if step.Ref == guardianKey && x.says != "" {
				return Answer{Value: Text(x.says)}
			}
			return Answer{}
		})
		if got := slices.Contains(asked, guardianKey); got != x.asked {
			t.Errorf("%s: asked %v, want %v", name, got, x.asked)
		}
		if got := slices.Contains(asked, guardianWho); got != x.who {
			t.Errorf("%s: asked who %v, want %v", name, got, x.who)
		}
		if got := core.Capacity(iv.Fields(c)[capacityKey]); got != x.becomes {
			t.Errorf("%s: speaks as %s, want %s", name, got, x.becomes)
		}
		if x.capacity == "self" && !slices.Contains(asked, "form/contact.name") {
			t.Errorf("%s: nobody asks the father for his name", name)
		}
	}
}

// Who is no guardian says in their own words who is, and whoever reads the application
// reads them, be the story as long as it may; an age that was said does as well.
//
// Control: guardianSaid left out of Story, "the story does not say who".
func TestGuardianInTheirWords(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{
		Fields: map[string]string{capacityKey: "entrusted", storyKey: strings.Repeat("难", 3000)},
		Facts:  map[string]json.RawMessage{"members/m1/age": json.RawMessage("9")}, Members: []core.MemberRef{"m1"},
	})
	m := matcher(t)
	heard := map[string]string{guardianKey: "我不是监护人,是邻居", guardianWho: "孩子奶奶李秀英,打 13905340001"}
	for step := iv.Next(c, m); step.Ref != "form/live.region"; step = iv.Next(c, m) {
		a := Answer{}
		if said, ok := heard[step.Ref]; ok {
			var err error
			if a, err = iv.Hear(c, step, said); err != nil {
				t.Fatalf("%s: %v", step.Ref, err)
			}
			delete(heard, step.Ref)
		}
		if err := iv.Take(c, step, Given{Step: step.Ref, Answer: a}); err != nil {
			t.Fatal(err)
		}
	}
	if len(heard) > 0 {
		t.Fatalf("nobody asked %v", heard)
	}
	story := iv.Story(c, 2000)
	if !strings.Contains(story, "奶奶李秀英") || !strings.Contains(story, "13905340001") || len([]rune(story)) > 2000 {
		t.Errorf("the story does not say who: %d characters, ends %q", len([]rune(story)), string([]rune(story)[len([]rune(story))-60:]))
	}

	// The right by which they speak, put right, is asked about anew.
	if err := iv.Correct(c, Given{Step: capacityKey, Answer: Answer{Value: Text("committee")}}); err != nil {
		t.Fatal(err)
	}
	if c.Answered(guardianKey) || c.Answered(guardianWho) {
		t.Error("what another speaker said of the guardian stands")
	}
}

// What a father says with the number put right is no word of a guardian of somebody grown.
//
// Control: guardian without under, "still a guardian".
func TestGuardianGoesWithTheAge(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{Fields: map[string]string{capacityKey: "member"}})
	lead(t, iv, c, func(step Step) Answer {
		switch step.Ref {
		case "form/applicant.id_number":
			return Answer{Value: Text(numberOf("20180315"))}
		case guardianKey:
			return Answer{Value: Text("parent")}
		}
		return Answer{}
	})
	if err := iv.Correct(c, Given{Step: "form/applicant.id_number", Answer: Answer{Value: Text(numberOf("19800315"))}}); err != nil {
		t.Fatal(err)
	}
	if got := iv.Fields(c)[capacityKey]; got != "member" {
		t.Errorf("still a %s", got)
	}
}

// Who took back that they are a guardian, and speaks for themselves as they had said, loses
// nothing of what was told.
//
// Control: otherSpeaker that asks for the capacity with the guardian's word in it ("the name
// is gone").
func TestTakenBackGuardianKeepsTheRest(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{Fields: map[string]string{}})
	lead(t, iv, c, func(step Step) Answer {
		switch step.Ref {
		case capacityKey:
			return Answer{Value: Text("self")}
		case "form/applicant.name":
			return Answer{Value: Text("张小山")}
		case "form/applicant.id_number":
			return Answer{Value: Text(numberOf("20140315"))}
		case guardianKey:
			return Answer{Value: Text("parent")}
		}
		return Answer{}
	})
	if got := iv.Fields(c)[capacityKey]; got != "guardian" {
		t.Fatalf("speaks as %s", got)
	}
	if err := iv.Correct(c, Given{Step: capacityKey, Answer: Answer{Value: Text("self")}}); err != nil {
		t.Fatal(err)
	}
	if got := iv.Fields(c); got["form/applicant.name"] != "张小山" || got[capacityKey] != "self" {
		t.Errorf("the name is gone: %v", got)
	}
}
