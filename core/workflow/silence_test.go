package workflow

import (
	"encoding/json"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
)

// Of what happened to a family the register's word of a year ago is as old in a case as it is
// anywhere; what the family itself says when it applies is of that day. What it tells of is added
// to the record, and the record of "nothing" does not speak over it.
//
// Controls: freeze without happened ("told of a fire: 0 events", "nothing, today: … asked 2025-11-28");
// happened that takes a door's record for the family's word ("from a record: asked 2026-11-28"); saidAgain without
// it ("said again").
func TestWhatTheFamilySaysOfEventsIsOfToday(t *testing.T) {
	t.Parallel()
	today := core.NewDate(2026, 11, 28)
	year := today.AddDate(-1, 0, 0)
	said := func(list ...core.Shock) *[]core.Shock {
		out := append([]core.Shock{}, list...)
		return &out
	}
	fire := core.Shock{Kind: "fire", Date: today - 1}
	flood := core.Shock{Kind: "disaster", Date: year - 5}
	record := func(list *[]core.Shock) *registered {
		return &registered{household: core.Household{On: today, County: "371426", Members: []core.Member{{Ref: "m1"}}, Shocks: list},
			sources: map[string]core.Provenance{"shocks": {Said: "registry:civil", At: year.Time(), Since: year}}, refs: map[core.MemberRef]core.MemberRef{"m1": "m1"}}
	}
	for name, c := range map[string]struct {
		own    *[]core.Shock
		by     string // who said so, where it is not the family
		record *registered
		events int
		asked  core.Date
		from   string
	}{
		"nothing said":                      {nil, "", record(said()), 0, year, "registry:civil"},
		"nothing, today":                    {said(), "", record(said()), 0, today, "registry:civil"},
		"nothing today, and no record":      {said(), "", nil, 0, today, "citizen"},
		"told of a fire":                    {said(fire), "", record(said()), 1, today, "citizen"},
		"a fire, and a flood on the record": {said(fire), "", record(said(flood)), 2, today, "citizen"},
		"nothing since the flood":           {said(), "", record(said(flood)), 1, today, "registry:civil"},
		"from a record":                     {said(), "registry:civil", record(said()), 0, year, "registry:civil"},
	} {
		s := stated{household: core.Household{On: today, County: "371426", Members: []core.Member{{Ref: "m1"}}, Shocks: c.own}, at: today.Time().Add(12 * time.Hour)}
		if c.by != "" {
			s.sources = map[string]core.Provenance{"shocks": {Said: c.by, By: "app", At: today.Time(), Since: year}} // imported today
		}
		h, sources, err := freeze(s, c.record, today)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		h.Told(sources)
		if n := len(*h.Shocks); n != c.events || h.ShocksAsked != c.asked || sources["shocks"].Said != c.from {
			t.Errorf("%s: %d events, asked %s, from %s", name, n, h.ShocksAsked, sources["shocks"].Said)
		}
	}
	// Said again, in a later request of the same case.
	old := casefile.Facts{Household: record(said()).household, Provenance: record(nil).sources}
	h, sources, _, err := saidAgain(old, stated{household: core.Household{On: today, County: "371426", Members: []core.Member{{Ref: "m1"}}, Shocks: said()}, at: today.Time().Add(12 * time.Hour)},
		map[core.MemberRef]core.MemberRef{"m1": "m1"}, today)
	if err != nil {
		t.Fatal(err)
	}
	if h.Told(sources); h.ShocksAsked != today {
		t.Errorf("said again: asked %s", h.ShocksAsked)
	}
	// Found so at the door.
	h, sources, err = confirm(old.Household, old.Provenance, Seen{Same: []string{"shocks"}, Facts: map[string]json.RawMessage{}, Source: core.Provenance{Said: "visit", At: today.Time().Add(12 * time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	if h.Told(sources); h.ShocksAsked != today {
		t.Errorf("at the door: asked %s", h.ShocksAsked)
	}
}
