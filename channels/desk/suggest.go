package desk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/wording"
	"lianou/intake"
)

// Suggestion is one field of the request form that somebody told elsewhere: nothing of it
// is in the form before a person put it there.
type Suggestion struct {
	Field, Label string
	Value        string // for the field
	Show         string // for the person
}

// Suggested lays out a form that was told elsewhere as suggestions for the fields of the
// request form: Request over them gives the same form again, but for what the request
// form has no field for.
func Suggested(f intake.Form, places *registry.Regions) []Suggestion {
	var out []Suggestion
	add := func(field, label, value, show string) {
		if value != "" {
			out = append(out, Suggestion{field, label, value, cmp.Or(show, value)})
		}
	}
	add("applicant.name", "姓名", f.Applicant.Name, "")
	add("applicant.id_number", "身份证号", f.Applicant.IDNumber, "")
	add("contact.phone", "电话", f.Contact.Phone, "")
	for _, c := range Capacities() {
		if c.Value == f.Contact.Capacity {
			add("contact.capacity", "谁在说", c.Value, c.Word)
		}
	}
	add("contact.name", "说话人", f.Contact.Name, "")
	add("live", "住在", f.Live.Region, places.FullName(core.RegionCode(f.Live.Region)))
	add("live.detail", "怎么找", f.Live.Detail, "")
	for i, m := range membersOf(f.Household) {
		out = append(out, suggestedMember(m, i)...)
	}
	h := factsOf(f.Household)
	for _, key := range slices.Concat(householdAsked, householdRarely) {
		fact, _ := wording.HouseholdFact(key)
		out = append(out, suggestedFact(fact, "h."+key, "", h[key])...)
	}
	out = append(out, suggestedShock(h["shocks"])...)
	add("story", "难处", f.Story, "")
	add("account", "卡号", f.Account, "")
	if f.Urgent {
		add("urgent", "急难", "true", "说很急")
	}
	return out
}

func factsOf(raw json.RawMessage) (facts map[string]json.RawMessage) {
	if json.Unmarshal(raw, &facts) != nil {
		return nil // it was told by nobody whom the schema bound: nothing to suggest
	}
	return facts
}

func membersOf(raw json.RawMessage) (members []map[string]json.RawMessage) {
	if json.Unmarshal(factsOf(raw)["members"], &members) != nil {
		return nil
	}
	return members[:min(len(members), formRows)]
}

func suggestedMember(m map[string]json.RawMessage, i int) (out []Suggestion) {
	at, who := "m"+strconv.Itoa(i)+".", "第 "+strconv.Itoa(i+1)+" 口人"
	for _, key := range slices.Concat(memberAsked, memberRarely) {
		fact, _ := wording.MemberFact(key)
		out = append(out, suggestedFact(fact, at+key, who, m[key])...)
	}
	var d map[string]json.RawMessage
	if json.Unmarshal(m["disability"], &d) != nil || d == nil {
		return out
	}
	if len(d) == 0 {
		return append(out, Suggestion{at + "disability.kind", who + " 残疾证", "none", "没有残疾证"})
	}
	for _, key := range []string{"kind", "grade"} {
		fact, _ := wording.MemberFact("disability." + key)
		out = append(out, suggestedFact(fact, at+"disability."+key, who, d[key])...)
	}
	return out
}

func suggestedShock(raw json.RawMessage) (out []Suggestion) {
	var shocks []map[string]json.RawMessage
	if json.Unmarshal(raw, &shocks) != nil || shocks == nil {
		return nil
	}
	if len(shocks) == 0 {
		return []Suggestion{{"h.shocks.kind", "出的事", "none", "没有出事"}}
	}
	for _, field := range shockAsked {
		fact, _ := wording.HouseholdFact(field)
		out = append(out, suggestedFact(fact, "h."+field, "", shocks[0][strings.TrimPrefix(field, "shocks.")])...)
	}
	return out
}

// suggestedFact is an answer of one value: a list has no field of its own.
func suggestedFact(fact wording.Fact, field, who string, raw json.RawMessage) []Suggestion {
	value := strings.TrimSpace(string(raw))
	switch {
	case value == "" || value == "null" || bytes.HasPrefix(raw, []byte("[")) || bytes.HasPrefix(raw, []byte("{")) || fact.Label == "":
		return nil
	case strings.HasPrefix(value, `"`):
		if json.Unmarshal(raw, &value) != nil || value == "" {
			return nil
		}
	}
	show := fact.Word(value)
	if fact.Unit != "" {
		show += " " + fact.Unit
	}
	return []Suggestion{{field, strings.TrimSpace(who + " " + fact.Label), value, show}}
}
