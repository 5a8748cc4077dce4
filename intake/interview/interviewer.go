package interview

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/matching"
)

//go:embed course.json
var courseRaw []byte

// course is what is asked whatever the rules say: before them and after them.
type course struct {
	Opening []string `json:"opening"`
	Closing []string `json:"closing"`
}

// Interviewer leads conversations: it chooses what to ask next. It is safe for
// concurrent use and keeps nothing of anybody.
type Interviewer struct {
	form   Form
	course course
}

// NewInterviewer reads the definition. An error is a defect of the build.
func NewInterviewer() (*Interviewer, error) {
	f, err := Whole()
	if err != nil {
		return nil, err
	}
	iv := &Interviewer{form: f}
	if err := json.Unmarshal(courseRaw, &iv.course); err != nil {
		return nil, fmt.Errorf("read the course: %w", err)
	}
	for _, key := range slices.Concat(iv.course.Opening, iv.course.Closing) {
		if f.question(key) == nil {
			return nil, fmt.Errorf("the course asks %q, which the form does not have", key)
		}
	}
	return iv, nil
}

// NewScreener is an Interviewer for who wants to know what help there might be and says
// nothing about who they are: of the course it asks for the household alone.
func NewScreener() (*Interviewer, error) {
	iv, err := NewInterviewer()
	if err != nil {
		return nil, err
	}
	iv.course = course{Opening: []string{"members"}}
	return iv, nil
}

// Step is what is asked next.
type Step struct {
	Ref      string           // repeated with the answer
	Question *Question        // nil at the end
	Member   core.MemberRef   // whom it is about; "" is the household, or all of About
	About    []core.MemberRef // of a round: whom it asks about
	Items    []core.ItemCode  // what the answer could settle
}

// Begin opens a conversation about a household of a county, judged by a day.
func (iv *Interviewer) Begin(on core.Date, county core.RegionCode, known Known) *Conversation {
	return &Conversation{Version: iv.form.Version, On: on, County: county, Known: known}
}

// Next says what to ask: the opening, then what settles most by the rules of the
// conversation's day, then the closing. What was answered, and what the person said they
// do not know, is not asked again.
func (iv *Interviewer) Next(c *Conversation, m *matching.Matcher) Step {
	s := iv.form.state(c)
	if step, more := iv.fixed(s, []string{StepBegun}); more {
		return step
	}
	if step, more := iv.fixed(s, iv.course.Opening); more {
		return step
	}
	if step, more := iv.dayStep(s); more {
		return step
	}
	if !s.enough {
		if step, more := iv.telling(s, m); more {
			return step
		}
	}
	if step, more := iv.fixed(s, iv.course.Closing); more {
		return step
	}
	return Step{Ref: StepEnd}
}

// fixed is the first of a list that is still to be asked. Who may not answer a question
// is not asked it: the person themself will be.
func (iv *Interviewer) fixed(s *state, keys []string) (Step, bool) {
	for _, key := range keys {
		q := iv.form.question(key)
		if !s.passed[key] && s.may(q) && !s.settled(key) {
			return Step{Ref: key, Question: q}, true
		}
	}
	return Step{}, false
}

// settled reports whether a question of the course is answered by another: of a village no
// township is asked for its village, nor where nobody knows the township.
func (s *state) settled(key string) bool {
	return key == villageKey && len(s.fields[regionKey]) != townDigits
}

// may reports whether a question is one for who speaks, and about whom they speak.
func (s *state) may(q *Question) bool {
	if q.Under > 0 && !s.under(q.Under) || q.When != nil && s.fields[q.When.Key] != q.When.Is {
		return false
	}
	capacity := core.Capacity(s.fields[capacityKey])
	if capacity == "" {
		capacity = core.CapacitySelf
	}
	return len(q.By) == 0 || slices.Contains(q.By, capacity)
}

// sourced reports whether anybody said a fact.
func (s *state) sourced(path string) bool { _, ok := s.sources[path]; return ok }

// telling is the question whose answer could settle most items: of one fact, or of the
// same fact of several members at once.
func (iv *Interviewer) telling(s *state, m *matching.Matcher) (Step, bool) {
	var best Step
	for _, step := range iv.open(s, m.Questions(&s.household)).steps {
		if best.Question == nil || len(step.Items) > len(best.Items) {
			best = step
		}
	}
	return best, best.Question != nil
}

// part is the first part of a sum that is still to be asked, when the person was asked for
// the sum and does not know it; nil when there is none, or one part is not known either.
func (iv *Interviewer) part(s *state, sum *Question) *Question {
	if sum == nil || !s.passed[sum.Key] || s.sourced(sum.Key) {
		return nil
	}
	var next *Question
	for _, key := range sum.Parts {
		switch {
		case s.passed[key] && !s.sourced(key):
			return nil
		case !s.passed[key] && next == nil && !s.sourced(key):
			next = iv.form.question(key)
		}
	}
	return next
}

// Take adds an answer to the step it answers, or leaves the conversation as it was.
// Returns KindInvalid with a sentence that says how to answer, and KindConflict for an
// answer to another question than the one that is open: an old page, sent twice.
func (iv *Interviewer) Take(c *Conversation, step Step, g Given) error {
	if g.Step != step.Ref && g.Step != StepEnough {
		return core.E(core.KindConflict, "interview_moved_on", "这一问已经答过了,请看下一问。")
	}
	g.About = step.About
	if err := iv.fits(c, step, &g); err != nil {
		return err
	}
	c.Given = append(c.Given, g)
	return nil
}

