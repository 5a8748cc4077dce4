package rulebench

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/registry"
	"lianou/intake/interview"
	"lianou/intake/records"
)

// Asked is what it takes to ask households all that could change an outcome.
type Asked struct {
	Interview int // questions that the interview asks: the median
	Most      int // of the household that is asked most
	Known     int // questions with what the registers know handed over: the median of every fourth household
	KnownMost int // the same, of the household that is asked most
	Form      int // questions of the form everybody fills: the median
	Whole     int // of a form that asks everything of everybody: the median
	Differ    int // households with an outcome other than if all had been told at once
	Open      int // items that the interview leaves undecided: the median
	FormOpen  int // the same of the form
}

// each is of how many households one is asked a second time, with what registers know.
const each = 4

// Questions leads the interview with households who answer what they know, and counts.
func Questions(m *matching.Matcher, on core.Date, list []registry.NewHousehold) (Asked, error) {
	iv, err := interview.NewInterviewer()
	if err != nil {
		return Asked{}, err
	}
	basic, err := interview.Basic()
	if err != nil {
		return Asked{}, err
	}
	whole, err := interview.Whole()
	if err != nil {
		return Asked{}, err
	}
	var a Asked
	var asked, known, form, all, open, formOpen []int
	for i := range list {
		w, err := NewWitness(&list[i], on)
		if err != nil {
			return a, err
		}
		t, err := w.tell(iv, m, nil)
		if err != nil {
			return a, err
		}
		if !t.same {
			a.Differ++
		}
		if i%each == 0 {
			sheet, err := w.registered(whole)
			if err != nil {
				return a, err
			}
			k, err := w.tell(iv, m, sheet)
			if err != nil {
				return a, err
			}
			if !k.same {
				a.Differ++
			}
			known = append(known, k.asked)
		}
		filled, err := w.fills(basic)
		if err != nil {
			return a, err
		}
		asked, open, formOpen = append(asked, t.asked), append(open, t.open), append(formOpen, undecided(m, &filled))
		form = append(form, questionsOf(basic, len(w.refs)))
		all = append(all, questionsOf(whole, len(w.refs)))
	}
	for _, figures := range [][]int{asked, known, form, all, open, formOpen} {
		slices.Sort(figures)
	}
	mid := len(list) / 2
	a.Interview, a.Most, a.Form, a.Whole = asked[mid], asked[len(asked)-1], form[mid], all[mid]
	a.Known, a.KnownMost = known[len(known)/2], known[len(known)-1]
	a.Open, a.FormOpen = open[mid], formOpen[mid]
	return a, nil
}

// undecided counts the items that are open for a household.
func undecided(m *matching.Matcher, h *core.Household) (n int) {
	r := m.Explain(h)
	for i := range r.Findings {
		if r.Findings[i].Outcome == matching.Unknown {
			n++
		}
	}
	return n
}

// questionsOf counts a form for so many people.
func questionsOf(f interview.Form, people int) (n int) {
	for _, q := range f.Questions {
		if _, member := q.Member(); member {
			n += people
		} else {
			n++
		}
	}
	return n
}

// Witness is a household of the seeded city that answers what it knows. Made by NewWitness.
type Witness struct {
	home  *registry.NewHousehold
	facts map[string]json.RawMessage
	refs  []string // of its members, the applicant first; the interview calls them m1, m2 ...
	Whole core.Household
}

// NewWitness reads what a household knows of itself. Errors: facts that are no household.
func NewWitness(h *registry.NewHousehold, on core.Date) (*Witness, error) {
	w := &Witness{home: h, facts: map[string]json.RawMessage{}}
	doc := map[string]json.RawMessage{}
	var members []map[string]json.RawMessage
	for _, s := range h.Sheets {
		if err := merge(doc, s.Facts); err != nil {
			return nil, err
		}
	}
	for path, v := range doc {
		w.facts[path] = v
	}
	for i := range h.Members {
		p := &h.Members[i]
		mine := map[string]json.RawMessage{}
		for _, s := range p.Sheets {
			if err := merge(mine, s.Facts); err != nil {
				return nil, err
			}
		}
		ref := fmt.Sprintf("m%d", i+1)
		mine["age"] = fmt.Appendf(nil, "%d", p.Birth.Age(on))
		mine["relation"] = fmt.Appendf(nil, "%q", p.Relation)
		mine["sex"] = fmt.Appendf(nil, "%q", p.Sex)
		for key, v := range mine {
			w.facts["members/"+ref+"/"+key] = v
		}
		mine["ref"] = fmt.Appendf(nil, "%q", ref)
		members, w.refs = append(members, mine), append(w.refs, ref)
	}
	doc["on"], doc["county"] = fmt.Appendf(nil, "%q", on), fmt.Appendf(nil, "%q", h.Live.Region.County())
	var err error
	if doc["members"], err = json.Marshal(members); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(doc)
	if err == nil {
		w.Whole, err = core.DecodeHousehold(raw)
	}
	return w, err
}

func merge(into map[string]json.RawMessage, raw json.RawMessage) error {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	for k, v := range m {
		into[k] = v
	}
	return nil
}

