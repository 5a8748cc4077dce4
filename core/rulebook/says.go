package rulebook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/policy"
)

// mostSaid is how many steps of a draft are said with what was there before; those beyond are
// said by what they set.
const mostSaid = 200

// Step is a step of the draft in words: what is set, and what was there before. Of whole files
// it names the files, and Steps says what they change.
func (r *Reading) Step(c Change) string {
	if said := r.said[c.N]; said != "" {
		return said
	}
	return r.Say(c.Op)
}

// says says the steps that hold, done again one after another, and of amounts from what to what.
// Where one cannot be done, those behind it are said by what they set.
func (r *Reading) says(base Sources, f *Folder, today core.Date) {
	r.said = map[int]string{}
	if r.Steps == nil {
		r.Steps = map[int]*Told{}
	}
	for i, c := range f.Standing() {
		next, err := c.Op.apply(base)
		if err != nil || i >= mostSaid {
			return
		}
		r.said[c.N] = r.From(base, c.Op)
		if c.Op.Amount != nil {
			if told, err := r.amountTold(base, next, c.Op.Amount, today); err == nil {
				r.Steps[c.N] = &told
			}
		}
		base = next
	}
}

func (sp Speaker) amountTold(base, next Sources, a *Amount, today core.Date) (Told, error) {
	old, err := base.paramLine(a.Param)
	if err != nil {
		return Told{}, err
	}
	new, err := next.paramLine(a.Param)
	if err != nil {
		return Told{}, err
	}
	return sp.stepped(today, old, new), nil
}

// whole is a step for the log: of an amount also from what to what.
func (sp Speaker) whole(base, next Sources, o Op, today core.Date) string {
	out := sp.From(base, o)
	if o.Amount == nil {
		return out
	}
	told, err := sp.amountTold(base, next, o.Amount, today)
	if err != nil {
		return out
	}
	return strings.Join(slices.Concat([]string{out}, told.Lines, told.Gone, told.Rest), ";")
}

// From is Say with what the set has in that place before the step.
func (sp Speaker) From(base Sources, o Op) string {
	switch {
	case o.Criterion != nil:
		found, err := find(base, "criteria", "name", o.Criterion.Name)
		if err != nil {
			return sp.Say(o)
		}
		was, c := fieldsOf(found[0].node, criterionFields), o.Criterion
		at := fieldAt{o.Criterion.Field, word(found[0].node, "fact")}
		return sp.conditionIn(found[0]) + ":" + FieldWord(c.Field) + " " + sp.move(at, was[c.Field], c.Value)
	case o.Item != nil:
		versions, err := versionsOf(base, o.Item.Code)
		if err != nil {
			return sp.Say(o)
		}
		for _, v := range versions {
			if v.from == o.Item.From {
				was, at := fieldsOf(v.node, itemFields), fieldAt{field: o.Item.Field}
				return fmt.Sprintf("事项 %s %s(%s 起的):%s %s", o.Item.Code, word(v.node, "name"), v.from, FieldWord(o.Item.Field), sp.move(at, was[o.Item.Field], o.Item.Value))
			}
		}
	case o.Weights != nil:
		if was, ok := weightsIn(base); ok {
			return "困难指数的权重:" + weightSteps(was, o.Weights.Of) + ",依据:" + o.Weights.Source
		}
	}
	return sp.Say(o)
}

// move says a field from what to what, and of a number that leaps what that comes to.
func (sp Speaker) move(at fieldAt, was, is string) string {
	return sp.inWords(at, was) + " → " + sp.inWords(at, is) + bracketed(at.leaps(was, is))
}

// condition names one by the sentence that says it is met.
func (sp Speaker) condition(pass string) string { return "条件“" + short(Shown(pass)) + "”" }

// conditionIn names a condition by its sentence in the files, and where another says the same,
// by what tells them apart now.
func (sp Speaker) conditionIn(at place) string {
	pass, name := word(at.node, "pass"), word(at.node, "name")
	var twins []string
	for _, n := range at.list.Values {
		if word(n, "pass") == pass {
			twins = append(twins, word(n, "name"))
		}
	}
	if len(twins) == 1 {
		return sp.condition(pass)
	}
	return sp.condition(pass) + "(" + apart(sp.conditions, name, twins) + ")"
}

