package desk

import (
	"encoding/json"
	"regexp"
	"strings"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/wording"
)

// SayFact says one value of a register in words, as it was valid from a day; "没有登记" where
// there is none, or none that this build has words for.
func SayFact(home bool, key string, day core.Date, value json.RawMessage) string {
	const none = "没有登记"
	var who core.PersonID
	if !home {
		who = 1 // any: only whether it is a person's counts
	}
	facts, err := json.Marshal(map[string]json.RawMessage{key: value})
	if err != nil || len(value) == 0 {
		return none
	}
	if words := SaySheet(registry.PastSheet{Person: who, ValidFrom: day, Facts: facts})[key]; words != "" {
		return words
	}
	return none
}

// SaySheet says one sheet in words, by fact; "" is a fact that it took back. What this
// build has no words for is left out: the present value stands in the list all the same.
func SaySheet(t registry.PastSheet) map[string]string {
	keys := map[string]json.RawMessage{}
	if json.Unmarshal(t.Facts, &keys) != nil {
		return nil
	}
	said := wording.Facts(smallest(t, keys))
	out := map[string]string{}
	for key, raw := range keys {
		path := key
		if t.Person != 0 {
			path = "members/x/" + key
		}
		if value, is := said[path]; is || string(raw) == "null" {
			out[key] = value
		}
	}
	return out
}

// smallest is the household that says no more than the sheet.
func smallest(t registry.PastSheet, keys map[string]json.RawMessage) core.Household {
	member := map[string]any{"ref": "x", "age": nil}
	whole := map[string]any{"on": t.ValidFrom.String(), "county": string(core.DezhouCity), "members": []any{member}}
	into := whole
	if t.Person != 0 {
		into = member
	}
	for key, raw := range keys {
		into[key] = raw
	}
	doc, err := json.Marshal(whole)
	if err != nil {
		return core.Household{}
	}
	h, err := core.DecodeHousehold(doc)
	if err != nil { // a sheet of another vocabulary: its words are not ours
		return core.Household{}
	}
	return h
}

// Grades says the grades of a certificate of disability, 0 for none, in the words that stand
// on it: "1 到 2" of a condition is 一级到二级.
func Grades(value string) string {
	return strings.NewReplacer("0", "没有残疾证", "1", "一级", "2", "二级", "3", "三级", "4", "四级", " 到 ", "到").Replace(value)
}

// graded is a grade as rules of before, and what cases keep of them, say it.
var graded = regexp.MustCompile(`残疾证是 ?([1-4]) ?级`)

// GradesIn says the grade of a certificate in a sentence by the word that stands on it, as the
// other sentences do: 残疾证是 1 级 is 残疾证是一级.
func GradesIn(text string) string {
	return graded.ReplaceAllStringFunc(text, func(found string) string {
		return "残疾证是" + Grades(graded.FindStringSubmatch(found)[1])
	})
}
