package interview

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
)

// lead answers until the end and gives the steps that were asked.
func lead(t *testing.T, iv *Interviewer, c *Conversation, answer func(Step) Answer) []string {
	t.Helper()
	m := matcher(t)
	var asked []string
	for step := iv.Next(c, m); step.Ref != StepEnd; step = iv.Next(c, m) {
		if slices.Contains(asked, step.Ref) || len(asked) > 200 {
			t.Fatalf("%s is asked again after %v", step.Ref, asked)
		}
		asked = append(asked, step.Ref)
		if err := iv.Take(c, step, Given{Step: step.Ref, Answer: answer(step), From: core.Provenance{Said: "citizen", By: "wechat"}}); err != nil {
			t.Fatalf("%s: %v", step.Ref, err)
		}
	}
	return asked
}

// A conversation of nothing but "不清楚" ends, and asks for nothing twice.
//
// Control: take without passed.
func TestNobodyIsAskedTwice(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{})
	asked := lead(t, iv, c, func(Step) Answer { return Answer{} })
	if asked[0] != iv.course.Opening[0] || asked[len(asked)-1] != iv.course.Closing[len(iv.course.Closing)-1] {
		t.Errorf("asked %v", asked)
	}
}

// What an ID card, the register or a call already said is not asked, and keeps its source.
//
// Control: know without Fields.
func TestWhatIsKnownIsNotAsked(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	call := core.Provenance{Said: "agent", By: "hotline", CallID: "c1"}
	known := Known{
		Fields:  map[string]string{"form/applicant.name": "张秀英", "form/applicant.id_number": "371428195301010021"},
		Facts:   map[string]json.RawMessage{"income_12m": json.RawMessage("9360"), "members/m2/relation": Text("child"), "members/m2/age": json.RawMessage("33")},
		Members: []core.MemberRef{"m1", "m2"},
		Sources: map[string]core.Provenance{"income_12m": call, "form/applicant.name": call},
	}
	c := iv.Begin(today(), "371426", known)
	for _, ref := range lead(t, iv, c, func(Step) Answer { return Answer{} }) {
		if slices.Contains([]string{"form/applicant.name", "form/applicant.id_number", "income_12m", "members", "members/m2/age"}, ref) {
			t.Errorf("asked %s, which is known", ref)
		}
	}
	s := iv.form.state(c)
	if s.sources["income_12m"].CallID != "c1" || s.fields["form/applicant.name"] != "张秀英" {
		t.Errorf("sources %+v", s.sources)
	}
}

// A conversation is resumed from its JSON at the question where it stood, and a step back
// asks the last question again.
//
// Control: Back that keeps the answer.
func TestResumedAndStepBack(t *testing.T) {
	t.Parallel()
	iv, m := interviewer(t), matcher(t)
	c := iv.Begin(today(), "371426", Known{})
	var refs []string
	for range 9 {
		step := iv.Next(c, m)
		refs = append(refs, step.Ref)
		a, err := iv.Hear(c, step, map[string]string{"form/story": "没钱看病", "members": "老伴71", "area": "村里"}[step.Ref])
		if err != nil {
			a = Answer{}
		}
		if err := iv.Take(c, step, Given{Step: step.Ref, Answer: a}); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var again Conversation
	if err := json.Unmarshal(raw, &again); err != nil {
		t.Fatal(err)
	}
	if x, y := iv.Next(c, m), iv.Next(&again, m); x.Ref != y.Ref || y.Ref == StepEnd {
		t.Errorf("stood at %s, resumed at %s", x.Ref, y.Ref)
	}
	again.Back()
	if step := iv.Next(&again, m); step.Ref != refs[len(refs)-1] {
		t.Errorf("a step back asks %s, want %s", step.Ref, refs[len(refs)-1])
	}
}

// An answer to another question, a value outside its bounds and a stranger to the round
// are refused, and leave the conversation as it was.
func TestRefusedAnswersChangeNothing(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{})
	age := Step{Ref: "members/m1/age", Question: iv.form.question("members/*/age"), Member: "m1"}
	round := Step{Ref: "round/veteran", Question: iv.form.question("members/*/veteran"), About: []core.MemberRef{"m1", "m2"}}
	for name, x := range map[string]struct {
		step Step
		g    Given
		kind core.Kind
	}{
		"another question": {age, Given{Step: "income_12m", Answer: Answer{Value: json.RawMessage("1")}}, core.KindConflict},
		"out of bounds":    {age, Given{Step: age.Ref, Answer: Answer{Value: json.RawMessage("900")}}, core.KindInvalid},
		"another type":     {age, Given{Step: age.Ref, Answer: Answer{Value: json.RawMessage(`"old"`)}}, core.KindInvalid},
		"a stranger":       {round, Given{Step: round.Ref, Answer: Answer{Members: []core.MemberRef{"m9"}}}, core.KindInvalid},
		"all and none":     {round, Given{Step: round.Ref, Answer: Answer{Members: []core.MemberRef{"m1"}, None: true}}, core.KindInvalid},
		"past the end":     {Step{Ref: StepEnd}, Given{Step: StepEnd, Answer: Answer{Value: json.RawMessage("1")}}, core.KindInvalid},
	} {
		if err := iv.Take(c, x.step, x.g); core.KindOf(err) != x.kind {
			t.Errorf("%s: %v", name, err)
		}
		if len(c.Given) != 0 {
			t.Fatalf("%s: kept", name)
		}
	}
}

