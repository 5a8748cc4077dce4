package interview

import (
	"slices"

	"lianou/core/matching"
)

// Left is how many questions are still to come at most, as far as can be told now: an
// answer that settles an item takes its questions away, and a round that names somebody
// adds one for each who is named.
func (iv *Interviewer) Left(c *Conversation, m *matching.Matcher) int {
	s := iv.form.state(c)
	n := 0
	for _, key := range slices.Concat([]string{StepBegun}, iv.course.Opening, iv.course.Closing) {
		if !s.passed[key] && s.may(iv.form.question(key)) && (key != villageKey || !s.passed[regionKey] || !s.settled(key)) {
			n++
		}
	}
	if _, more := iv.dayStep(s); more {
		n++
	}
	if !s.enough {
		a := iv.open(s, m.Questions(&s.household))
		n += len(a.steps) + a.later
	}
	return n
}

// Of what is left at most, the first settled are all asked; of the others about one in
// three, because an answer takes others with it. Both are of the seeded city's households
// (rulebench, TestWhatIsLeftIsAboutWhatComes).
const (
	surely = 8
	oneOf  = 3
)

// Roughly is how many questions will come, of so many at most: a number to be said to
// people. It grows only where the other does.
func Roughly(most int) int {
	if most <= surely {
		return most
	}
	return surely + (most-surely)/oneOf
}
