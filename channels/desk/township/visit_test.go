package township

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
)

// What a visit finds out about a person reaches the facts under that person's path,
// in the types of the schema; an empty field says nothing.
// Control: without the loop over the members in changed only the two facts of the
// household are there.
func TestAVisitRecordsFactsOfMembers(t *testing.T) {
	t.Parallel()
	form := url.Values{"h.cars": {"1"}, "h.house_grade": {"D"}, "h.income_12m": {""}, "member": {"m1", "r2"},
		"m.m1.illness": {"serious"}, "m.m1.age": {""}, "m.m1.parents": {"dead", ""},
		"m.r2.adl_failed": {"4"}, "m.r2.needs_long_term_care": {"true"}, "m.r2.disability.kind": {"limb"}, "m.r2.disability.grade": {"2"},
		"m.other.illness": {"serious"}}
	got, err := changed(doing{r: &http.Request{PostForm: form}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"cars": "1", "house_grade": `"D"`, "members/m1/illness": `"serious"`, "members/m1/parents": `["dead"]`,
		"members/r2/adl_failed": "4", "members/r2/needs_long_term_care": "true", "members/r2/disability": `{"grade":2,"kind":"limb"}`}
	if len(got) != len(want) {
		t.Errorf("%d facts, want %d: %s", len(got), len(want), got)
	}
	for path, value := range want {
		if string(got[path]) != value {
			t.Errorf("%s is %s, want %s", path, got[path], value)
		}
	}
	for name, spoilt := range map[string]url.Values{
		"a grade without its kind": {"member": {"m1"}, "m.m1.disability.grade": {"2"}},
		"a word for a number":      {"member": {"m1"}, "m.m1.adl_failed": {"四样"}},
		"a field of no fact":       {"member": {"m1"}, "m.m1.wealth": {"1"}},
	} {
		if _, err := changed(doing{r: &http.Request{PostForm: spoilt}}); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The visit form asks for every fact that the request form asks for, of everybody
// who counts, and says what it was.
func TestAVisitAsksForTheWholeVocabulary(t *testing.T) {
	t.Parallel()
	cars, failed := 1, 5
	v := casefile.View{Members: []casefile.Member{{Ref: "m1", Name: "周桂兰"}}, Facts: casefile.Facts{Household: core.Household{Cars: &cars,
		Members: []core.Member{{Ref: "m1", ADLFailed: &failed, Disability: &core.Disability{Kind: "limb", Grade: 1}}, {Ref: "m2"}}}}}
	list := askings(v)
	if len(list) != 3 || list[1].Name != "周桂兰" || list[2].Ref != "m2" {
		t.Fatalf("asked of %+v", list)
	}
	was := map[string]string{}
	same := map[string]bool{}
	for _, a := range list {
		if len(a.Rows) > 0 && a.Rows[0].Was == "" && slices.ContainsFunc(a.Rows, func(c confirm) bool { return c.Was != "" }) {
			t.Errorf("%q begins with what nobody said: %s", a.Name, a.Rows[0].Label)
		}
		for _, row := range a.Rows {
			same[row.Path] = true
			if row.Label == "" {
				t.Errorf("%s has no label", row.Name)
			}
			was[row.Name] = row.Was
		}
	}
	// What was said can be ticked as seen to be so, and nothing else can.
	// Control: a Path for every row ("members/m2/adl_failed can be ticked").
	delete(same, "")
	for path := range same {
		if !slices.Contains([]string{"cars", "members/m1/adl_failed", "members/m1/disability"}, path) {
			t.Errorf("%s can be ticked, and nobody said it", path)
		}
	}
	if len(same) != 3 {
		t.Errorf("to be ticked: %v", same)
	}
	household, member := desk.Asked()
	for _, key := range household {
		if _, asked := was["h."+key]; !asked && key != "statuses" && key != "shocks" {
			t.Errorf("%s is not asked", key)
		}
	}
	for _, key := range member {
		if _, asked := was["m.m2."+key]; !asked && key != "disability" {
			t.Errorf("%s is not asked", key)
		}
	}
	for name, want := range map[string]string{"h.cars": "1 辆", "m.m1.adl_failed": "5 样", "m.m1.disability.kind": "肢体一级", "m.m2.adl_failed": ""} {
		if was[name] != want {
			t.Errorf("%s was %q, want %q", name, was[name], want)
		}
	}
}
