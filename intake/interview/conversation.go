package interview

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
)

// Conversation is one interview as far as it has come. It is what was known before
// and what was answered since, in order; the facts follow from these, so that a step
// back, another door or another day need nothing else. Its JSON names people: whoever
// keeps it seals it.
type Conversation struct {
	Version string          `json:"version"` // of the form it began with
	On      core.Date       `json:"on"`      // the day it is judged by
	County  core.RegionCode `json:"county"`  // to judge by until they say where they live
	Known   Known           `json:"known"`
	Given   []Given         `json:"given"`
}

// Known is what nobody need be asked: of an ID card, of the register, of a call.
type Known struct {
	Fields  map[string]string          `json:"fields,omitempty"`  // by key: "form/applicant.name"
	Facts   map[string]json.RawMessage `json:"facts,omitempty"`   // by path: "income_12m", "members/m2/age"
	Members []core.MemberRef           `json:"members,omitempty"` // of Facts, the applicant first
	Sources map[string]core.Provenance `json:"sources,omitempty"` // by key or path

	// Begun is a call in which more was said, "" for none: who can say whom it was about
	// goes on from there.
	Begun string `json:"begun,omitempty"`
}

// Given is one answer.
type Given struct {
	Step   string           `json:"step"` // Step.Ref
	Answer Answer           `json:"answer"`
	From   core.Provenance  `json:"from"`
	About  []core.MemberRef `json:"about,omitempty"` // whom a round asked about
}

// Answer is what was answered. Without a value it says that the person does not know.
type Answer struct {
	Value   json.RawMessage  `json:"value,omitempty"`   // of a fact or a field
	Members []core.MemberRef `json:"members,omitempty"` // whom a round named
	None    bool             `json:"none,omitempty"`    // a round named nobody
}

// unknown reports whether the answer is "不清楚".
func (a Answer) unknown() bool { return len(a.Value) == 0 && len(a.Members) == 0 && !a.None }

// The steps that are no question of the form.
const (
	StepEnough = "enough" // answered with anything: the person wants no more questions
	StepEnd    = "end"    // nothing is left to ask

	StepBegun = "form/begun" // whom the call was about that Known.Begun names; never kept
)

const roundOf = "round/"

// state is what follows from a conversation.
type state struct {
	household core.Household
	fields    map[string]string
	sources   map[string]core.Provenance
	passed    map[string]bool // steps and paths that were asked and are not to be asked again
	enough    bool
}

// state replays the conversation. What an answer of an older form no longer fits is
// asked again.
func (f Form) state(c *Conversation) *state {
	s := &state{
		household: core.Household{On: c.On, County: c.County, Members: []core.Member{{Ref: "m1", Relation: "applicant"}}},
		fields:    map[string]string{}, sources: map[string]core.Provenance{}, passed: map[string]bool{},
	}
	s.know(&c.Known)
	for i := range c.Given {
		s.take(f, &c.Given[i])
	}
	s.place()
	s.card()
	return s
}

// place takes the county from where they live: amounts differ by county.
func (s *state) place() {
	if r, err := core.ParseRegion(s.fields["form/live.region"]); err == nil {
		s.household.County = r.County()
	}
}

// card takes from the number what it says, so that nobody is asked for it.
func (s *state) card() {
	id, err := core.ParseID(s.fields["form/applicant.id_number"], s.household.On)
	if err != nil {
		return
	}
	who := &s.household.Members[0]
	from := s.sources["form/applicant.id_number"]
	from.Said = "id_number"
	if who.Age == nil {
		age := id.Birth().Age(s.household.On)
		who.Age, s.sources[memberPath(who.Ref, "age")] = &age, from
	}
	if who.Sex == nil {
		sex := core.Sex("female")
		if id.Male() {
			sex = "male"
		}
		who.Sex, s.sources[memberPath(who.Ref, "sex")] = &sex, from
	}
}

func (s *state) know(k *Known) {
	s.passed[StepBegun] = k.Begun == ""
	for i, ref := range k.Members {
		if i == 0 {
			s.household.Members[0].Ref = ref
		} else {
			s.household.Members = append(s.household.Members, core.Member{Ref: ref})
		}
	}
	if len(k.Members) > 1 {
		s.passed["members"] = true
	}
	for key, v := range k.Fields {
		s.fields[key], s.passed[key] = v, true
		s.sources[key] = k.Sources[key]
	}
	for path, raw := range k.Facts {
		if set(&s.household, path, raw) == nil {
			s.sources[path] = k.Sources[path]
		}
	}
}

// take adds one answer.
func (s *state) take(f Form, g *Given) {
	if g.Step == StepEnough {
		s.enough = true
		return
	}
	s.passed[g.Step] = true
	if key, round := strings.CutPrefix(g.Step, roundOf); round {
		s.takeRound(f.question("members/*/"+key), key, g)
		return
	}
	switch {
	case g.Answer.unknown():
	case strings.HasPrefix(g.Step, "form/"):
		var v string
		if json.Unmarshal(g.Answer.Value, &v) == nil {
			s.fields[g.Step], s.sources[g.Step] = v, g.From
		}
	case g.Step == "members":
		s.family(g)
	default:
		s.fact(g.Step, g.Answer.Value, g.From)
	}
}

// takeRound gives everybody who was not named the answer of the others. Who was named
// is asked alone, unless being named is the answer.
func (s *state) takeRound(q *Question, key string, g *Given) {
	if q == nil || q.Round == nil {
		return
	}
	for _, ref := range g.About {
		path := memberPath(ref, key)
		switch {
		case g.Answer.unknown():
			s.passed[path] = true
		case !slices.Contains(g.Answer.Members, ref):
			s.fact(path, q.Round.Others, g.From)
		case q.Round.Named:
			s.fact(path, json.RawMessage("true"), g.From)
		}
	}
}

func (s *state) fact(path string, raw json.RawMessage, from core.Provenance) {
	if set(&s.household, path, raw) == nil {
		s.sources[path] = from
	}
}

// relative is one of the family besides the applicant.
type relative struct {
	Relation core.Relation `json:"relation"`
	Age      *int          `json:"age,omitempty"`
	Sex      *core.Sex     `json:"sex,omitempty"`
}

// family adds the members that were named.
func (s *state) family(g *Given) {
	list, err := relatives(g.Answer.Value)
	if err != nil || len(s.household.Members)+len(list) > core.MaxMembers {
		return
	}
	for _, r := range list {
		ref := s.freeRef()
		s.household.Members = append(s.household.Members, core.Member{Ref: ref, Relation: r.Relation, Age: r.Age, Sex: r.Sex})
		for key, known := range map[string]bool{"relation": true, "age": r.Age != nil, "sex": r.Sex != nil} {
			if known {
				s.sources[memberPath(ref, key)] = g.From
			}
		}
	}
}

// freeRef names a new member: m2, m3 and so on.
func (s *state) freeRef() core.MemberRef {
	for n := len(s.household.Members) + 1; ; n++ {
		ref := core.MemberRef("m" + strconv.Itoa(n))
		if !slices.ContainsFunc(s.household.Members, func(m core.Member) bool { return m.Ref == ref }) {
			return ref
		}
	}
}

// capacityKey is the question for whom somebody speaks; others are worded after it.
const capacityKey = "form/contact.capacity"

// memberOf is whom a path is about, "" for the household.
func memberOf(path string) core.MemberRef {
	if parts := strings.Split(path, "/"); len(parts) == 3 && parts[0] == "members" {
		return core.MemberRef(parts[1])
	}
	return ""
}

func memberPath(ref core.MemberRef, key string) string { return "members/" + string(ref) + "/" + key }
