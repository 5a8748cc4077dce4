package wording_test

import (
	"reflect"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/wording"
)

// Every fact of the schema has a label, so that no desk shows a key to a person.
func TestEveryFactHasALabel(t *testing.T) {
	t.Parallel()
	keys := func(v any) []string {
		var out []string
		for f := range reflect.TypeOf(v).Fields() {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			out = append(out, key)
		}
		return out
	}
	for _, key := range keys(core.Household{}) {
		if key == "on" || key == "county" || key == "members" || key == "shocks" || key == "-" {
			continue
		}
		if f, ok := wording.HouseholdFact(key); !ok || f.Label == "" {
			t.Errorf("household fact %q has no label", key)
		}
	}
	for _, key := range keys(core.Member{}) {
		if key == "ref" {
			continue
		}
		if got := wording.FactLabel("members/m1/" + key); strings.Contains(got, "/") {
			t.Errorf("member fact %q has no label", key)
		}
	}
}

func TestDisabilityWords(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]*core.Disability{"没问到": nil, "没有残疾证": {}, "肢体一级": {Kind: "limb", Grade: 1}, "精神三级": {Kind: "mental", Grade: 3}} {
		if got := wording.Disability(d); got != want {
			t.Errorf("Disability(%+v) = %q, want %q", d, got, want)
		}
	}
}

func TestFactsAreSaidInWords(t *testing.T) {
	t.Parallel()
	h, err := core.DecodeHousehold([]byte(`{"on":"2024-03-01","county":"371426","area":"rural","income_per_capita_month":1390.5,"houses":0,
		"business_with_staff":false,"statuses":[],"shocks":[{"kind":"fire","date":"2024-01-10","loss":65000}],
		"members":[{"ref":"m1","age":33,"disability":{"kind":"limb","grade":1},"parents":["alive","dead"],"work_ability":"none"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := wording.Facts(h)
	for path, want := range map[string]string{
		"area": "农村", "income_per_capita_month": "1,390.50 元/月", "houses": "0 处", "business_with_staff": "没有", "statuses": "没有",
		"shocks": "1月10日火灾,损失 65,000 元", "members/m1/age": "33 岁", "members/m1/disability": "肢体一级", "members/m1/parents": "在、去世",
		"members/m1/work_ability": "干不了",
	} {
		if got[path] != want {
			t.Errorf("%s = %q, want %q", path, got[path], want)
		}
	}
	if said, ok := got["cars"]; ok {
		t.Errorf("an unknown fact is said: %q", said)
	}
}
