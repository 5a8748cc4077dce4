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
)

// Asked is what it takes to ask households all that could change an outcome.
type Asked struct {
	Interview int // questions that the interview asks: the median
	Most      int // of the household that is asked most
	Form      int // questions of the form everybody fills: the median
	Whole     int // of a form that asks everything of everybody: the median
	Differ    int // households with an outcome other than if all had been told at once
}

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
	var asked, form, all []int
	for i := range list {
		w, err := newWitness(&list[i], on)
		if err != nil {
			return a, err
		}
		n, same, err := w.tell(iv, m)
		if err != nil {
			return a, err
		}
		if !same {
			a.Differ++
		}
		asked = append(asked, n)
		form = append(form, questionsOf(basic, len(w.refs)))
		all = append(all, questionsOf(whole, len(w.refs)))
	}
	slices.Sort(asked)
	slices.Sort(form)
	slices.Sort(all)
	mid := len(list) / 2
	a.Interview, a.Most, a.Form, a.Whole = asked[mid], asked[len(asked)-1], form[mid], all[mid]
	return a, nil
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

// witness is a household that answers.
type witness struct {
	home  *registry.NewHousehold
	facts map[string]json.RawMessage
	refs  []string // of its members, the applicant first; the interview calls them m1, m2 ...
	whole core.Household
}

func newWitness(h *registry.NewHousehold, on core.Date) (*witness, error) {
	w := &witness{home: h, facts: map[string]json.RawMessage{}}
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
		w.whole, err = core.DecodeHousehold(raw)
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

// tell is the whole interview. same says that what came of it is what comes of all the
// facts at once, wherever that is decided.
func (w *witness) tell(iv *interview.Interviewer, m *matching.Matcher) (asked int, same bool, err error) {
	c := iv.Begin(w.whole.On, w.whole.County, interview.Known{})
	for {
		step := iv.Next(c, m)
		if step.Ref == interview.StepEnd {
			break
		}
		asked++
		if err := iv.Take(c, step, interview.Given{Step: step.Ref, Answer: w.answer(step)}); err != nil {
			return 0, false, fmt.Errorf("%s: %w", step.Ref, err)
		}
		if asked > 200 {
			return 0, false, fmt.Errorf("asked without end, last %s", step.Ref)
		}
	}
	h := iv.Household(c)
	told, whole := m.Explain(&h), m.Explain(&w.whole)
	same = true
	for i := range told.Findings {
		o, all := told.Findings[i].Outcome, whole.Findings[i].Outcome
		if o != matching.Unknown && all != matching.Unknown && o != all {
			same = false
		}
	}
	return asked, same, nil
}

func (w *witness) answer(step interview.Step) (a interview.Answer) {
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
