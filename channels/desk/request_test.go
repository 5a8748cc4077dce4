package desk_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/desk"
	"lianou/core"
)

func filled() url.Values {
	return url.Values{
		"key": {"k1"}, "applicant.name": {"周桂兰"}, "contact.phone": {"13905340001"},
		"live.county": {"371426"}, "live.township": {"371426104"}, "live.village": {""},
		"consent": {"process"}, "consent.how": {"spoken"},
		"h.area": {"rural"}, "h.income_per_capita_month": {"1,390.50"}, "h.houses": {"1"}, "h.cars": {""}, "h.business_with_staff": {"false"},
		"h.statuses": {"none"}, "h.shocks.kind": {"sudden_illness"}, "h.shocks.date": {"2024-01-10"}, "h.shocks.loss": {"65000"},
		"m0.name": {"周桂兰"}, "m0.age": {"59"}, "m0.disability.kind": {"none"}, "m0.relation": {"applicant"},
		"m1.name": {"周小山"}, "m1.age": {""}, "m1.disability.kind": {"limb"}, "m1.disability.grade": {"1"}, "m1.parents": {"alive", "dead"},
		"m2.name": {""}, "m2.age": {""},
	}
}

func TestRequestReadsTheForm(t *testing.T) {
	t.Parallel()
	f, err := desk.Request(filled())
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]any
	if err := json.Unmarshal(f.Household, &facts); err != nil {
		t.Fatal(err)
	}
	// What intake fills is added here, and the result must pass the strict door.
	facts["on"], facts["county"] = "2024-03-01", "371426"
	doc, _ := json.Marshal(facts)
	h, err := core.DecodeHousehold(doc)
	if err != nil {
		t.Fatalf("the strict decoder refused %s: %v", doc, err)
	}
	switch {
	case f.Live.Region != "371426104", len(f.People) != 2, len(f.Consents) != 1:
		t.Errorf("form read as %+v", f)
	case *h.IncomePerCapitaMonth != 139050, h.Cars != nil, *h.BusinessWithStaff, len(*h.Statuses) != 0:
		t.Errorf("household read as %s", doc)
	case h.Members[1].Age != nil, h.Members[1].Disability.Grade != 1, *h.Members[0].Disability != core.Disability{}, len(*h.Members[1].Parents) != 2:
		t.Errorf("members read as %s", doc)
	}
}

// The applicant is written once: the row of the applicant takes name and number from
// above, another row never does, and one that nobody named is a member without a name.
// Control: leave the relation out of memberOf.
func TestApplicantIsWrittenOnce(t *testing.T) {
	t.Parallel()
	f, err := desk.Request(url.Values{"applicant.name": {"臧玉梅"}, "applicant.id_number": {"11010519491231002X"}, "contact.phone": {"13900010077"}, "live.county": {"371426"},
		"m0.relation": {"applicant"}, "m1.relation": {"child"}})
	if err != nil || len(f.People) != 1 || f.People[0].Name != "臧玉梅" || f.People[0].IDNumber != "11010519491231002X" {
		t.Errorf("%+v %v", f.People, err)
	}
}

// Who asks is a member, when the form names none: three answers are an application.
func TestRequestOfOneLine(t *testing.T) {
	t.Parallel()
	f, err := desk.Request(url.Values{"applicant.name": {"臧玉梅"}, "contact.phone": {"13900010077"}, "live.county": {"371426"}})
	if err != nil || string(f.Household) != `{"members":[{"age":null,"ref":"m1"}]}` || len(f.People) != 0 {
		t.Errorf("%s %v %v", f.Household, f.People, err)
	}
}

func TestRequestRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"a word for a number":     {"h.houses", "一处"},
		"an unknown field":        {"h.salary", "1"},
		"an unknown member field": {"m0.salary", "1"},
		"a grade not chosen":      {"m1.disability.grade", ""},
		"yes and no misspelt":     {"h.business_with_staff", "maybe"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := filled()
			v.Set(change[0], change[1])
			_, err := desk.Request(v)
			if known := core.Known(err); known.Kind != core.KindInvalid || strings.TrimSpace(known.Say) == "" {
				t.Fatalf("answered %v, want a clear refusal", err)
			}
		})
	}
}
