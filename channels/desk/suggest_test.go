package desk

import (
	"encoding/json"
	"net/url"
	"reflect"
	"testing"

	"lianou/core/registry"
	"lianou/intake"
)

// What was told elsewhere and is put into the form field by field is the form that was
// told.
//
// Control: suggestedMember without disability; suggestedShock that does nothing.
func TestSuggestedIsTheFormTold(t *testing.T) {
	t.Parallel()
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	told := intake.Form{
		Contact:   intake.ContactForm{Name: "张秀英", Phone: "13905340001", Capacity: "member"},
		Applicant: intake.PersonForm{Name: "张桂兰", IDNumber: "371426195001010028"},
		Live:      intake.PlaceForm{Region: "371426102", Detail: "村东头"},
		Story:     "没钱看病", Urgent: true, Account: "6217000010001234567",
		Household: json.RawMessage(`{"area":"rural","income_12m":9360,"houses":1,"business_with_staff":false,"shocks":[{"kind":"illness","date":"2026-10-03"}],
			"members":[{"ref":"m1","relation":"applicant","age":76,"disability":{}},{"ref":"m2","relation":"child","age":33,"disability":{"kind":"physical","grade":1},"needs_long_term_care":true,"illness":"尿毒症"}]}`),
	}
	form := url.Values{}
	for _, s := range Suggested(told, regions) {
		if s.Label == "" || s.Show == "" {
			t.Errorf("%+v", s)
		}
		if s.Field == "live" {
			form.Set("live.township", s.Value)
			continue
		}
		form.Set(s.Field, s.Value)
	}
	got, err := Request(form)
	if err != nil {
		t.Fatal(err)
	}
	var want, have map[string]any
	if json.Unmarshal(told.Household, &want) != nil || json.Unmarshal(got.Household, &have) != nil || !reflect.DeepEqual(want, have) {
		t.Errorf("household:\n got %s\nwant %s", got.Household, told.Household)
	}
	told.Household, got.Household, got.People = nil, nil, nil
	if !reflect.DeepEqual(told, got) {
		t.Errorf("form:\n got %+v\nwant %+v", got, told)
	}
	if more := Suggested(intake.Form{Household: json.RawMessage(`["nonsense"]`)}, regions); len(more) != 0 {
		t.Errorf("of nonsense: %+v", more)
	}
}
