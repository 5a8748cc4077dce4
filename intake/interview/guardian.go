package interview

import (
	"lianou/core"
)

// The questions for the guardian of a child under fourteen: whether who speaks is one and
// agrees (PIPL art. 31; 民法典 art. 27), and else who is and how they are reached. Nobody is
// held up by them: what is not answered an officer asks.
const (
	guardianKey = "form/guardian"
	guardianWho = "form/guardian.who"

	mostGuardian = 200 // characters of who the guardian is that the story takes
)

// under reports whether the applicant is known to be younger than so many years.
func (s *state) under(years int) bool {
	age := s.household.Members[0].Age
	return age != nil && *age < years
}

// guardian takes who said that they are the child's guardian as one, by whatever right they
// began: a father who says he speaks for the family. It stands as long as the age does, so
// that a number put right takes it back.
func (s *state) guardian() {
	s.speaks = core.Capacity(s.fields[capacityKey])
	said := s.fields[guardianKey]
	if (said == "parent" || said == "guardian") && s.under(consentAge) {
		s.fields[capacityKey] = string(core.CapacityGuardian)
	}
}

// consentAge is the age below which a guardian consents to the use of a child's data (PIPL
// art. 31).
const consentAge = 14

// guardianSaid tells whoever reads the application what was said of the guardian, in its
// words, as a line of its own; "" where nobody was asked.
func (iv *Interviewer) guardianSaid(s *state) string {
	if !s.passed[guardianKey] || !s.under(consentAge) {
		return ""
	}
	words := "问了监护人同不同意,说不清楚"
	if said := s.fields[guardianKey]; said != "" {
		words = iv.form.question(guardianKey).option(said)
	}
	if who := s.fields[guardianWho]; who != "" {
		r := []rune(who)
		words += "。监护人:" + string(r[:min(len(r), mostGuardian)])
	} else if s.passed[guardianWho] {
		words += "。监护人是谁,说不清楚"
	}
	return "\n说话的人" + words + "。"
}
