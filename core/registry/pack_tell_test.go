package registry_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/facts/factstest"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// spread lays the facts of a drawn household out as sheets: each told by one source or by
// two that contradict one another, some taken back, some of a day to come, some written as
// no program of ours writes.
func spread(r *rand.Rand, told map[string]json.RawMessage, today core.Date) (list []registry.Sheet) {
	other := map[string]string{"work_ability": `"full"`, "employment": `"idle"`, "illness": `"serious"`, "houses": `3`, "income_12m": `12000.50`, "owns_home": `true`,
		"parents": `["dead"]`, "disability": `{"kind":"limb","grade":2}`, "statuses": `["edge"]`}
	for name, value := range told {
		text := fmt.Sprintf(`{%q:%s}`, name, value)
		switch r.IntN(90) {
		case 3, 4, 5, 6, 7, 8:
			text = fmt.Sprintf(" {\t%q : %s } \n", name, value)
		case 1:
			text = fmt.Sprintf(`{"\u%04x%s":%s}`, name[0], name[1:], value)
		case 9, 10, 11, 12, 13, 14, 15:
			text = fmt.Sprintf(`{%q:null}`, name)
		}
		s := registry.Sheet{Source: "registry:test", ValidFrom: today - core.Date(r.IntN(3)), KnownAt: time.Unix(int64(r.IntN(3)), 0), Confidence: 1 + r.IntN(2), Facts: json.RawMessage(text)}
		if list = append(list, s); r.IntN(3) > 0 {
			continue
		}
		if s.Facts = json.RawMessage(fmt.Sprintf(`{%q:null}`, name)); other[name] != "" {
			s.Facts = json.RawMessage(fmt.Sprintf(`{%q:%s}`, name, other[name]))
		}
		s.ValidFrom += core.Date(r.IntN(5) - 2)
		list = append(list, s)
	}
	return list
}

// parts takes an encoded value apart, less what a sheet may not say.
func parts(t *testing.T, v any, not string) map[string]json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(not) {
		delete(out, name)
	}
	return out
}

// TestPackedStraight: the household that a packed row is made of is the same straight from
// its sheets as through JSON, whatever they say and however it is written; and everything
// that the registry's own programs write goes the quick way.
// Controls: a word of the same day laid over one known later; a null that is passed over.
func TestPackedStraight(t *testing.T) {
	t.Parallel()
	now := time.Now()
	today := core.DateOf(now)
	number := uint64(now.UnixNano())
	t.Logf("seed %d", number)
	r := rand.New(rand.NewPCG(number, 3))
	quick := 0
	for n := range 300 {
		h := factstest.Quick(r)
		home := registry.NewHousehold{ID: core.HouseholdID(n + 1), Live: core.Place{Region: "371426104"}, Hukou: []core.RegionCode{"", "371402"}[r.IntN(2)],
			Sheets: spread(r, parts(t, &h, "on county members"), today)}
		for i, m := range h.Members {
			home.Members = append(home.Members, registry.NewPerson{ID: core.PersonID(100*n + i + 1), Ref: m.Ref, Birth: today - core.Date(r.IntN(30_000)),
				Sheets: spread(r, parts(t, &m, "ref relation age sex"), today)})
		}
		both, err := registry.Packed(&home, now)
		if err != nil {
			t.Fatal(err)
		}
		if !both.OK {
			continue
		}
		quick++
		if d := cmp.Diff(both.Long, both.Quick); d != "" || both.Due != both.LongDue {
			t.Fatalf("household %d: due %v and %v %s", n, both.Due, both.LongDue, d)
		}
		births := make([]core.Date, len(home.Members))
		for i := range home.Members {
			births[i] = home.Members[i].Birth
		}
		if row, err := facts.Pack(nil, &both.Long, births); err != nil || string(row) != string(both.Row) {
			t.Fatalf("household %d: another row, %v", n, err)
		}
	}
	if quick < 50 {
		t.Errorf("%d of 300 went the quick way", quick)
	}
	g, err := seed.NewGenerator(seed.Config{Number: 7, People: 500, Today: today, Regions: regions(t)})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range g.Chunk(0) {
		if both, err := registry.Packed(&h, now); err != nil || !both.OK || !cmp.Equal(both.Long, both.Quick) {
			t.Fatalf("household %d: %v, quick %v %s", h.ID, err, both.OK, cmp.Diff(both.Long, both.Quick))
		}
	}
}

// FuzzEachFact: an object that is cut is cut as a reader of JSON takes it apart.
func FuzzEachFact(f *testing.F) {
	f.Add(`{"area":"rural","shocks":[{"kind":"fire","loss":1.5}],"disability":{}}`)
	f.Add(` { "a" : "\"},", "b":[1,[2,"]"]] , "c":null}` + "\n")
	f.Add(`{"a":1}{}`)
	f.Add(`{"\u0061":1}`)
	f.Fuzz(func(t *testing.T, s string) {
		if !json.Valid([]byte(s)) {
			return
		}
		got, ok := registry.EachFact([]byte(s))
		if !ok {
			return
		}
		want := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte(s), &want); err != nil {
			t.Fatal(err)
		}
		for name, value := range want {
			if strings.ToValidUTF8(name, "") == name && !strings.ContainsRune(name, '\ufffd') && got[name] != strings.TrimSpace(string(value)) {
				t.Errorf("%q is %q, want %q", name, got[name], value)
			}
		}
	})
}