// titleOf is how an item is called in the set.
func (sp Speaker) titleOf(code core.ItemCode) string {
	if title := sp.book.Title(code); title != string(code) {
		return string(code) + " " + title
	}
	return string(code)
}

// titleOfTest names a condition by its name in the files.
func (sp Speaker) titleOfTest(name string) string {
	i := slices.IndexFunc(sp.book.Tests, func(t *policy.Test) bool { return t.Name == name })
	if i < 0 {
		return "条件“" + name + "”"
	}
	return sp.condition(sp.book.Tests[i].Pass.String())
}

// Called is how people call an item, a condition or a standard, by its name in the files; ""
// for what they have no name for.
func (sp Speaker) Called(name string) string {
	if _, is := sp.book.Item(core.ItemCode(name)); is {
		return "事项 " + sp.titleOf(core.ItemCode(name))
	}
	if id, is := sp.book.Param(name); is {
		return "标准 " + sp.book.Params[id].Label
	}
	if slices.ContainsFunc(sp.book.Tests, func(t *policy.Test) bool { return t.Name == name }) {
		return sp.titleOfTest(name)
	}
	return ""
}

// fieldAt is a field of a condition or an item, with the fact that the condition asks.
type fieldAt struct{ field, fact string }

// FieldWord is a field of a condition or an item as people call it.
func FieldWord(field string) string { return fieldWords[field] }

// inWords is what a field says, as people read it.
func (sp Speaker) inWords(at fieldAt, value string) string {
	switch {
	case value == "" && at.field == "limit.times":
		return "1 倍"
	case value == "" && at.field == "body":
		return "没有另外写,按平常的办"
	case value == "":
		return "没有"
	}
	switch at.field {
	case "limit.times":
		return value + " 倍"
	case "limit.param", "limit.by", "ceiling":
		if id, found := sp.book.Param(value); found {
			return sp.book.Params[id].Label
		}
	case "value", "range.0", "range.1":
		return numberOf(at.fact, value)
	case "limit.days", "limit.county":
		return value + " 个工作日"
	case "notice.days":
		return value + " 天"
	case "limit.mark":
		return markWords[value]
	case "benefit.formula":
		if givesNothing(value) {
			return nothing
		}
		return "“" + timesSign(formulaSaid(sp.book, value)) + "”"
	}
	return "“" + Shown(value) + "”"
}

// markWords say whether a limit of days has a source.
var markWords = map[string]string{"S": "有依据", "X": "样本"}

// numberOf says the number that a condition compares a fact with.
func numberOf(fact, value string) string {
	f, known := policy.FactByKey(fact)
	if !known {
		return value
	}
	if n := thousandths(value); len(f.Levels) > 0 && n >= 0 && n%1000 == 0 {
		return f.Amount(n / 1000)
	}
	word := f.Counter
	if word == "" {
		word = f.Unit.Chinese()
	}
	return grouped(value) + " " + word
}

// weightsIn are the weights that the files of a set say; false where they cannot be told.
func weightsIn(s Sources) (hardship.Weights, bool) {
	for _, f := range s.files {
		if !strings.Contains(f.Text, "weights:") {
			continue
		}
		p, err := openPage(f)
		if err != nil {
			return hardship.Weights{}, false
		}
		written := value(value(p.root, "index"), "weights")
		if written == nil {
			continue
		}
		var out hardship.Weights
		for i := range out {
			n, err := strconv.ParseInt(word(written, hardship.Keys[i:i+1]), 10, 64)
			if err != nil {
				return out, false
			}
			out[i] = n
		}
		return out, true
	}
	return hardship.Even, true
}

// weightSteps names the weights that are others, by their parts.
func weightSteps(was, is hardship.Weights) string {
	var out []string
	names := hardship.Names()
	for i := range is {
		if was[i] != is[i] {
			out = append(out, fmt.Sprintf("%c %s %d → %d", hardship.Keys[i], names[i], was[i], is[i]))
		}
	}
	if len(out) == 0 {
		return "都没变"
	}
	return strings.Join(out, "、")
}
