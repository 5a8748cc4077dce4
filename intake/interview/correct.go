package interview

import (
	"encoding/json"
	"slices"
	"strings"

	"lianou/core"
)

// Again is the step of something that was said, to be put right: a field of the form, one
// fact, a round, who lives there. now is its value, nil where the person did not know.
func (iv *Interviewer) Again(c *Conversation, ref string) (step Step, now json.RawMessage, ok bool) {
	s := iv.form.state(c)
	if key, round := strings.CutPrefix(ref, roundOf); round {
		return iv.roundAgain(c, ref, key)
	}
	step = Step{Ref: ref, Question: iv.form.question(Generic(ref))}
	if step.Question == nil || !s.passed[ref] && !s.sourced(ref) {
		return Step{}, nil, false
	}
	switch ref {
	case "members":
		now = c.familySaid()
		return step, now, now != nil || c.Answered(ref)
	case shockDay:
		step = iv.dayQuestion(s)
		return step, c.said(ref), len(s.events) > 0 && c.Answered(ref)
	case "shocks":
		if len(s.events) > 0 {
			now, _ = encode(s.events)
			return step, now, true
		}
	case ageOf(s):
		if s.sources[ref].Said == fromNumber { // it goes by the number, which can be put right
			return Step{}, nil, false
		}
	}
	if v, field := s.fields[ref]; field {
		if ref == regionKey && s.passed[villageKey] {
			v = v[:min(len(v), townDigits)] // the village is a question of its own
		}
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

// roundAgain asks a round once more, of all whom it asked about.
func (iv *Interviewer) roundAgain(c *Conversation, ref, key string) (Step, json.RawMessage, bool) {
	i := slices.IndexFunc(c.Given, func(g Given) bool { return g.Step == ref })
	q := iv.form.question("members/*/" + key)
	if i < 0 || q == nil || q.Round == nil || len(c.Given[i].About) == 0 {
		return Step{}, nil, false
	}
	step := Step{Ref: ref, Question: q, About: c.Given[i].About}
	named, _ := encode(iv.form.state(c).namedBy(q, key, &c.Given[i]))
	return step, named, true
}

// namedBy are those of a round for whom its question is so, as it stands now: who was named
// and then said no, and who was passed over and told of it later, are where they belong.
func (s *state) namedBy(q *Question, key string, g *Given) []core.MemberRef {
	list := []core.MemberRef{}
	others := string(compact(q.Round.Others))
	for _, ref := range g.About {
		at, err := slot(&s.household, memberPath(ref, key))
		switch {
		case err != nil:
		case at.IsZero(): // named, and does not know more
			if slices.Contains(g.Answer.Members, ref) {
				list = append(list, ref)
			}
		default:
			value, _ := encode(at.Interface())
			if string(compact(value)) != others {
				list = append(list, ref)
			}
		}
	}
	return list
}

func compact(raw json.RawMessage) json.RawMessage {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return raw
	}
	out, _ := encode(v)
	return out
}

func (c *Conversation) said(ref string) json.RawMessage {
	for _, g := range c.Given {
		if g.Step == ref {
			return g.Answer.Value
		}
	}
	return nil
}

// familySaid is who lives there as it was told; nil where it was not.
func (c *Conversation) familySaid() json.RawMessage {
	if at := c.family(); at != nil {
		return *at
	}
	return nil
}

// family is where a conversation keeps who lives there: an answer or an aside.
func (c *Conversation) family() *json.RawMessage {
	for i := range c.Given {
		if g := &c.Given[i]; g.Step == "members" {
			return &g.Answer.Value
		}
	}
	for i := range c.Asides {
		for j := range c.Asides[i].Facts {
			if b := &c.Asides[i].Facts[j]; b.Key == "members" {
				return &b.Value
			}
		}
	}
	return nil
}

// Correct puts another answer in the place of one that was given before, and leaves the
// conversation as it was where the answer does not fit. What hangs on it goes with it:
// what was asked of somebody who does not live there. Errors: KindInvalid, KindConflict for
// what is no step of [Interviewer.Again].
func (iv *Interviewer) Correct(c *Conversation, g Given) error {
	step, _, ok := iv.Again(c, g.Step)
	if !ok {
		return core.E(core.KindConflict, "interview_moved_on", "这一问改不了了,请回到上一问。")
	}
	g.About = step.About
	if err := iv.fits(c, step, &g); err != nil {
		return err
	}
	switch {
	case g.Step == "members":
		iv.otherFamily(c, g)
	case step.About != nil:
		c.roundSaid(g)
	case g.Step == capacityKey:
		iv.otherSpeaker(c, g)
	default:
		iv.instead(c, g)
	}
	return nil
}

// instead puts an answer in the place of another. One that was said beside, and one about
// which something was said beside since, goes to the end: the later word counts.
func (iv *Interviewer) instead(c *Conversation, g Given) {
	i := slices.IndexFunc(c.Given, func(old Given) bool { return old.Step == g.Step })
	if i >= 0 && !slices.Contains(iv.form.state(c).aside, g.Step) {
		c.Given[i] = g
	} else {
		c.drop(func(old Given) bool { return old.Step == g.Step })
		c.Given = append(c.Given, g)
	}
	hangs := map[string]string{"shocks": shockDay, regionKey: villageKey, guardianKey: guardianWho}[g.Step]
	c.drop(func(old Given) bool { return hangs != "" && old.Step == hangs })
}

// drop takes answers away. What was said beside keeps its place among the others.
func (c *Conversation) drop(gone func(Given) bool) {
	var kept []Given
	places := make([]int, len(c.Given)+1) // of each answer among those that stay
	for i, g := range c.Given {
		places[i] = len(kept)
		if !gone(g) {
			kept = append(kept, g)
		}
	}
	places[len(c.Given)] = len(kept)
	for i := range c.Asides {
		c.Asides[i].At = places[min(c.Asides[i].At, len(c.Given))]
	}
	c.Given = kept
}

// roundSaid puts a round right. The later word counts: who is not named any more loses
// what they were asked alone, and who is named now is asked.
func (c *Conversation) roundSaid(g Given) {
	key := strings.TrimPrefix(g.Step, roundOf)
	c.drop(func(old Given) bool {
		ref := memberOf(old.Step)
		return old.Step == g.Step || ref != "" && old.Step == memberPath(ref, key) && slices.Contains(g.About, ref) && !slices.Contains(g.Answer.Members, ref)
	})
	c.Given = append(c.Given, g)
}

// otherSpeaker begins anew with who it is: names, numbers and relations were somebody
// else's. What was told of the household stays.
func (iv *Interviewer) otherSpeaker(c *Conversation, g Given) {
	was := iv.form.state(c).speaks // as it was said: a guardian's word for a child changes nothing of who is who
	var now string
	_ = json.Unmarshal(g.Answer.Value, &now) // held to its question before
	iv.instead(c, g)
	c.drop(func(old Given) bool { return old.Step == guardianKey || old.Step == guardianWho })
	if (was == core.CapacitySelf) == (core.Capacity(now) == core.CapacitySelf) {
		return
	}
	theirs := func(step string) bool {
		return strings.HasPrefix(step, "form/applicant.") || step == "form/contact.name" || step == "form/account" ||
			step == "members" || memberOf(step) != "" || strings.HasPrefix(step, roundOf)
	}
	c.drop(func(old Given) bool { return theirs(old.Step) })
	for i := range c.Asides {
		c.Asides[i].Facts = slices.DeleteFunc(c.Asides[i].Facts, func(b Beside) bool { return b.Who != nil || b.Key == "members" })
	}
	for key := range c.Known.Fields {
		if theirs(key) {
			delete(c.Known.Fields, key)
			delete(c.Known.Sources, key)
		}
	}
}

// otherFamily puts who lives there right. Who is told again as before keeps what was said
// of them; what was said of who is not told any more goes.
func (iv *Interviewer) otherFamily(c *Conversation, g Given) {
	at := c.family()
	if at == nil {
		c.drop(func(old Given) bool { return old.Step == "members" })
		c.Given = append(c.Given, g)
		return
	}
	was, _ := relatives(*at)
	now, _ := relatives(g.Answer.Value) // held to its question before
	first := len(c.Known.Members)
	if first == 0 {
		first = 1
	}
	moved := map[core.MemberRef]core.MemberRef{}
	for i, j := range toldAgain(was, now) {
		moved[refAt(first+i)] = refAt(first + j)
	}
	old := map[core.MemberRef]bool{}
	for i := range was {
		old[refAt(first+i)] = true
	}
	*at = g.Answer.Value
	c.drop(func(x Given) bool { ref := memberOf(x.Step); return old[ref] && moved[ref] == "" })
	for i := range c.Given {
		c.Given[i].follow(old, moved)
	}
}

func refAt(n int) core.MemberRef {
	return (&state{household: core.Household{Members: make([]core.Member, n)}}).freeRef()
}

// follow renames the members of an answer, and drops who is gone.
func (g *Given) follow(old map[core.MemberRef]bool, moved map[core.MemberRef]core.MemberRef) {
	if ref := memberOf(g.Step); old[ref] {
		g.Step = memberPath(moved[ref], strings.Split(g.Step, "/")[2])
	}
	rename := func(list []core.MemberRef) []core.MemberRef {
		var out []core.MemberRef
		for _, ref := range list {
			switch {
			case !old[ref]:
				out = append(out, ref)
			case moved[ref] != "":
				out = append(out, moved[ref])
			}
		}
		return out
	}
	g.About = rename(g.About)
	if len(g.Answer.Members) > 0 {
		g.Answer.Members = rename(g.Answer.Members)
		g.Answer.None = len(g.Answer.Members) == 0
	}
}