// fits holds an answer to its question.
func (iv *Interviewer) fits(c *Conversation, step Step, g *Given) error {
	again := core.Invalid(step.Ref, "没听明白,请再说一遍。"+helpOf(step.Question))
	switch {
	case g.Step == StepEnough || g.Answer.unknown():
		return nil
	case step.Question == nil:
		return core.Invalid(step.Ref, "没有要答的了。")
	case step.About != nil:
		for _, ref := range g.Answer.Members {
			if !slices.Contains(step.About, ref) {
				return again
			}
		}
		if g.Answer.None == (len(g.Answer.Members) > 0) {
			return again
		}
		return nil
	case strings.HasPrefix(step.Ref, "form/"):
		return step.Question.field(g.Answer.Value, c.On)
	case step.Ref == "members":
		if _, err := relatives(g.Answer.Value); err != nil {
			return again
		}
		return nil
	case step.Ref == "shocks":
		if _, err := events(g.Answer.Value, c.On); err != nil {
			return again
		}
		return nil
	case step.Ref == shockDay:
		var month string
		if json.Unmarshal(g.Answer.Value, &month) != nil {
			return again
		}
		_, err := monthDay(month, c.On)
		return err
	}
	s := iv.form.state(c)
	if set(&s.household, step.Ref, g.Answer.Value) != nil {
		return again
	}
	return s.ageFits(step, g.Answer.Value)
}

// ageFits holds an age to the ID number, where there is one: a birth date is no matter of
// opinion, and who mistyped one of the two hears which does not fit.
func (s *state) ageFits(step Step, raw json.RawMessage) error {
	id, err := core.ParseID(s.fields["form/applicant.id_number"], s.household.On)
	if err != nil || step.Ref != ageOf(s) {
		return nil
	}
	var said int
	if age := id.Birth().Age(s.household.On); json.Unmarshal(raw, &said) == nil && said != age {
		return core.Invalid(step.Ref, fmt.Sprintf("身份证上是 %d 年生,%d 岁,跟 %d 岁对不上。岁数按身份证算;要是号码写错了,请先把号码改对。", id.Birth().Time().Year(), age, said))
	}
	return nil
}

// AgeByNumber is what is said when an ID number tells another age than the person did: the
// number counts. "" where they agree, or nobody told an age; a year or two is how people
// count in the villages, and nothing to speak of.
func (iv *Interviewer) AgeByNumber(c *Conversation, number string) string {
	id, err := core.ParseID(number, c.On)
	if err != nil {
		return ""
	}
	s := iv.form.state(c)
	was, age := s.household.Members[0].Age, id.Birth().Age(c.On)
	if was == nil || *was >= age && *was <= age+2 || s.sources[ageOf(s)].Said == fromNumber {
		return ""
	}
	return fmt.Sprintf("身份证上是 %d 年生,%d 岁,就按这个记。不对就把号码再报一遍。", id.Birth().Time().Year(), age)
}

func helpOf(q *Question) string {
	if q == nil {
		return ""
	}
	return q.Help
}

// relatives reads who else lives there, held to the vocabulary.
func relatives(raw json.RawMessage) ([]relative, error) {
	var list []relative
	if err := strictly(raw, &list); err != nil {
		return nil, core.Invalid("members", "没听明白家里有谁。")
	}
	h := core.Household{On: core.NewDate(2000, 1, 1), County: "371402", Members: []core.Member{{Ref: "m1"}}}
	for i, r := range list {
		h.Members = append(h.Members, core.Member{Ref: core.MemberRef("m" + strconv.Itoa(i+2)), Relation: r.Relation, Age: r.Age, Sex: r.Sex})
	}
	return list, h.Check()
}

// Answered reports whether a step was answered, be it by "不清楚".
func (c *Conversation) Answered(ref string) bool {
	return slices.ContainsFunc(c.Given, func(g Given) bool { return g.Step == ref })
}

// FamilyTold reports whether it was said who lives there: at the question, beside another one,
// or before the conversation.
func (c *Conversation) FamilyTold() bool {
	return c.Answered("members") || len(c.Known.Members) > 1 || slices.ContainsFunc(c.Asides, func(a Aside) bool {
		return slices.ContainsFunc(a.Facts, func(b Beside) bool { return b.Key == "members" })
	})
}

// Back takes the last answer away, with what was said beside it and since; what was known
// before stays.
func (c *Conversation) Back() {
	if n := len(c.Given); n > 0 {
		c.Given = c.Given[:n-1]
	}
	c.Asides = slices.DeleteFunc(c.Asides, func(a Aside) bool { return a.At > len(c.Given) })
}

// Fields are the answers to the form's own questions, by key: "form/applicant.name".
func (iv *Interviewer) Fields(c *Conversation) map[string]string { return iv.form.state(c).fields }

// Sources are who said what is known, by key of a field or path of a fact.
func (iv *Interviewer) Sources(c *Conversation) map[string]core.Provenance {
	return iv.form.state(c).sources
}

// Form is the definition that is asked from.
func (iv *Interviewer) Form() Form { return iv.form }

// Household is what the conversation says of the household, as far as it has come.
func (iv *Interviewer) Household(c *Conversation) core.Household { return iv.form.state(c).household }
