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
		if key == "on" || key == "county" || key == "members" || key == "shocks" {
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
