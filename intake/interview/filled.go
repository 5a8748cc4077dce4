package interview

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"lianou/core"
)

// ErrEmpty says that nothing was filled in.
var ErrEmpty = core.E(core.KindInvalid, "interview_empty", "还没填。")

// Filled reads an answer out of a page's fields: v for what is typed or chosen, and of
// answers in parts rel and age (a row each), kind, grade, when, and p. Errors: ErrEmpty,
// KindInvalid with a sentence that says how to answer.
func (q *Question) Filled(form url.Values) (json.RawMessage, error) {
	v := strings.TrimSpace(form.Get("v"))
	again := core.Invalid(q.Key, "填得不对。"+q.howTo())
	var raw json.RawMessage
	ok := true
	switch q.Type {
	case TypeFamily:
		return filledFamily(form)
	case TypeMany:
		if !form.Has("none") && len(form["v"]) == 0 {
			return nil, ErrEmpty
		}
		raw, ok = encode(append([]string{}, form["v"]...))
	case TypeDisability:
		if form.Has("none") {
			return json.RawMessage("{}"), nil
		}
		grade, err := strconv.Atoi(form.Get("grade"))
		if err != nil || form.Get("kind") == "" {
			return nil, ErrEmpty
		}
		raw, ok = encode(core.Disability{Kind: core.DisabilityKind(form.Get("kind")), Grade: grade})
	case TypeParents:
		if len(form["p"]) != 2 || form["p"][0] == "" || form["p"][1] == "" {
			return nil, ErrEmpty
		}
		raw, ok = encode(form["p"])
	case TypeShocks:
		return q.filledShock(form)
	case TypeMoney, TypeNumber:
		if nothing, ok := q.Nothing(); ok && form.Has("none") {
			return nothing, nil
		}
		if v == "" {
			return nil, ErrEmpty
		}
		raw, ok = q.hear(plain(v), core.Date(0)) // "1.2万" as well as 12000
	case TypeYesNo:
		if v != "true" && v != "false" {
			return nil, ErrEmpty
		}
		raw, ok = q.quoted(json.RawMessage(v), true)
	default:
		if v == "" {
			return nil, ErrEmpty
		}
		raw = Text(v)
	}
	if !ok {
		return nil, again
	}
	return raw, nil
}

func filledFamily(form url.Values) (json.RawMessage, error) {
	list := []relative{}
	ages := form["age"]
	for i, rel := range form["rel"] {
		age := ""
		if i < len(ages) {
			age = strings.TrimSpace(ages[i])
		}
		if rel == "" && age == "" {
			continue
		}
		if rel == "" {
			return nil, core.Invalid("members", "有一位只填了岁数,没选是您的什么人。")
		}
		r := relative{Relation: core.Relation(rel)}
		if age != "" {
			list := numerals(plain(age)) // "76岁" as well as 76
			if len(list) != 1 {
				return nil, core.Invalid("members", "岁数请填数字,比如 45。")
			}
			n := int(list[0].hundredths / 100)
			r.Age = &n
		}
		list = append(list, r)
	}
	if len(list) == 0 && !form.Has("none") {
		return nil, ErrEmpty
	}
	raw, ok := encode(list)
	if !ok {
		return nil, ErrEmpty
	}
	return raw, nil
}

// filledShock reads one event and its month.
func (q *Question) filledShock(form url.Values) (json.RawMessage, error) {
	if form.Has("none") {
		return json.RawMessage("[]"), nil
	}
	kind, when := form.Get("kind"), form.Get("when")
	if kind == "" {
		return nil, ErrEmpty
	}
	if when == "" { // asked next
		raw, _ := encode([]event{{Kind: core.ShockKind(kind)}})
		return raw, nil
	}
	day, err := core.ParseDate(when)
	if len(when) == len("2006-01") {
		day, err = core.ParseDate(when + "-15")
	}
	if err != nil {
		return nil, core.Invalid(q.Key, "哪一天的事?请选一个日子。")
	}
	raw, ok := encode([]core.Shock{{Kind: core.ShockKind(kind), Date: day}})
	if !ok {
		return nil, ErrEmpty
	}
	return raw, nil
}

// Nothing is the answer of who has nothing of what a question lists, where it has one.
func (q *Question) Nothing() (json.RawMessage, bool) {
	switch q.Type {
	case TypeFamily, TypeMany, TypeShocks:
		return json.RawMessage("[]"), true
	case TypeDisability:
		return json.RawMessage("{}"), true
	case TypeMoney, TypeNumber:
		return json.RawMessage("0"), q.None != ""
	}
	return nil, false
}