// fills is the household as far as a form asks about it.
func (w *Witness) fills(f interview.Form) (core.Household, error) {
	doc := map[string]json.RawMessage{"on": fmt.Appendf(nil, "%q", w.Whole.On), "county": fmt.Appendf(nil, "%q", w.Whole.County)}
	members := make([]map[string]json.RawMessage, len(w.refs))
	for i, ref := range w.refs {
		members[i] = map[string]json.RawMessage{"ref": fmt.Appendf(nil, "%q", ref)}
	}
	for _, q := range f.Questions {
		key, member := q.Member()
		if v, known := w.facts[q.Key]; !member && known {
			doc[q.Key] = v
		}
		for i, ref := range w.refs {
			if v, known := w.facts["members/"+ref+"/"+key]; member && known {
				members[i][key] = v
			}
		}
	}
	var err error
	if doc["members"], err = json.Marshal(members); err != nil {
		return core.Household{}, err
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return core.Household{}, err
	}
	return core.DecodeHousehold(raw)
}

// told is what came of an interview: how much was asked, how many items stay open, and
// whether it is what comes of all the facts at once, wherever that is decided.
type told struct {
	asked, open int
	same        bool
}

// registered is what the registers hand over of a household on the day.
func (w *Witness) registered(form interview.Form) (*interview.Known, error) {
	sources := map[string]core.Provenance{}
	note := func(prefix string, list []registry.Sheet) error {
		for _, s := range list {
			var facts map[string]json.RawMessage
			if err := json.Unmarshal(s.Facts, &facts); err != nil {
				return err
			}
			for key := range facts {
				sources[prefix+key] = core.Provenance{Said: s.Source, At: s.KnownAt}
			}
		}
		return nil
	}
	if err := note("", w.home.Sheets); err != nil {
		return nil, err
	}
	for i, ref := range w.refs {
		at := "members/" + ref + "/"
		for _, key := range []string{"age", "sex", "relation"} {
			sources[at+key] = core.Provenance{Said: "registry:population", At: w.Whole.On.Time()}
		}
		if err := note(at, w.home.Members[i].Sheets); err != nil {
			return nil, err
		}
	}
	known, _ := interview.KnownOf(&w.Whole, "m1", sources)
	known = records.Given(form, known, w.Whole.On.Time())
	return &known, nil
}

// tell is the whole interview. known, where it is not nil, comes from the registers while
// the question after the number is answered.
func (w *Witness) tell(iv *interview.Interviewer, m *matching.Matcher, known *interview.Known) (t told, err error) {
	c := iv.Begin(w.Whole.On, w.Whole.County, interview.Known{})
	for {
		step := iv.Next(c, m)
		if step.Ref == interview.StepEnd {
			break
		}
		t.asked++
		if err := iv.Take(c, step, interview.Given{Step: step.Ref, Answer: w.Answer(step)}); err != nil {
			return t, fmt.Errorf("%s: %w", step.Ref, err)
		}
		if step.Ref == "form/live.region" && known != nil {
			c.Learn(*known)
		}
		if t.asked > 200 {
			return t, fmt.Errorf("asked without end, last %s", step.Ref)
		}
	}
	h := iv.Household(c)
	got, whole := m.Explain(&h), m.Explain(&w.Whole)
	t.open, t.same = undecided(m, &h), true
	for i := range got.Findings {
		o, all := got.Findings[i].Outcome, whole.Findings[i].Outcome
		if o != matching.Unknown && all != matching.Unknown && o != all {
			t.same = false
		}
	}
	return t, nil
}

// Answer is what the household says when it is asked; nothing where it does not know.
func (w *Witness) Answer(step interview.Step) (a interview.Answer) {
	switch {
	case step.Ref == "members":
		list := []map[string]json.RawMessage{}
		for _, ref := range w.refs[1:] {
			list = append(list, map[string]json.RawMessage{
				"relation": w.facts["members/"+ref+"/relation"], "age": w.facts["members/"+ref+"/age"], "sex": w.facts["members/"+ref+"/sex"],
			})
		}
		a.Value, _ = json.Marshal(list)
	case step.Ref == "form/live.region":
		a.Value = fmt.Appendf(nil, "%q", w.home.Live.Region)
	case step.Ref == "form/applicant.id_number":
		a.Value = fmt.Appendf(nil, "%q", w.home.Members[0].IDNumber.Reveal())
	case strings.HasPrefix(step.Ref, "form/"):
	case step.About != nil:
		key := strings.TrimPrefix(step.Ref, "round/")
		known := false
		for _, ref := range step.About {
			v, ok := w.facts["members/"+string(ref)+"/"+key]
			known = known || ok
			if ok && !plain(v, step.Question.Round.Others) {
				a.Members = append(a.Members, ref)
			}
		}
		a.None = known && len(a.Members) == 0
	default:
		a.Value = w.facts[step.Ref]
	}
	return a
}

// plain reports whether two answers are the same JSON.
func plain(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && fmt.Sprint(x) == fmt.Sprint(y)
}
