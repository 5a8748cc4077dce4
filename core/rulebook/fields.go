package rulebook

import (
	"slices"
	"strconv"

	"lianou/core/policy"
)

// A FieldView is one field of a condition or an item that can be changed there: what it says
// now, and how it is asked.
type FieldView struct {
	Field, Word string
	Now         string // as people read it
	Value       string // as the form sends it
	Kind        string // AskText, AskNumber, AskChoice or AskFormula
	Choices     []Choice
}

// A Choice is one answer of a closed list.
type Choice struct{ Value, Word string }

// How a field is asked.
const (
	AskText    = "text"
	AskNumber  = "number"
	AskChoice  = "choice"
	AskFormula = "formula"
)

// The fields in the order they are shown in.
var (
	criterionOrder = []string{"value", "range.0", "range.1", "limit.param", "limit.by", "limit.times", "pass", "fail", "unknown", "law"}
	itemOrder      = []string{"name", "everyday", "benefit.text", "benefit.formula", "body", "ceiling", "limit.days", "limit.county", "limit.text", "limit.mark", "notice.days"}
)

// OfCriterion lists what can be changed of a condition; nil where there is none of that name.
func (r *Reading) OfCriterion(name string) (title string, fields []FieldView) {
	i := slices.IndexFunc(r.Criteria, func(l FieldLine) bool { return l.Name == name })
	if i < 0 {
		return "", nil
	}
	line := &r.Criteria[i]
	return r.title(line), r.views(criterionOrder, line)
}

// OfItem lists what can be changed of the version of an item that begins on a day, written as
// it is in the files; nil where there is none.
func (r *Reading) OfItem(code, from string) (title string, fields []FieldView) {
	i := slices.IndexFunc(r.Items, func(l FieldLine) bool { return l.Name == code && l.From.String() == from })
	if i < 0 {
		return "", nil
	}
	line := &r.Items[i]
	return line.Name + " " + line.Title + "," + from + " 起", r.views(itemOrder, line)
}

func (r *Reading) views(order []string, line *FieldLine) (out []FieldView) {
	for _, field := range order {
		value, there := line.Fields[field]
		switch field {
		case "limit.param":
			there = value != "" // a limit that is a fact is no standard's
		case "everyday", "body", "ceiling":
			there = true // what an item has not, it can be given
		}
		if !there {
			continue
		}
		at := fieldAt{field, line.Fact}
		v := FieldView{Field: field, Word: FieldWord(field), Now: r.inWords(at, value), Value: Shown(value)}
		v.Kind, v.Choices = r.asked(at)
		out = append(out, v)
	}
	return out
}

// asked is how a field is asked, and its closed list where it has one.
func (r *Reading) asked(at fieldAt) (string, []Choice) {
	f, known := policy.FactByKey(at.fact)
	switch at.field {
	case "benefit.formula":
		return AskFormula, nil
	case "limit.mark":
		return AskChoice, []Choice{{"S", markWords["S"]}, {"X", markWords["X"]}}
	case "body":
		var out []Choice
		for _, body := range r.Bodies {
			out = append(out, Choice{body, body})
		}
		return AskChoice, out
	case "ceiling":
		return AskChoice, r.standards(policy.UnitFen)
	case "limit.by":
		return AskChoice, r.standards(policy.UnitRatio)
	case "limit.param":
		if known {
			return AskChoice, r.standards(f.Unit)
		}
	case "value", "range.0", "range.1":
		if known && len(f.Levels) > 0 {
			var out []Choice
			for i, level := range f.Levels {
				out = append(out, Choice{strconv.Itoa(i), level})
			}
			return AskChoice, out
		}
	}
	if criterionFields[at.field] == figure || itemFields[at.field] == figure { // no field is one here and another there
		return AskNumber, nil
	}
	return AskText, nil
}

// standards are those of a unit.
func (r *Reading) standards(unit policy.Unit) (out []Choice) {
	for _, p := range r.Params {
		if policy.Unit(p.Unit) == unit {
			out = append(out, Choice{p.Name, p.Label})
		}
	}
	return out
}

// Label is how a standard is called, by its name in the files.
func (sp Speaker) Label(param string) string {
	if id, found := sp.book.Param(param); found {
		return sp.book.Params[id].Label
	}
	return param
}
