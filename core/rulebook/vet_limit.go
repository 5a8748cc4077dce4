package rulebook

import (
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// mostOfFact bounds the limits of facts that can be no more by what they are; others go by
// their unit.
var mostOfFact = map[string]int64{"members.count": core.MaxMembers, "adl_failed": 6}

// mostTimes bounds by how much a standard is multiplied. The days of an item are bounded by
// policy.
const mostTimes = 100

// unit is what a field is counted in; "" for what is no number, or stands for a level.
func (at fieldAt) unit() policy.Unit {
	switch at.field {
	case "value", "range.0", "range.1":
		if f, known := policy.FactByKey(at.fact); known && len(f.Levels) == 0 {
			return f.Unit
		}
	case "limit.times":
		return policy.UnitRatio
	case "limit.days", "limit.county", "notice.days":
		return policy.UnitDays
	}
	return ""
}

// most is the most that a number may be there, as written.
func (at fieldAt) most() (int64, bool) {
	if at.field == "limit.times" {
		return mostTimes, true
	}
	f, known := policy.FactByKey(at.fact)
	if !known {
		return 0, false
	}
	if len(f.Levels) > 0 {
		return int64(len(f.Levels)) - 1, true
	}
	if most, known := mostOfFact[at.fact]; known {
		return most, true
	}
	most, known := mostOf[f.Unit]
	return most, known
}

// saidFields are the sentences that are said to people: they have places. A law's number has
// brackets of its own: 民发【2021】43号.
var saidFields = []string{"pass", "fail", "unknown"}

// vetCriterion wants the sentences of a condition changed before its limit: a limit of 65 under
// a sentence that says 60 would tell somebody of 62 that they are not yet 60. It wants no place
// in a sentence but those there are, and asks about a limit that leaps.
func vetCriterion(before Sources, sp Speaker, step Step) error {
	c := step.Op.Criterion
	if slices.Contains(saidFields, c.Field) && strings.ContainsAny(c.Value, "【】") {
		e := core.Invalid(ErrSentence.Field, "句子里方括号括起来的只能是【这个人】【这家的数】【标准】,一个字都不能改。")
		return e.Wrap(ErrSentence)
	}
	found, err := find(before, "criteria", "name", c.Name)
	if err != nil {
		return err
	}
	was := criterionLine(found[0].node)
	is := was.with(c.Field, c.Value)
	if err := sp.vetNumbers(&was, &is); err != nil {
		return err
	}
	return sp.askLeap(before, step, fieldAt{c.Field, was.Fact}, was.Fields[c.Field], c.Value)
}

// vetItem wants a body that is known, and asks about days that leap and about formulas that give
// nothing, or much more or less.
func vetItem(before Sources, sp Speaker, step Step, today core.Date) error {
	i := step.Op.Item
	if i.Field == "body" {
		return vetBody(before, i.Value)
	}
	versions, err := versionsOf(before, i.Code)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if v.from != i.From {
			continue
		}
		on := max(v.from, today)
		if !v.until.IsZero() {
			on = min(on, v.until-1)
		}
		switch {
		case i.Field == "benefit.formula":
			return sp.askFormula(before, step, on)
		case itemFields[i.Field] == sentence:
			return sp.askYuan(before, step, fieldsOf(v.node, itemFields)[i.Field], on)
		}
		return sp.askLeap(before, step, fieldAt{field: i.Field}, fieldsOf(v.node, itemFields)[i.Field], i.Value)
	}
	return nil
}

// with is a line with one field changed.
func (l FieldLine) with(field, value string) FieldLine {
	fields := map[string]string{field: value}
	for k, v := range l.Fields {
		if k != field {
			fields[k] = v
		}
	}
	l.Fields = fields
	return l
}

// askLeap asks about a number that leaps, of who is not sure.
func (sp Speaker) askLeap(before Sources, step Step, at fieldAt, was, is string) error {
	if step.Sure || at.leaps(was, is) == "" {
		return nil
	}
	return core.E(ErrLeap.Kind, ErrLeap.Code, sp.From(before, step.Op)+"。").Wrap(ErrLeap)
}

// leaps says what the change of a number comes to; "" for a small one, and for what is no number.
func (at fieldAt) leaps(was, is string) string {
	unit := at.unit()
	if at.field == "limit.times" && was == "" {
		was = "1"
	}
	if unit == "" || was == "" || is == "" {
		return ""
	}
	return leapOf(unit, thousandths(was), thousandths(is))
}

// vetNumbers refuses numbers of a condition that are others than before, where they are beyond
// what anything comes to, and limits that a sentence still says as they were.
func (sp Speaker) vetNumbers(was, is *FieldLine) error {
	for _, field := range criterionOrder {
		at, old, new := fieldAt{field, is.Fact}, was.Fields[field], is.Fields[field]
		if new == "" || thousandths(old) == thousandths(new) || criterionFields[field] != figure {
			continue
		}
		if most, bounded := at.most(); bounded && thousandths(new) > most*1000 {
			return core.Invalid(ErrAbsurd.Field, sp.condition(is.Title)+"的"+FieldWord(field)+"写成了 "+sp.inWords(at, new)+",大得不像真的,最多写到 "+sp.inWords(at, strconv.FormatInt(most, 10))+"。请看看是不是多写了几个零,改对了再交。").Wrap(ErrAbsurd)
		}
		if err := sp.stillSays(is, at, old); err != nil {
			return err
		}
	}
	return nil
}

// stillSays refuses a limit of which a sentence says what it was before.
func (sp Speaker) stillSays(l *FieldLine, at fieldAt, old string) error {
	if old == "" {
		return nil
	}
	unit := at.unit()
	if unit == "" {
		unit = policy.UnitCount // a level is counted: 一级
	}
	for _, said := range []string{"pass", "fail", "unknown"} {
		if text := nameOf(l.Fields[said], unit, thousandths(old)); text != "" {
			e := core.Invalid(ErrSentence.Field, sp.condition(l.Title)+"的「"+fieldWords[said]+"」那一句里还写着 "+text+"。请先改句子,再改限额,不然给居民看的话和限额对不上。")
			return e.Wrap(ErrSentence)
		}
	}
	return nil
}

// vetConditions is vetNumbers of all conditions of two sets, as whole files bring them.
func (sp Speaker) vetConditions(was, is []FieldLine) error {
	known := map[string]*FieldLine{}
	for i := range was {
		known[was[i].Name] = &was[i]
	}
	for i := range is {
		old := known[is[i].Name]
		if old == nil {
			old = &FieldLine{}
		}
		if err := sp.vetNumbers(old, &is[i]); err != nil {
			return err
		}
	}
	return nil
}
