package interview

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"lianou/core"
)

// shockDay asks when it happened, of who told what happened and no time.
const shockDay = "shocks/day"

// event is something that happened; its day may still be to be asked. The keys are those
// of core.Shock, and others are refused.
type event struct {
	Kind        core.ShockKind `json:"kind"`
	Date        core.Date      `json:"date,omitzero"`
	Loss        *core.Fen      `json:"loss,omitempty"`
	DamagedHome *core.Damage   `json:"damaged_home,omitempty"`
}

// events reads an answer about what happened. Errors: KindInvalid.
func events(raw json.RawMessage, today core.Date) ([]event, error) {
	var list []event
	if err := strictly(raw, &list); err != nil {
		return nil, core.Invalid("shocks", "没听明白出了什么事。")
	}
	h := core.Household{On: today, County: "371402", Members: []core.Member{{Ref: "m1"}}}
	dated := shocksOf(list, today)
	h.Shocks = &dated
	return list, h.Check()
}

// shocksOf are events as facts; whose day is not known yet is of the day given.
func shocksOf(list []event, day core.Date) []core.Shock {
	out := make([]core.Shock, 0, len(list))
	for _, e := range list {
		at := e.Date
		if at.IsZero() {
			at = day
		}
		out = append(out, core.Shock{Kind: e.Kind, Date: at, Loss: e.Loss, DamagedHome: e.DamagedHome})
	}
	return out
}

// shocks takes what happened. Without a day it is no fact yet: the day is asked, and until
// it is known nobody is judged by another.
func (s *state) shocks(raw json.RawMessage, from core.Provenance) {
	list, err := events(raw, s.household.On)
	if err != nil {
		return
	}
	s.undated, s.events = nil, nil
	if slices.ContainsFunc(list, func(e event) bool { return e.Date.IsZero() }) {
		s.events = list
		for _, e := range list {
			if e.Date.IsZero() {
				s.undated = append(s.undated, string(e.Kind))
			}
		}
		s.household.Shocks = nil
		delete(s.sources, "shocks")
		s.shocksFrom = from
		s.passed["shocks"] = true
		return
	}
	dated := shocksOf(list, 0)
	s.household.Shocks = &dated
	s.sources["shocks"] = from
}

// dated gives those that had no day the month that was answered.
func (s *state) dated(raw json.RawMessage, from core.Provenance) {
	var month string
	if json.Unmarshal(raw, &month) != nil || s.events == nil {
		return
	}
	day, err := monthDay(month, s.household.On)
	if err != nil {
		return
	}
	list := shocksOf(s.events, day)
	s.household.Shocks, s.undated = &list, nil
	s.sources["shocks"] = from
}

// monthDay is the middle of a month, and never a day to come. Nobody remembers better, and
// limits in days are for people to check.
func monthDay(month string, today core.Date) (core.Date, error) {
	day, err := core.ParseDate(month + "-15")
	if err != nil {
		return 0, core.Invalid(shockDay, "哪个月的事?请选一个月,或者说不清楚。")
	}
	if first, _ := core.ParseDate(month + "-01"); first > today {
		return 0, core.Invalid(shockDay, "这个月还没到。请再说一遍是哪个月。")
	}
	return min(day, today), nil
}

// dayStep asks for the day of what happened.
func (iv *Interviewer) dayStep(s *state) (Step, bool) {
	if len(s.undated) == 0 || s.passed[shockDay] {
		return Step{}, false
	}
	return iv.dayQuestion(s), true
}

// dayQuestion is the question with the months of the last year, the newest first.
func (iv *Interviewer) dayQuestion(s *state) Step {
	q := *iv.form.question(shockDay)
	kind := ""
	switch {
	case len(s.undated) > 0:
		kind = s.undated[0]
	case len(s.events) > 0:
		kind = string(s.events[0].Kind)
	}
	q.Ask = iv.form.question("shocks").option(kind) + ":" + q.Ask
	q.Options = nil
	first := s.household.On.Time()
	first = time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
	for back := range 13 {
		m := first.AddDate(0, -back, 0)
		say := fmt.Sprintf("%d年%d月", m.Year(), int(m.Month()))
		q.Options = append(q.Options, Option{Value: m.Format("2006-01"), Say: say})
	}
	return Step{Ref: shockDay, Question: &q}
}

// hearMonth reads the month out of words.
func hearMonth(said string, today core.Date) (json.RawMessage, bool) {
	if n, err := strconv.Atoi(said); err == nil && n >= 1 && n <= 12 {
		said += "月"
	}
	day, ok := dayIn(said, today)
	if !ok {
		return nil, false
	}
	return Text(day.Time().Format("2006-01")), true
}
