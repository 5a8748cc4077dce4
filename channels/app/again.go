package app

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/wording"
	"lianou/intake/interview"
)

// refused notes what stood in a page whose answer was not taken: it comes back as it was.
// A page of another question than the one that is open says nothing of it.
func (q *question) refused(form url.Values) {
	if form.Get("step") != q.Ref {
		return
	}
	q.again = form
	if form.Has("v") {
		q.Value = form.Get("v")
	}
}

// Chosen reports whether a page that is shown again had this value under a name.
func (q question) Chosen(name, value string) bool { return slices.Contains(q.again[name], value) }

// At is what a page that is shown again had at a place of a name that stands several times.
func (q question) At(name string, i int) string {
	if list := q.again[name]; i < len(list) {
		return list[i]
	}
	return ""
}

// Named reports whether a round that is put right, or shown again, named somebody.
func (q question) Named(ref core.MemberRef) bool {
	if q.again != nil {
		return q.Chosen("who", string(ref))
	}
	var list []core.MemberRef
	return q.Prefill != nil && json.Unmarshal(q.Prefill.Value, &list) == nil && slices.Contains(list, ref)
}

// familyRow is one of the family as it was told, to be put right.
type familyRow struct{ Relation, Age string }

// Row is the row of the family at a place, empty where nobody was told.
func (q question) Row(i int) familyRow {
	if q.again != nil {
		return familyRow{q.At("rel", i), q.At("age", i)}
	}
	var list []struct {
		Relation string      `json:"relation"`
		Age      json.Number `json:"age"`
	}
	if q.Prefill == nil || json.Unmarshal(q.Prefill.Value, &list) != nil || i >= len(list) {
		return familyRow{}
	}
	return familyRow{list[i].Relation, list[i].Age.String()}
}

// penniless are the words that people type into a box for money when there is none.
func penniless() []string {
	return []string{"没钱", "没有", "没", "无", "没有钱", "一分没有", "一分钱没有", "一分也没有", "一分都没有", "一分钱也没有", "一分钱都没有", "零"}
}

// typed reads the fields of a question. What a box does not take is answered with what to
// write into it: the help of the question was read already.
func typed(q *interview.Question, form url.Values) (json.RawMessage, error) {
	if q.Type == interview.TypeMoney && slices.Contains(penniless(), strings.TrimRight(strings.TrimSpace(form.Get("v")), "。.")) {
		return json.RawMessage("0"), nil
	}
	value, err := q.Filled(form)
	switch {
	case err == nil:
		return value, nil
	case q.Type == interview.TypeMoney:
		return nil, core.Invalid(q.Key, wording.WriteMoney())
	case q.Type == interview.TypeNumber:
		return nil, core.Invalid(q.Key, wording.WriteNumber(unit(q)))
	case errors.Is(err, interview.ErrEmpty):
		return nil, core.Invalid(q.Key, cut(q.Type, form))
	}
	return nil, err
}

// unit is what a number counts, "" where nothing says.
func unit(q *interview.Question) string {
	fact, member := q.Member()
	if member {
		f, _ := wording.MemberFact(fact)
		return f.Unit
	}
	f, _ := wording.HouseholdFact(q.Key)
	return f.Unit
}

// cut says which part of an answer in parts is not there yet.
func cut(kind interview.Type, form url.Values) string {
	const unsure = "不清楚就点“不清楚”。"
	switch {
	case kind == interview.TypeDisability && form.Get("kind") != "":
		return "还没选几级,残疾证上写着,比如:二级。" + unsure
	case kind == interview.TypeDisability && form.Get("grade") != "":
		return "还没选哪一类,残疾证上写着,比如:肢体。" + unsure
	case kind == interview.TypeParents && len(form["p"]) == 2 && form["p"][0] != "":
		return "妈妈的情况还没选。" + unsure
	case kind == interview.TypeParents && len(form["p"]) == 2 && form["p"][1] != "":
		return "爸爸的情况还没选。" + unsure
	case kind == interview.TypeText, kind == interview.TypeID, kind == interview.TypePhone, kind == interview.TypeAccount:
		return "还没写。" + unsure
	}
	return "还没选。" + unsure
}
