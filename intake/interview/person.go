package interview

import (
	"strings"

	"lianou/core"
	"lianou/core/matching"
)

// The places in the words of a question: whom it is about, and whom help is asked for.
const (
	placeWho = "{who}"
	placeOne = "{one}"
)

// you is the person whom help is asked for, when it is they who speak.
const you = "您"

// one is how the person is called whom help is asked for: 您 who speaks for themself,
// a child, and else what is known of them. Their name is not said to whoever holds the
// telephone.
func (s *state) one() string {
	who := &s.household.Members[0]
	switch capacity := core.Capacity(s.fields[capacityKey]); {
	case capacity == "" || capacity == core.CapacitySelf:
		return you
	case who.Age != nil && *who.Age < consentAge:
		return "孩子"
	case who.Sex == nil:
		return "要帮的人"
	case *who.Sex == "female":
		return "她"
	}
	return "他"
}

// person names a member within a question, "" for nobody of the household.
func (s *state) person(ref core.MemberRef) string {
	for i := range s.household.Members {
		m := &s.household.Members[i]
		switch {
		case m.Ref != ref:
		case m.Relation == "applicant":
			return s.one()
		default:
			return addressed(matching.MemberSaid(m), s.one())
		}
	}
	return ""
}

// listed names a member in a list of people.
func (s *state) listed(m *core.Member) string { return addressed(matching.MemberSaid(m), s.one()) }

// addressed puts words that are said to the person whom help is asked for to somebody who
// speaks for them.
func addressed(words, one string) string {
	if one == you {
		return words
	}
	return strings.ReplaceAll(strings.ReplaceAll(words, you+"家", one+"家"), you, one)
}

// AskOf is the question about one member, who is named as the words of a sentence name
// somebody ("您的儿子(33 岁)"), put to somebody of the person whom help is asked for.
func (q *Question) AskOf(who, one string) string {
	words := q.Of
	if words == "" {
		words = placeWho + q.Ask
	}
	return strings.NewReplacer(placeWho, who, placeOne, one).Replace(words)
}

// Person is how the person is called whom help is asked for.
func (iv *Interviewer) Person(c *Conversation) string { return iv.form.state(c).one() }

// Listed names a member as a list of people does, "" for nobody of the household.
func (iv *Interviewer) Listed(c *Conversation, ref core.MemberRef) string {
	s := iv.form.state(c)
	for i := range s.household.Members {
		if s.household.Members[i].Ref == ref {
			return s.listed(&s.household.Members[i])
		}
	}
	return ""
}
