package interview

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
)

// Whatever people answer, nobody is asked for the value of a car before it is known that
// there is one, nor how long somebody is out of work who works; and no question comes twice.
// What is left is never said to be more without a reason: it grows where somebody was named,
// or a sum is asked for by its parts.
//
// Control: waits that says no; without Unless.
func TestWhatHangsOnAnAnswerComesAfterIt(t *testing.T) {
	t.Parallel()
	iv, m := interviewer(t), matcher(t)
	followed := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		c := iv.Begin(today(), "371426", Known{})
		asked := map[string]bool{}
		was := iv.Left(c, m)
		for step := iv.Next(c, m); step.Ref != StepEnd; step = iv.Next(c, m) {
			if asked[step.Ref] || len(asked) > 250 {
				r.Fatalf("%s is asked again", step.Ref)
			}
			asked[step.Ref] = true
			if q := step.Question; q.After != "" {
				s := iv.form.state(c)
				first := q.first(step.Member)
				at, err := slot(&s.household, first)
				if err != nil || at.IsZero() {
					r.Fatalf("%s is asked, and nobody told %s", step.Ref, first)
				}
				if q.idle(at) {
					r.Fatalf("%s is asked after %s", step.Ref, first)
				}
				followed[q.Key]++
			}
			g := Given{Step: step.Ref, Answer: randomAnswer(r, step)}
			if err := iv.Take(c, step, g); err != nil {
				r.Fatalf("%s: %v", step.Ref, err)
			}
			now := iv.Left(c, m)
			if now > was && !slices.Contains([]string{"members", "shocks", "form/contact.capacity"}, step.Ref) && len(g.Answer.Members) == 0 && len(step.Question.Parts) == 0 {
				r.Fatalf("%s answered with %s: %d left, before %d", step.Ref, g.Answer.Value, now, was)
			}
			was = now
		}
	})
	if len(followed) < 2 {
		t.Errorf("asked after another question: %v", followed)
	}
}

// randomAnswer is any answer to a step, now and then that one does not know.
func randomAnswer(r *rapid.T, step Step) (a Answer) {
	q := step.Question
	number := func(most int) json.RawMessage {
		return fmt.Appendf(nil, "%d", rapid.IntRange(0, most).Draw(r, step.Ref))
	}
	pick := func() string { return q.Options[rapid.IntRange(0, len(q.Options)-1).Draw(r, step.Ref)].Value }
	switch {
	case rapid.IntRange(0, 9).Draw(r, "knows") == 0:
	case step.Ref == "members":
		kin := []string{`{"relation":"spouse","age":58}`, `{"relation":"child","age":33,"sex":"male"}`, `{"relation":"child","age":9}`, `{"relation":"parent","age":84,"sex":"female"}`}
		a.Value = json.RawMessage("[" + strings.Join(kin[:rapid.IntRange(0, len(kin)).Draw(r, "family")], ",") + "]")
	case step.About != nil:
		for _, ref := range step.About {
			if rapid.Bool().Draw(r, string(ref)) {
				a.Members = append(a.Members, ref)
			}
		}
		a.None = len(a.Members) == 0
	case strings.HasPrefix(step.Ref, "form/") && q.Type != TypeChoice && q.Type != TypeYesNo:
	case q.Type == TypeChoice:
		a.Value = Text(pick())
	case q.Type == TypeYesNo && strings.HasPrefix(step.Ref, "form/"):
		a.Value = Text("false")
	case q.Type == TypeYesNo:
		a.Value = fmt.Appendf(nil, "%t", rapid.Bool().Draw(r, step.Ref))
	case q.Type == TypeMoney:
		a.Value = number(90000)
	case q.Key == "members/*/age":
		a.Value = number(95)
	case q.Type == TypeNumber:
		a.Value = number(3)
	case q.Type == TypeMany:
		a.Value = json.RawMessage("[" + string(Text(pick())) + "]")
	case q.Type == TypeShocks:
		a.Value = json.RawMessage("[]")
	case q.Type == TypeDisability:
		a.Value = fmt.Appendf(nil, `{"kind":%q,"grade":%d}`, pick(), rapid.IntRange(1, 4).Draw(r, "grade"))
	case q.Type == TypeParents:
		a.Value = fmt.Appendf(nil, "[%q,%q]", pick(), pick())
	}
	return a
}

// A form that knows of no car waits with what it is worth, at any door.
//
// Control: Waits that says no.
func TestAFormWaitsForTheFirstFact(t *testing.T) {
	t.Parallel()
	f, err := Whole()
	if err != nil {
		t.Fatal(err)
	}
	for facts, want := range map[string]bool{`{"members":[{"ref":"m1"}]}`: true, `{"cars":0,"members":[{"ref":"m1"}]}`: true, `{"cars":1,"members":[{"ref":"m1"}]}`: false} {
		h, err := core.DecodeHousehold(json.RawMessage(`{"on":"2024-03-01","county":"371426",` + facts[1:]))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Waits("car_value", &h); got != want {
			t.Errorf("%s: the value of a car waits: %t", facts, got)
		}
		if f.Waits("income_12m", &h) || !f.Waits("members/m1/unemployed_months", &h) {
			t.Errorf("%s: others", facts)
		}
	}
}
