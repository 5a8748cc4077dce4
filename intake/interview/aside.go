package interview

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lianou/core"
)

// An Aside is what somebody said beside the question that was open: their words, and what
// is plain in them. People tell of the child's illness when they are asked for their name;
// who loses that asks a family again for what cost them something to say.
type Aside struct {
	At    int             `json:"at"` // how many answers had been given; later answers outweigh it
	Words string          `json:"words,omitempty"`
	Facts []Beside        `json:"facts,omitempty"`
	From  core.Provenance `json:"from"`
}

// Beside is one fact of an aside. Who it is about may be known by name only: "孩子" is a
// member as soon as the family has one child, and nobody while it has two.
type Beside struct {
	Key   string          `json:"key"`           // "illness", "shocks", "members"
	Who   *Who            `json:"who,omitempty"` // of a member's fact
	Value json.RawMessage `json:"value"`
}

// Who is somebody of the family as people name them.
type Who struct {
	Relation core.Relation `json:"relation"`
	Sex      core.Sex      `json:"sex,omitempty"`
}

const (
	mostAsides = 100  // of a conversation
	mostAside  = 1000 // characters of one: the first are kept
)

// Aside takes what is plain in words that were said at a step, beside its answer, and
// gives what is left of them to be heard as the answer; heard tells what was taken, a
// sentence to be said, "" for nothing. Words that hold a fact are kept whole.
func (iv *Interviewer) Aside(c *Conversation, step Step, words string, from core.Provenance) (rest, heard string) {
	s := iv.form.state(c)
	var facts []Beside
	var left, said []string
	parts := clauses(words)
	family, used := iv.household(s, step, parts)
	if family != nil {
		facts = append(facts, Beside{Key: "members", Value: family})
	}
	for i, part := range parts {
		found := iv.beside(plain(part), c.On)
		own := slices.ContainsFunc(found, func(b Beside) bool { return s.answers(step, b) })
		took := used[i] && family != nil
		for _, b := range found {
			if s.news(b) && (step.About != nil || !s.asked(step, b)) {
				facts, took = append(facts, b), true
			}
		}
		if took {
			said = append(said, part)
		}
		if keepsWhole(step) || !used[i] && (len(found) == 0 || own) {
			left = append(left, part)
		}
	}
	rest = strings.Join(left, ",")
	if len(parts) == len(left) {
		rest = words
	}
	a := Aside{At: len(c.Given), Facts: facts, From: from}
	if rest != "" && step.Question != nil {
		a.At++ // its answer is taken with it, and undone with it
	}
	if len(left) < len(parts) || len(facts) > 0 {
		if step.Ref != storyKey {
			a.Words = words
		}
		c.aside(a)
	}
	if len(said) > 0 {
		heard = "这也记下了:" + withoutNumbers(strings.Join(said, ",")) + "。"
	}
	return rest, heard
}

// Remark keeps words that were no answer and hold nothing plain: somebody who reads the
// application reads them.
func (iv *Interviewer) Remark(c *Conversation, words string, from core.Provenance) {
	if han(words) >= 3 {
		c.aside(Aside{At: len(c.Given), Words: words, From: from})
	}
}

// aside keeps one, without numbers that only their own fields may hold.
func (c *Conversation) aside(a Aside) {
	a.Words = withoutNumbers(strings.TrimSpace(a.Words))
	if r := []rune(a.Words); len(r) > mostAside {
		a.Words = string(r[:mostAside])
	}
	again := slices.ContainsFunc(c.Asides, func(b Aside) bool { return b.Words == a.Words })
	if again && len(a.Facts) == 0 || len(c.Asides) >= mostAsides {
		return
	}
	if again {
		a.Words = ""
	}
	c.Asides = append(c.Asides, a)
}

// withoutNumbers masks what may be an ID number, a card or a telephone.
func withoutNumbers(words string) string {
	r := []rune(words)
	for i := 0; i < len(r); {
		n := i
		for n < len(r) && (unicode.IsDigit(r[n]) || n > i && (r[n] == ' ' || r[n] == '-' || r[n] == 'X' || r[n] == 'x')) {
			n++
		}
		if n-i >= 7 {
			for j := i; j < n; j++ {
				r[j] = '*'
			}
		}
		i = max(n, i+1)
	}
	return string(r)
}

// Extra reports whether an answer's words say more than the answer: a sum needs few.
func (q *Question) Extra(words string) bool {
	switch q.Type {
	case TypeText, TypeFamily:
		return false
	case TypeRegion, TypeID, TypePhone, TypeAccount:
		return len(clauses(words)) > 1 && han(words) >= 8
	}
	return len(clauses(words)) > 1 && han(words) >= 4 || han(words) >= 10
}

func han(words string) (n int) {
	for _, r := range words {
		if unicode.Is(unicode.Han, r) {
			n++
		}
	}
	return n
}

