package desk

import (
	"maps"
	"net/url"
	"testing"

	"lianou/intake"
)

// Seconds are taken as they are or not at all; a fact with seconds is not also "not
// recorded", and what the form does not answer is neither. Control: unrecorded() that
// takes every ticked path, "members/m2/illness" among them.
func TestHeardOf(t *testing.T) {
	t.Parallel()
	v := url.Values{
		"h.income_12m": {"18000"}, "heard.h.income_12m": {"94000-101000"},
		"m0.age": {"63"}, "heard.m0.age": {"5000-8000"},
		"m1.disability.kind": {"limb"}, "heard.m1.disability.kind": {"1-2"},
		"h.shocks.kind": {"illness"}, "heard.h.shocks.kind": {"7-9"},
		"heard.m0.illness": {"5000-8000"},                             // nobody answered it
		"m0.sex":           {"female"}, "heard.m0.sex": {"8000-5000"}, // backwards
		"h.cars": {"0"}, "heard.h.cars": {"-4-8"}, //
		"h.houses": {"1"}, "heard.h.houses": {"0-999999999999"}, // a year of talk
		"applicant.name": {"周"}, "heard.applicant.name": {"1-2"}, // no fact
		"m99.age": {"3"}, "heard.m99.age": {"1-2"},
		"h.medical_12m": {"30000"}, "m1.illness": {""}, // heard, not recorded; and one that nobody answered
		"unrecorded": {"medical_12m", "income_12m", "members/m2/illness", "members/m1/age", "applicant.name", "contact"},
	}
	want := map[string]intake.Span{"income_12m": {FromMS: 94000, ToMS: 101000}, "members/m1/age": {FromMS: 5000, ToMS: 8000},
		"members/m2/disability": {FromMS: 1, ToMS: 2}, "shocks": {FromMS: 7, ToMS: 9}, "medical_12m": {Unrecorded: true}}
	if got := HeardOf(v); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
