package interview

import (
	"encoding/json"
	"slices"

	"lianou/core"
	"lianou/core/matching"
)

// Left is how many questions are still to come at most, as far as can be told now: an
// answer that settles an item takes its questions away, and a round that names somebody
// adds one for each who is named.
func (iv *Interviewer) Left(c *Conversation, m *matching.Matcher) int {
	s := iv.form.state(c)
	n := 0
	for _, key := range slices.Concat([]string{StepBegun}, iv.course.Opening, iv.course.Closing) {
		if !s.passed[key] && s.may(iv.form.question(key)) {
			n++
		}
	}
	if !s.enough {
		n += len(iv.open(s, m.Questions(&s.household)))
	}
	return n
}

// Again is the step of something that was said, to be put right: a field of the form, or
// one fact. What others hang on, who lives there and the rounds, is put right by going
// back to it. now is its value, nil where the person did not know.
func (iv *Interviewer) Again(c *Conversation, ref string) (step Step, now json.RawMessage, ok bool) {
	s := iv.form.state(c)
	step = Step{Ref: ref, Question: iv.form.question(generic(ref))}
	if step.Question == nil || !s.passed[ref] && !s.sourced(ref) || ref == "members" || ref == capacityKey {
		return Step{}, nil, false
	}
	if v, field := s.fields[ref]; field {
		return step, Text(v), true
	}
	at, err := slot(&s.household, ref)
	if err != nil { // a field of the form that the person did not know
		return step, nil, true
	}
	if _, inside := step.Question.Member(); inside {
		step.Member = memberOf(ref)
	}
	if !at.IsZero() {
		now, _ = encode(at.Interface())
	}
	return step, now, true
}

// Correct puts another answer in the place of one that was given before, and leaves the
// conversation as it was where the answer does not fit. Errors: KindInvalid, KindConflict
// for what is no step of [Interviewer.Again].
func (iv *Interviewer) Correct(c *Conversation, g Given) error {
	step, _, ok := iv.Again(c, g.Step)
	if !ok {
		return core.E(core.KindConflict, "interview_moved_on", "这一问改不了了,请回到上一问。")
	}
	if err := iv.fits(c, step, &g); err != nil {
		return err
	}
	i := slices.IndexFunc(c.Given, func(old Given) bool { return old.Step == g.Step })
	if i < 0 {
		c.Given = append(c.Given, g)
		return nil
	}
	c.Given[i] = g
	return nil
}
