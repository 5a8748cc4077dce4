package channels

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/matching"
	"lianou/intake/interview"
)

// mostSaid bounds what somebody says at a time, in characters: a story is as long.
const mostSaid = 2000

// one reports whether an answer is exactly one thing.
func (a InterviewReply) one() bool {
	n := 0
	for _, is := range []bool{len(a.Value) > 0, len(a.Members) > 0, a.None, a.Dunno, a.Said != ""} {
		if is {
			n++
		}
	}
	return n == 1 && !bytes.Equal(bytes.TrimSpace(a.Value), []byte("null"))
}

// answer takes one answer into the conversation: to the open step, or at the end to an
// earlier one.
func (x *Interviews) answer(t *open, m *matching.Matcher, ref string, from core.Provenance, read func(*Talking, interview.Step) (interview.Answer, error)) error {
	step := x.Interviewer.Next(t.Talk, m)
	again := step.Ref == interview.StepEnd && ref != interview.StepEnd
	if again {
		var ok bool
		if step, _, ok = x.Interviewer.Again(t.Talk, ref); !ok {
			return core.E(core.KindConflict, "interview_moved_on", "这一问改不了了,请回到上一问。")
		}
	}
	a, err := read(&t.Talking, step)
	var heard *beside
	if errors.As(err, &heard) { // the question stays open, and what was said beside it is kept
		t.say = heard.word
		return nil
	}
	if err != nil {
		return err
	}
	word := x.ageByNumber(&t.Talking, ref, a)
	g := interview.Given{Step: ref, Answer: a, From: from}
	if again {
		err = x.Correct(&t.Talking, step, g)
	} else {
		err = x.Take(&t.Talking, step, g)
	}
	if err == nil && step.Question != nil && step.Question.Type == interview.TypeText {
		var words string
		_ = json.Unmarshal(a.Value, &words) // nothing, of who does not know
		t.say = x.Distress(&t.Talking, words, from)
	}
	t.say = cmp.Or(t.say, word)
	return err
}

// Correct puts another answer in the place of one that was given before, held to what the
// application will take. Errors: as of [Interviews.Take].
func (x *Interviews) Correct(t *Talking, step interview.Step, g interview.Given) error {
	if err := x.fits(step, &g); err != nil {
		return err
	}
	if g.Step == villageStep {
		if err := x.inTown(t, g); err != nil {
			return err
		}
	}
	return x.Interviewer.Correct(t.Talk, g)
}

// ageByNumber is what is said of an ID number that tells another age than the person did.
func (x *Interviews) ageByNumber(t *Talking, ref string, a interview.Answer) string {
	var number string
	if ref != "form/applicant.id_number" || json.Unmarshal(a.Value, &number) != nil {
		return ""
	}
	return x.Interviewer.AgeByNumber(t.Talk, number)
}

// beside says that words were kept which are no answer to the open question.
type beside struct{ word string }

func (b *beside) Error() string { return "said beside the question" }

// remarkable is how many characters a remark has at least that is kept where nothing in it
// was understood: "嗯" is none.
const remarkable = 8

// listen hears the person's own words: what they say beside is kept, the rest is the answer.
// Errors: *beside where nothing is left for an answer, those of Hear.
func (x *Interviews) listen(t *Talking, step interview.Step, said string, from core.Provenance) (interview.Answer, error) {
	rest, word := x.Aside(t, step, said, from)
	if rest == "" {
		return interview.Answer{}, &beside{cmp.Or(word, "您说的记下了。") + "再答下面这一问。"}
	}
	a, err := x.Hear(t, step, rest)
	switch {
	case err != nil && (word != "" || utf8.RuneCountInString(said) >= remarkable):
		x.Remark(t, said, from)
		return a, &beside{cmp.Or(word, "您说的记下了。") + core.Known(err).Say}
	case err == nil && step.Question != nil && step.Question.Extra(rest):
		x.Remark(t, said, from)
	}
	return a, err
}

// Listen is how a page of this door hears a person's own words: as the API does.
func (d *CitizenDoor) Listen(t *Talking, step interview.Step, said string) (interview.Answer, error) {
	return d.in.listen(t, step, said, d.here())
}

// replied makes an answer of what was sent.
func (x *Interviews) replied(t *Talking, step interview.Step, in InterviewReply, from core.Provenance) (interview.Answer, error) {
	switch {
	case in.Dunno:
		return interview.Answer{}, nil
	case utf8.RuneCountInString(in.Said) > mostSaid:
		return interview.Answer{}, errSaidLong
	case in.Said != "":
		return x.listen(t, step, in.Said, from)
	case in.None && step.About == nil && step.Question != nil:
		if nothing, ok := step.Question.Nothing(); ok {
			return interview.Answer{Value: nothing}, nil
		}
		return interview.Answer{}, errReply
	}
	return interview.Answer{Value: in.Value, Members: in.Members, None: in.None}, nil
}

func (x *Interviews) question(key string) *interview.Question {
	for _, q := range x.Interviewer.Form().Questions {
		if q.Key == key {
			return &q
		}
	}
	return nil
}

// plant takes over what was answered before anybody knew who it is: of the household, each
// answer as it was given, and nothing that was answered here. It came from a page: who they
// are is asked here, and what does not fit its question falls away when it is replayed.
func (x *Interviews) plant(t *Talking, seed *interview.Conversation, from core.Provenance) {
	if len(x.Interviewer.Fields(t.Talk)[regionStep]) == 0 {
		t.Talk.County, t.Talk.Placed = seed.County, seed.Placed
	}
	family := t.Talk.FamilyTold()
	for _, g := range seed.Given {
		if strings.HasPrefix(g.Step, "form/") || g.Step == interview.StepEnough || t.Talk.Answered(g.Step) {
			continue
		}
		if family && (g.Step == membersStep || len(g.About) > 0 || strings.HasPrefix(g.Step, "members/") && !strings.HasPrefix(g.Step, "members/m1/")) {
			continue // who is m2 here may be somebody else there
		}
		g.From = from
		t.Talk.Given = append(t.Talk.Given, g)
	}
}

const membersStep = "members"
