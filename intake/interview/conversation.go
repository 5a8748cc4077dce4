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
	Asides  []Aside         `json:"asides,omitempty"` // what was said beside the questions
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
	speaks    core.Capacity // as it was said, before a guardian's word

	when       map[string]int // by path: the place of the answer that said it
	at         int            // the place of the answer that is being taken
	aside      []string       // paths that were said beside a question
	undated    []string       // kinds of what happened, whose day is not known
	events     []event        // what happened, while some of it has no day of its own
	shocksFrom core.Provenance
}

// state replays the conversation. What an answer of an older form no longer fits is
// asked again.
func (f Form) state(c *Conversation) *state {
	s := &state{
		household: core.Household{On: c.On, County: c.County, Members: []core.Member{{Ref: "m1", Relation: "applicant"}}},
		fields:    map[string]string{}, sources: map[string]core.Provenance{}, passed: map[string]bool{},
		when: map[string]int{},
	}
	s.know(&c.Known)
	for i := range c.Given {
		s.asideFamily(c.Asides, i)
		s.at = i
		s.take(f, &c.Given[i])
	}
	s.asideFamily(c.Asides, len(c.Given))
	s.hearAsides(c.Asides)
	s.place()
	s.card()
	s.guardian()
	return s
}

// The questions for where they live: the township first, and the village where it is not
// said with it.
const (
	regionKey  = "form/live.region"
	villageKey = "form/live.village"
)

// place takes the village into where they live, and the county from it: amounts differ by
// county. A village of another township was said before the township was put right.
func (s *state) place() {
	if town, village := s.fields[regionKey], s.fields[villageKey]; village != "" && len(town) == townDigits && strings.HasPrefix(village, town) {
		s.fields[regionKey] = village
	}
	if r, err := core.ParseRegion(s.fields["form/live.region"]); err == nil {
		s.household.County = r.County()
	}
}

// fromNumber is the source of what an ID number says.
const fromNumber = "id_number"

// ageOf is the path of the applicant's age.
func ageOf(s *state) string { return memberPath(s.household.Members[0].Ref, "age") }

// card takes from the number what it says, so that nobody is asked for it.
func (s *state) card() {
	id, err := core.ParseID(s.fields["form/applicant.id_number"], s.household.On)
	if err != nil {
		return
	}
	who := &s.household.Members[0]
	from := s.sources["form/applicant.id_number"]
	from.Said = fromNumber
	age := id.Birth().Age(s.household.On) // also over an age that was said: nobody counts as the number does
	who.Age, s.sources[memberPath(who.Ref, "age")] = &age, from
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
	case g.Step == "shocks":
		s.shocks(g.Answer.Value, g.From)
		s.when["shocks"] = s.at
	case g.Step == shockDay:
		s.dated(g.Answer.Value, g.From)
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
		s.when[path] = s.at
	}
}

// asideFamily adds who lives there where it was told beside a question, before the answer
// at a place: later answers are about these people.
func (s *state) asideFamily(list []Aside, at int) {
	for _, a := range list {
		for _, b := range a.Facts {
			if b.Key == "members" && !s.passed["members"] && a.At <= at {
				s.passed["members"] = true
				s.family(&Given{Step: "members", Answer: Answer{Value: b.Value}, From: a.From})
			}
		}
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

// townDigits is the length of a township's code; a village's begins with it.
const townDigits = 9

// memberOf is whom a path is about, "" for the household.
func memberOf(path string) core.MemberRef {
	if parts := strings.Split(path, "/"); len(parts) == 3 && parts[0] == "members" {
		return core.MemberRef(parts[1])
	}
	return ""
}

func memberPath(ref core.MemberRef, key string) string { return "members/" + string(ref) + "/" + key }
