package interview

import (
	"encoding/json"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/matching"
)

// Summary is what a person confirms at the end: what we understood, what they may be due,
// and what is still open. It promises nothing: people decide.
type Summary struct {
	Said []Said
	May  []Item // what goes together, by number
	Open []Item // what somebody will still find out about
}

// Said is one answer as it was understood.
type Said struct {
	Ref    string // of the step, to go back to
	Ask    string
	Answer string // "不清楚" where the person did not know
}

// Item is one item of assistance.
type Item struct {
	Code    core.ItemCode
	Name    string
	Benefit matching.Benefit // of May
	Why     string           // of May: what speaks for it, one sentence
}

// Sum makes the summary of a conversation.
func (iv *Interviewer) Sum(c *Conversation, m *matching.Matcher) Summary {
	var s Summary
	now := iv.form.state(c)
	s.Said = iv.known(c, now)
	for i := range c.Given {
		if said, ok := iv.said(now, &c.Given[i]); ok {
			s.Said = append(s.Said, said)
		}
	}
	s.Said = append(s.Said, iv.asides(now, c)...)
	h := now.household
	r := m.Explain(&h)
	worth := m.QuestionsOf(&h, &r)
	for i := range r.Findings {
		f := &r.Findings[i]
		item := Item{Code: f.Item, Name: m.Book().Title(f.Item), Benefit: f.Benefit}
		switch {
		case f.Outcome == matching.Eligible && slices.Contains(r.Bundle, f.Item):
			item.Why = speaksFor(f)
			s.May = append(s.May, item)
		case f.Outcome == matching.Unknown && likely(worth, f.Item):
			s.Open = append(s.Open, item)
		}
	}
	return s
}

// known tells the facts that nobody was asked for, in the order of the form and of the
// household, but for what the person said otherwise.
func (iv *Interviewer) known(c *Conversation, now *state) (list []Said) {
	if q := iv.form.question("members"); len(c.Known.Members) > 1 && q != nil {
		family := Said{Ref: q.Key, Ask: wordsOf(now, Step{Ref: q.Key, Question: q}, Screen)}
		for _, ref := range c.Known.Members[1:] {
			family.Answer += "、" + about(&now.household, ref)
		}
		family.Answer = strings.TrimPrefix(family.Answer, "、")
		list = append(list, family)
	}
	for _, q := range iv.form.Questions {
		paths := []string{q.Key}
		key, member := q.Member()
		if member {
			paths = nil
			for i := range now.household.Members {
				paths = append(paths, memberPath(now.household.Members[i].Ref, key))
			}
		}
		for _, path := range paths {
			raw, ok := c.Known.Facts[path]
			told := key == "relation" || key == "age" && memberOf(path) != now.household.Members[0].Ref // with the family
			if !ok || member && told || now.sources[path] != c.Known.Sources[path] {
				continue // the person said otherwise, alone or of several at once
			}
			step := Step{Ref: path, Question: &q, Member: memberOf(path)}
			list = append(list, Said{Ref: path, Ask: wordsOf(now, step, Screen), Answer: q.Tell(raw)})
		}
	}
	return list
}

// speaksFor is the last condition that carried a finding: the first ones are of everybody.
func speaksFor(f *matching.Finding) string {
	for _, r := range slices.Backward(f.Reasons) {
		if r.Outcome == matching.Eligible {
			return r.Text
		}
	}
	return ""
}

// likely reports whether something about the item is worth finding out.
func likely(worth []matching.Question, item core.ItemCode) bool {
	return slices.ContainsFunc(worth, func(q matching.Question) bool { return !q.Unlikely && slices.Contains(q.Items, item) })
}

// said tells one answer.
func (iv *Interviewer) said(now *state, g *Given) (Said, bool) {
	step := Step{Ref: g.Step, About: g.About}
	key, round := strings.CutPrefix(g.Step, roundOf)
	if round {
		key = "members/*/" + key
	} else if parts := strings.Split(g.Step, "/"); len(parts) == 3 && parts[0] == "members" {
		step.Member = memberOf(g.Step)
		key = Generic(g.Step)
	}
	if step.Question = iv.form.question(key); step.Question == nil || round && step.Question.Round == nil {
		return Said{}, false
	}
	out := Said{Ref: g.Step, Ask: wordsOf(now, step, Screen), Answer: "不清楚"}
	switch {
	case g.Answer.unknown() && !now.sourced(g.Step):
	case round:
		out.Answer = tellRound(now, step.Question, strings.TrimPrefix(g.Step, roundOf), g)
	default:
		out.Answer = step.Question.Tell(now.value(g))
	}
	return out, true
}

// value is an answer as it stands: a later word, or the ID number, may outweigh it.
func (s *state) value(g *Given) json.RawMessage {
	if strings.HasPrefix(g.Step, "form/") || g.Step == "members" || g.Step == "shocks" || g.Step == shockDay {
		return g.Answer.Value
	}
	at, err := slot(&s.household, g.Step)
	if err != nil || at.IsZero() {
		return g.Answer.Value
	}
	raw, ok := encode(at.Interface())
	if !ok {
		return g.Answer.Value
	}
	return raw
}

// asides tells what was said beside the questions: each fact as an answer that can be put
// right, and the words.
func (iv *Interviewer) asides(now *state, c *Conversation) []Said {
	var out []Said
	if at := c.family(); at != nil && !c.Answered("members") {
		q := iv.form.question("members")
		out = append(out, Said{Ref: "members", Ask: wordsOf(now, Step{Ref: "members", Question: q}, Screen), Answer: q.Tell(*at)})
	}
	for _, path := range now.aside {
		step := Step{Ref: path, Question: iv.form.question(Generic(path)), Member: memberOf(path)}
		if c.Answered(path) || step.Question == nil {
			continue
		}
		var raw json.RawMessage
		if path == "shocks" && len(now.events) > 0 {
			raw, _ = encode(now.events)
		} else if at, err := slot(&now.household, path); err == nil {
			raw, _ = encode(at.Interface())
		}
		out = append(out, Said{Ref: path, Ask: wordsOf(now, step, Screen), Answer: step.Question.Tell(raw)})
	}
	var words []string
	for _, a := range c.Asides {
		if a.Words != "" {
			words = append(words, a.Words)
		}
	}
	if len(words) > 0 {
		out = append(out, Said{Ref: asideRef, Ask: "您另外还说", Answer: strings.Join(words, ";")})
	}
	return out
}

// asideRef is of the words that were said beside; no step leads to them.
const asideRef = "aside"

// tellRound tells a round as it stands now: who was named, and what each said alone.
func tellRound(now *state, q *Question, key string, g *Given) string {
	var said []string
	for _, ref := range now.namedBy(q, key, g) {
		said = append(said, about(&now.household, ref))
	}
	if len(said) == 0 {
		return "没有"
	}
	return strings.Join(said, "、")
}
