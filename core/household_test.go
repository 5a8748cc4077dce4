package core_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"lianou/core"
)

const goodHousehold = `{"on":"2024-03-01","county":"371426","area":"rural","income_per_capita_month":390.5,"floor_area_per_capita":13.25,
"shocks":[{"kind":"fire","date":"2024-01-10","loss":65000}],"statuses":[],
"members":[{"ref":"m","relation":"applicant","age":59,"sex":"female","disability":{}},
{"ref":"s","age":33,"disability":{"kind":"limb","grade":1},"parents":["alive","dead"]}]}`

func TestDecodeHousehold(t *testing.T) {
	t.Parallel()
	h, err := core.DecodeHousehold([]byte(goodHousehold))
	if err != nil {
		t.Fatal(err)
	}
	if *h.IncomePerCapitaMonth != 39050 || *h.Members[0].Disability != (core.Disability{}) || h.Members[0].Parents != nil {
		t.Fatalf("decoded %+v", h)
	}
	// Encoding is stable: the same facts give the same bytes (F2).
	one, _ := json.Marshal(h)
	again, err := core.DecodeHousehold(one)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := json.Marshal(again)
	if string(one) != string(two) {
		t.Fatalf("not canonical:\n%s\n%s", one, two)
	}
}

// A household has one head. One that a register keeps with two is read: nobody's case stands still
// for what a file of before did.
//
// Controls: oneHead that looks at nothing (`stated: <nil>`); DecodeKept as strict as what is stated
// (`kept: 2 heads, two_heads`).
func TestAHouseholdHasOneHead(t *testing.T) {
	t.Parallel()
	two := []byte(strings.Replace(goodHousehold, `{"ref":"s",`, `{"ref":"s","relation":"applicant",`, 1))
	if _, err := core.DecodeHousehold(two); !errors.Is(err, core.ErrTwoHeads) {
		t.Errorf("stated: %v", err)
	}
	h, err := core.DecodeKept(two)
	if err != nil || h.Heads() != 2 || len(h.Members) != 2 {
		t.Errorf("kept: %d heads, %v", h.Heads(), err)
	}
	if err := h.Check(); !errors.Is(err, core.ErrTwoHeads) {
		t.Errorf("checked: %v", err)
	}
	if _, err := core.DecodeKept([]byte(strings.Replace(string(two), `"disability":{}`, `"disability":{},"age":-1`, 1))); err == nil {
		t.Error("what is kept is held to nothing else either")
	}
}

// Each case changes one thing of the good household.
func TestDecodeHouseholdRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"unknown key":          {`"area":`, `"arae":`},
		"unknown word":         {`"rural"`, `"village"`},
		"county of Beijing":    {`"371426"`, `"110105"`},
		"township for county":  {`"371426"`, `"371426104"`},
		"quoted money":         {`390.5`, `"390.5"`},
		"a tenth of a fen":     {`390.5`, `390.501`},
		"grade 5":              {`"grade":1`, `"grade":5`},
		"kind misspelt":        {`"limb"`, `"leg"`},
		"age -1":               {`"age":59`, `"age":-1`},
		"age 131":              {`"age":59`, `"age":131`},
		"half a year":          {`"age":59`, `"age":59.5`},
		"two members one ref":  {`"ref":"s"`, `"ref":"m"`},
		"no ref":               {`"ref":"s"`, `"ref":""`},
		"three parents":        {`["alive","dead"]`, `["alive","dead","dead"]`},
		"shock without a day":  {`"date":"2024-01-10",`, ``},
		"negative loss":        {`65000`, `-1`},
		"a second value":       {`]}]}`, `]}]}{}`},
		"no such day":          {`2024-03-01`, `2024-02-30`},
		"members of a village": {`"members":[`, `"members":[` + strings.Repeat(`{"ref":"x","age":1},`, 40)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(goodHousehold, change[0]) {
				t.Fatal("the case changes nothing")
			}
			_, err := core.DecodeHousehold([]byte(strings.Replace(goodHousehold, change[0], change[1], 1)))
			var known *core.Error
			if !errors.As(err, &known) || known.Kind != core.KindInvalid || known.Say == "" {
				t.Fatalf("error %v is no clear refusal", err)
			}
		})
	}
}

func FuzzDecodeHousehold(f *testing.F) {
	f.Add([]byte(goodHousehold))
	f.Add([]byte(`{"on":"2024-03-01","county":"371481","members":[{"ref":"a","age":null}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := core.DecodeHousehold(b)
		if err != nil {
			return
		}
		out, err := json.Marshal(h)
		if err != nil {
			t.Fatalf("accepted and cannot encode: %v", err)
		}
		if _, err := core.DecodeHousehold(out); err != nil {
			t.Fatalf("own encoding refused: %v\n%s", err, out)
		}
	})
}