func clauses(words string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune(",,;;。!!?\n", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// keepsWhole reports whether a question wants all that is said.
func keepsWhole(step Step) bool { return step.Question == nil || step.Ref == storyKey }

const storyKey = "form/story"

// asked reports whether a fact is the very one the open question asks for.
func (s *state) asked(step Step, b Beside) bool {
	key := strings.TrimPrefix(Generic(strings.TrimPrefix(step.Ref, roundOf)), "members/*/")
	return key == b.Key && s.answers(step, b)
}

// answers reports whether a fact is what the open question asks for.
func (s *state) answers(step Step, b Beside) bool {
	if step.Question == nil {
		return false
	}
	key := Generic(strings.TrimPrefix(step.Ref, roundOf))
	key = strings.TrimPrefix(key, "members/*/")
	if b.Key == "members" || key == "members" {
		return key == b.Key || b.Who != nil && b.Who.Relation != "applicant" && key == "members"
	}
	if step.Member != "" && b.Who != nil && s.whoIs(*b.Who) != step.Member {
		return false
	}
	return key == b.Key || slices.Contains(nearTo[key], b.Key)
}

// nearTo are facts whose words are an answer to a question of another fact: "房子是租的"
// to whose home it is.
var nearTo = map[string][]string{
	"owns_home": {"renting"}, "houses": {"renting"}, "employment": {"shocks", "work_ability"}, "work_ability": {"needs_long_term_care", "illness"},
	"needs_long_term_care": {"work_ability", "adl_failed"}, "adl_failed": {"needs_long_term_care"}, "unemployed_months": {"shocks"},
	"shocks": {"illness"}, "disability": {"needs_long_term_care"},
	"parents": {deadKey}, "orphan": {deadKey}, "lost_only_child": {deadKey}, "supporter": {deadKey}, "story": {deadKey},
}

// news reports whether a fact of an aside is for keeping: who lives there and how old
// somebody is is not said twice, anything else may be put right by a later word.
func (s *state) news(b Beside) bool {
	if b.Value == nil {
		return false
	}
	switch b.Key {
	case "members":
		return !s.passed["members"]
	case "shocks":
		return s.household.Shocks == nil && len(s.undated) == 0
	}
	if b.Who != nil && !s.speaksForSelf() {
		return false // "俺娘" is somebody else's mother
	}
	return true
}

// speaksForSelf reports whether relations are as the applicant would say them.
func (s *state) speaksForSelf() bool {
	who := s.fields[capacityKey]
	return who == "" || who == string(core.CapacitySelf)
}

// whoIs finds the one member somebody named; "" for none and for more than one.
func (s *state) whoIs(w Who) core.MemberRef {
	var found core.MemberRef
	for i := range s.household.Members {
		m := &s.household.Members[i]
		if m.Relation != w.Relation || w.Sex != "" && m.Sex != nil && *m.Sex != w.Sex {
			continue
		}
		if found != "" {
			return ""
		}
		found = m.Ref
	}
	return found
}

// hearAsides puts the facts of asides in, unless a later answer said otherwise.
func (s *state) hearAsides(list []Aside) {
	for _, a := range list {
		for _, b := range a.Facts {
			path := b.Key
			if b.Who != nil {
				ref := s.whoIs(*b.Who)
				if ref == "" || !s.speaksForSelf() {
					continue
				}
				path = memberPath(ref, b.Key)
			}
			if n, said := s.when[path]; b.Key == "members" || said && n >= a.At {
				continue
			}
			if b.Key == "age" && s.sourced(path) {
				continue
			}
			if b.Key == "shocks" {
				s.shocks(b.Value, a.From)
			} else {
				s.fact(path, b.Value, a.From)
			}
			if !slices.Contains(s.aside, path) {
				s.aside = append(s.aside, path)
			}
		}
	}
}

// Story is what the person told and all they said beside, for whoever reads the
// application. It is cut where the application would not take more.
func (iv *Interviewer) Story(c *Conversation, most int) string {
	s := iv.form.state(c)
	story := s.fields[storyKey]
	var more []string
	for _, a := range c.Asides {
		if a.Words != "" && !strings.Contains(story, a.Words) {
			more = append(more, a.Words)
		}
	}
	for _, kind := range s.undated {
		if s.passed[shockDay] {
			more = append(more, "出过的事:"+iv.form.question("shocks").option(kind)+",哪个月说不清")
		}
	}
	if len(more) > 0 {
		story = strings.TrimPrefix(story+"\n另外还说:"+strings.Join(more, ";"), "\n")
	}
	guardian := iv.guardianSaid(s)
	if room := max(0, most-utf8.RuneCountInString(guardian)); utf8.RuneCountInString(story) > room {
		story = string([]rune(story)[:room])
	}
	return strings.TrimPrefix(story+guardian, "\n")
}
