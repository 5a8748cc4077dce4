package interview

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/matching"
)

// agenda is what is worth asking: a step for each fact, or for one fact of several
// members at once.
type agenda struct {
	steps []Step
	at    map[string]int // by Ref: the place in steps
	later int            // questions that may come after an answer to one of steps
}

// add puts a question down, once: who waits for the same answer waits for one question.
func (a *agenda) add(step Step) {
	i, there := a.at[step.Ref]
	if !there {
		a.at[step.Ref] = len(a.steps)
		a.steps = append(a.steps, step)
		return
	}
	old := &a.steps[i]
	for _, who := range step.About {
		if !slices.Contains(old.About, who) {
			old.About = append(old.About, who)
		}
	}
	items := slices.Clone(old.Items) // they are matching's own
	for _, item := range step.Items {
		if !slices.Contains(items, item) {
			items = append(items, item)
		}
	}
	old.Items = items
}

// open gathers the missing facts into steps, in matching's order. What is hardly ever so
// at somebody's age is not asked: an officer who meets them sees that it is open.
func (iv *Interviewer) open(s *state, missing []matching.Question) agenda {
	a := agenda{at: map[string]int{}}
	for _, x := range missing {
		q := iv.form.question(Generic(x.Path))
		if part := iv.part(s, q); part != nil {
			q, x.Path = part, part.Key
		}
		if q == nil || x.Unlikely || s.passed[x.Path] || !s.may(q) {
			continue
		}
		switch first, wait := s.waits(q, x.Member); {
		case wait && first == "": // nobody will know
		case wait:
			a.later++
			iv.put(s, &a, iv.form.question(Generic(first)), matching.Question{Path: first, Member: memberOf(first), Items: x.Items})
		default:
			iv.put(s, &a, q, x)
		}
	}
	for i := range a.steps {
		if len(a.steps[i].About) == 1 { // a round of one is a question
			ref := a.steps[i].About[0]
			key := strings.TrimPrefix(a.steps[i].Ref, roundOf)
			a.steps[i].Ref, a.steps[i].Member, a.steps[i].About = memberPath(ref, key), ref, nil
		}
	}
	return a
}

// put adds a fact to the agenda: alone, or with the same of other members in a round.
func (iv *Interviewer) put(s *state, a *agenda, q *Question, x matching.Question) {
	key, member := q.Member()
	if !member || q.Round == nil || s.passed[roundOf+key] {
		a.add(Step{Ref: x.Path, Question: q, Member: x.Member, Items: x.Items})
		return
	}
	a.add(Step{Ref: roundOf + key, Question: q, About: []core.MemberRef{x.Member}, Items: x.Items})
}

// waits reports whether a question hangs on a fact that was not answered so that it makes
// sense. first is the fact to be asked before it, "" when asking is of no use: the person
// does not know it, or it is one of the answers that leave nothing to ask.
func (s *state) waits(q *Question, who core.MemberRef) (first string, wait bool) {
	path := q.first(who)
	switch {
	case path == "":
		return "", false
	case s.sourced(path):
		at, err := slot(&s.household, path)
		return "", err == nil && !at.IsZero() && q.idle(at)
	case s.passed[path]:
		return "", true
	}
	return path, true
}

// idle reports whether an answer is one after which a question is not asked.
func (q *Question) idle(answer reflect.Value) bool {
	said, ok := encode(answer.Interface())
	return ok && slices.ContainsFunc(q.Unless, func(no json.RawMessage) bool { return string(compact(no)) == string(compact(said)) })
}

// Waits reports whether the question for a fact hangs on one that a household has not
// told, or told so that there is nothing to ask.
func (f Form) Waits(path string, h *core.Household) bool {
	q := f.question(Generic(path))
	if q == nil || q.After == "" {
		return false
	}
	at, err := slot(h, q.first(memberOf(path)))
	return err != nil || at.IsZero() || q.idle(at)
}

// first is the path of the fact that is asked before a question, "" for none.
func (q *Question) first(who core.MemberRef) string {
	if key, member := strings.CutPrefix(q.After, "members/*/"); member {
		return memberPath(who, key)
	}
	return q.After
}