// Who may not answer is not asked: a village committee does not name the card.
//
// Control: may always true.
func TestWhoMayAnswer(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	for capacity, want := range map[string]bool{"self": true, "guardian": true, "committee": false, "entrusted": false} {
		c := iv.Begin(today(), "371426", Known{Fields: map[string]string{"form/contact.capacity": capacity}})
		asked := lead(t, iv, c, func(Step) Answer { return Answer{} })
		if got := slices.Contains(asked, "form/account"); got != want {
			t.Errorf("%s is asked for the card: %v", capacity, got)
		}
	}
}

// "先到这儿" ends the questions about the household and not what is needed to be reached.
func TestEnough(t *testing.T) {
	t.Parallel()
	iv, m := interviewer(t), matcher(t)
	c := iv.Begin(today(), "371426", Known{})
	for step := iv.Next(c, m); step.Ref != "area" && step.Ref != StepEnd; step = iv.Next(c, m) {
		if err := iv.Take(c, step, Given{Step: step.Ref}); err != nil {
			t.Fatal(err)
		}
	}
	if err := iv.Take(c, iv.Next(c, m), Given{Step: StepEnough}); err != nil {
		t.Fatal(err)
	}
	if step := iv.Next(c, m); step.Ref != iv.course.Closing[0] {
		t.Errorf("after enough %s is asked", step.Ref)
	}
}

// Random answers: it ends, asks nothing twice, and at the end no answer that the person
// could still give would change an outcome, but for what was passed.
//
// Control: open that leaves out the household's facts.
func TestAtTheEndNothingIsOpen(t *testing.T) {
	t.Parallel()
	iv, m := interviewer(t), matcher(t)
	says := []string{"没有", "有", "是", "不是", "1", "2", "3", "三千五", "一万二", "老伴71,儿子45,孙女8岁", "就我一个", "肢体二级", "爸爸去世了,妈妈联系不上", "上个月车祸", "儿子", "我", "不清楚", "农村", "低保"}
	rapid.Check(t, func(rt *rapid.T) {
		c := iv.Begin(today(), "371426", Known{})
		asked := map[string]bool{}
		for step := iv.Next(c, m); step.Ref != StepEnd; step = iv.Next(c, m) {
			if asked[step.Ref] || len(asked) > 200 {
				rt.Fatalf("%s is asked again", step.Ref)
			}
			asked[step.Ref] = true
			a, err := iv.Hear(c, step, rapid.SampledFrom(says).Draw(rt, step.Ref))
			if err == nil {
				err = iv.Take(c, step, Given{Step: step.Ref, Answer: a})
			}
			if err != nil {
				if err := iv.Take(c, step, Given{Step: step.Ref}); err != nil {
					rt.Fatal(err)
				}
			}
		}
		h := iv.Household(c)
		passed := iv.form.state(c).passed
		for _, q := range m.Questions(&h) {
			if form := iv.form.question(Generic(q.Path)); !q.Unlikely && !passed[q.Path] && !passed[roundOf+q.Key] && form != nil && form.After == "" {
				rt.Fatalf("%s is still open, %s", q.Path, strings.Join(itemCodes(q.Items), " "))
			}
		}
	})
}

func itemCodes(list []core.ItemCode) (out []string) {
	for _, i := range list {
		out = append(out, string(i))
	}
	return out
}

// Who lives there may be told at the question, beside another, or before: whoever takes more
// answers over looks here who is who.
func TestFamilyTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Conversation{
		"at the question": {Given: []Given{{Step: "members"}}},
		"beside another":  {Asides: []Aside{{Facts: []Beside{{Key: "members"}}}}},
		"before":          {Known: Known{Members: []core.MemberRef{"m1", "m2"}}},
	} {
		if !c.FamilyTold() {
			t.Error(name)
		}
	}
	if (&Conversation{Given: []Given{{Step: "area"}}, Asides: []Aside{{Facts: []Beside{{Key: "shocks"}}}}}).FamilyTold() {
		t.Error("nobody was told of")
	}
}
