package mandate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
)

var on = core.NewDate(2026, 11, 28)

// Control: May that compares no days ("expired: <nil>").
func TestMay(t *testing.T) {
	t.Parallel()
	good := Mandate{Principal: "张桂兰", Scopes: []Scope{Apply, Supplement, Notices}, From: on - 10, Until: on}
	with := func(change func(*Mandate)) Mandate { m := good; change(&m); return m }
	for name, c := range map[string]struct {
		m     Mandate
		scope Scope
		code  string
	}{
		"its last day":   {good, Supplement, ""},
		"expired":        {with(func(m *Mandate) { m.Until = on - 1 }), Notices, "mandate_expired"},
		"not yet":        {with(func(m *Mandate) { m.From = on + 1 }), Notices, "mandate_expired"},
		"revoked":        {with(func(m *Mandate) { m.Revoked = time.Now() }), Notices, "mandate_revoked"},
		"money not said": {good, Money, "mandate_scope"},
		"money said":     {with(func(m *Mandate) { m.Scopes = append(slices.Clone(m.Scopes), Money) }), Money, ""},
	} {
		err := c.m.May(c.scope, on)
		if c.code == "" && err != nil || c.code != "" && (core.Known(err).Code != c.code || !strings.Contains(core.Known(err).Say, "张桂兰") || core.KindOf(err) != core.KindForbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever a mandate says: nothing is done before it, after it, after it was ended, or
// outside its scopes. Control seen red: May without `day > m.Until`.
func TestNothingOutsideAMandate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := []Scope{Apply, Supplement, Notices, Money}
		m := Mandate{Principal: "某", From: on + core.Date(rapid.IntRange(-400, 400).Draw(t, "from")), Scopes: rapid.SliceOfDistinct(rapid.SampledFrom(all), rapid.ID).Draw(t, "scopes")}
		m.Until = m.From + core.Date(rapid.IntRange(0, 400).Draw(t, "days"))
		if rapid.Bool().Draw(t, "ended") {
			m.Revoked = time.Now()
		}
		day := on + core.Date(rapid.IntRange(-900, 900).Draw(t, "day"))
		scope := rapid.SampledFrom(all).Draw(t, "scope")
		holds := m.Revoked.IsZero() && day >= m.From && day <= m.Until && slices.Contains(m.Scopes, scope)
		if err := m.May(scope, day); (err == nil) != holds {
			t.Fatalf("%+v on %v for %s: %v", m, day, scope, err)
		}
	})
}

// Control: the birthday not asked for, and a father acts for a man of nineteen.
func TestEnds(t *testing.T) {
	t.Parallel()
	guardian, _ := RuleOf(core.CapacityGuardian)
	for name, c := range map[string]struct{ born, want core.Date }{
		"a baby":         {on - 100, on.AddDate(0, 0, 365)},
		"nearly grown":   {on.AddDate(-18, 0, 30), on + 29},
		"grown up":       {on.AddDate(-40, 0, 0), on.AddDate(0, 0, 365)},
		"born one knows": {0, on.AddDate(0, 0, 365)},
	} {
		if got := guardian.ends(core.CapacityGuardian, on, c.born); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if _, ok := RuleOf(core.CapacitySelf); ok {
		t.Error("who speaks for themselves needs a mandate")
	}
}

// Control: an age that was said before the number's.
func TestWantsGuardian(t *testing.T) {
	t.Parallel()
	number := func(born string) core.IDNumber {
		first := "371424" + born + "001"
		id, err := core.ParseID(first+string(core.IDCheckDigit(first)), on)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	age := func(n int) *int { return &n }
	for name, c := range map[string]struct {
		kind core.Capacity
		id   core.IDNumber
		age  *int
		want bool
	}{
		"a grown person":            {core.CapacityEntrusted, number("19630315"), nil, false},
		"a child by its guardian":   {core.CapacityGuardian, number("20180315"), nil, false},
		"a child by a neighbour":    {core.CapacityEntrusted, number("20180315"), nil, true},
		"a child by the village":    {core.CapacityCommittee, number("20180315"), nil, true},
		"a child alone":             {core.CapacitySelf, number("20130315"), nil, true},
		"the day before eighteen":   {core.CapacityMember, number("20081129"), nil, true},
		"eighteen":                  {core.CapacityMember, number("20081128"), nil, false},
		"by what was said":          {core.CapacityMember, core.IDNumber{}, age(9), true},
		"the number is right":       {core.CapacityMember, number("19630315"), age(9), false},
		"nobody knows how old":      {core.CapacityMember, core.IDNumber{}, nil, false},
		"grown by what was said":    {core.CapacitySelf, core.IDNumber{}, age(59), false},
		"an official, for a child":  {core.CapacityOfficial, core.IDNumber{}, age(3), true},
		"a guardian, for a student": {core.CapacityGuardian, core.IDNumber{}, age(17), false},
	} {
		a := &core.Application{At: on.Time(), Contact: core.Contact{Capacity: c.kind}, Applicant: core.Applicant{Ref: "m1", ID: c.id},
			Household: core.Household{Members: []core.Member{{Ref: "m1", Age: c.age}}}}
		if got := WantsGuardian(a); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
