package interview

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/matching"
)

// Medium is how a question reaches somebody.
type Medium int

// A screen shows options beside the words; a chat and a voice must say them.
const (
	Screen Medium = iota
	Chat
	Voice
)

// Words is the step's question about this household: whom it is about, the question, and
// where nobody sees a list, what may be answered.
func (iv *Interviewer) Words(c *Conversation, step Step, medium Medium) string {
	if step.Question == nil {
		return "问完了。"
	}
	return wordsOf(iv.form.state(c), step, medium)
}

func wordsOf(now *state, step Step, medium Medium) string {
	q := step.Question
	if q.Round == nil {
		step.About = nil // a conversation from outside may say otherwise
	}
	ask := strings.ReplaceAll(askedOf(now, step, medium), placeOne, now.one())
	if medium == Screen {
		return ask
	}
	return ask + tail(q, step, medium)
}

// askedOf chooses among the words of a question by whom it is about, who speaks and how.
func askedOf(now *state, step Step, medium Medium) string {
	q, other := step.Question, now.one() != you
	switch {
	case step.About != nil:
		return q.Round.Ask
	case step.Member != "":
		return q.AskOf(now.person(step.Member), now.one())
	case other && medium == Voice && q.Spell != "":
		return q.Spell
	case other && q.Other != "":
		return q.Other
	case medium == Voice && q.Voice != "":
		return q.Voice
	}
	return q.Ask
}

// tail says what may be answered.
func tail(q *Question, step Step, medium Medium) string {
	switch {
	case step.About != nil:
		return "说是谁就行,都没有就说没有。"
	case q.Key == shockDay:
		return q.Help
	case q.Type == TypeChoice && medium == Chat:
		return "\n" + q.numbered()
	case q.Type == TypeChoice:
		return q.howTo()
	case q.Help != "":
		return q.Help
	}
	return ""
}

// numbered lists the options, which may be answered by their numbers.
func (q *Question) numbered() string {
	var b strings.Builder
	for i, o := range q.Options {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strconv.Itoa(i+1) + " " + o.Say)
	}
	return b.String()
}

// Tell says an answer in the words of its question.
func (q *Question) Tell(raw json.RawMessage) string {
	switch q.Type {
	case TypeMoney:
		var sum core.Fen
		if json.Unmarshal(raw, &sum) == nil {
			return sum.Short() + " 元"
		}
	case TypeYesNo:
		if string(raw) == "true" || string(raw) == `"true"` {
			return "是"
		}
		return "不是"
	case TypeDisability:
		var d core.Disability
		if json.Unmarshal(raw, &d) == nil && d.Grade > 0 {
			return q.option(string(d.Kind)) + strconv.Itoa(d.Grade) + "级"
		}
		return "没有"
	case TypeShocks:
		return q.tellShocks(raw)
	case TypeMany, TypeParents:
		var list []string
		if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
			for i := range list {
				list[i] = q.option(list[i])
			}
			return strings.Join(list, "、")
		}
		return "没有"
	case TypeFamily:
		return tellFamily(raw)
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return string(raw)
	}
	if year, month, ok := strings.Cut(s, "-"); ok && q.Key == shockDay {
		return year + "年" + strings.TrimPrefix(month, "0") + "月"
	}
	return q.option(s)
}

// option is what an option says; any other word is itself.
func (q *Question) option(value string) string {
	if i := slices.IndexFunc(q.Options, func(o Option) bool { return o.Value == value }); i >= 0 {
		return q.Options[i].Say
	}
	return value
}

func (q *Question) tellShocks(raw json.RawMessage) string {
	var list []event
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return "没有"
	}
	var said []string
	for _, s := range list {
		if s.Date.IsZero() {
			said = append(said, q.option(string(s.Kind)))
			continue
		}
		said = append(said, s.Date.Say()+q.option(string(s.Kind)))
	}
	return strings.Join(said, "、")
}

func tellFamily(raw json.RawMessage) string {
	var list []relative
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return "就自己一个人"
	}
	var said []string
	for _, r := range list {
		said = append(said, matching.MemberSaid(&core.Member{Relation: r.Relation, Age: r.Age, Sex: r.Sex}))
	}
	return strings.Join(said, "、")
}
