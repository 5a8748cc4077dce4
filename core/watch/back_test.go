package watch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/watch"
)

// TestWhoIsThereAgainHasTheirLeads: a move out of the city that was told wrongly and taken back
// costs a household none of what lay open, as far as the facts still say so; by a look at one
// household and by a scan. The log says what was laid anew.
//
// Controls: tell without cameBack, as before ("back by a touch: [due facts gone … lost facts
// gone …]"); cameBack without the facts ("back with other facts: due facts open … lies open").
func TestWhoIsThereAgainHasTheirLeads(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	h.scan(t)
	life, err := registry.NewLife(h.reg, h.into)
	if err != nil {
		t.Fatal(err)
	}
	id := h.someone(t)
	town := h.townOf(t, id)
	h.learn(t, id, `{"statuses":["dibao"],"hukou":"local"}`)
	h.scan(t)
	h.lay(t, town, id, "lost", 1<<59, 9) // of no item that could fit again
	open := func() (out []string) {
		t.Helper()
		for _, l := range h.leads(t, id) {
			if strings.Contains(l, " open ") {
				out = append(out, l)
			}
		}
		slices.Sort(out)
		return out
	}
	was := open()
	if len(was) != 2 {
		t.Fatalf("leads %v", h.leads(t, id))
	}
	away := func(look func()) {
		t.Helper()
		var event registry.EventID
		h.city(t, func(ctx context.Context, tx *pg.Tx) (err error) {
			var people []core.PersonID
			for _, m := range h.family(t, id) {
				people = append(people, m.Person)
			}
			event, err = life.MoveOut(ctx, tx, why, registry.Told{Day: tx.Today(), Source: "registry:civil"}, people...)
			return err
		})
		look()
		if got := open(); len(got) != 0 {
			t.Errorf("away: %v", got)
		}
		h.city(t, func(ctx context.Context, tx *pg.Tx) error {
			_, err := life.Because("选错了人,他本人在家").Undo(ctx, tx, why, "officer:7", event)
			return err
		})
	}
	touch := func() {
		t.Helper()
		if err := h.watch.Touch(t.Context(), town, id); err != nil {
			t.Fatal(err)
		}
	}
	away(touch)
	touch()
	if got := open(); !slices.Equal(got, was) {
		t.Errorf("back by a touch: %v, want %v", h.leads(t, id), was)
	}
	if log := h.details(t, "household.judged"); !strings.Contains(log, `"back":[`) {
		t.Errorf("log %s", log)
	}
	away(func() { h.scan(t) })
	h.scan(t)
	if got := open(); !slices.Equal(got, was) {
		t.Errorf("back by a scan: %v, want %v", h.leads(t, id), was)
	}
	away(touch)
	h.learn(t, id, `{"statuses":[],"hukou":"other","income_per_capita_month":900000}`)
	touch()
	for _, l := range open() {
		if strings.HasPrefix(l, "due") {
			t.Errorf("back with other facts: %s lies open", l)
		}
	}
	if got := fmt.Sprint(open()); !strings.Contains(got, "lost facts open") {
		t.Errorf("back with other facts: what is lost still is %s", got)
	}
}

// TestLeadsPartAgain: when a move into an existing household is undone, those who moved have again
// what lay open of them, also what had joined, or gave way to, what lay open of those who lived
// there; these keep theirs and what was found since, and what somebody saw to stays seen to.
//
// Controls: Undo without leadsBack, as before (`here and there "; due 10 lost 21"`); lead_unfollow
// without own (`; due 8 lost 1"`), without opposed (`"due 2 lost 20; ...`), without what lies open
// (`what was seen to lies open again: "due 4"`).
func TestLeadsPartAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	h.scan(t)
	life, err := registry.NewLife(h.reg, h.into)
	if err != nil {
		t.Fatal(err)
	}
	from, into := h.nth(t, 1), h.nth(t, 2)
	here, there := h.townOf(t, from), h.townOf(t, into)
	open := func(home core.HouseholdID) string {
		t.Helper()
		var list []string
		h.city(t, func(ctx context.Context, tx *pg.Tx) error {
			const sql = `select coalesce(array_agg(l.kind || ' ' || l.items order by l.kind, l.id), '{}') from lead l join household h on (h.id, h.region) = (l.household, l.region)
				where l.household = $1 and l.state = 'open'`
			return tx.QueryRow(ctx, sql, int64(home)).Scan(&list)
		})
		return strings.Join(list, " ")
	}
	h.lay(t, here, from, "due", 3, 1)
	h.lay(t, here, from, "lost", 20, 1)
	h.lay(t, there, into, "lost", 1|16, 9) // of which the first is opposed by a due one of those who come
	var event registry.EventID
	h.city(t, func(ctx context.Context, tx *pg.Tx) (err error) {
		event, _, err = life.Move(ctx, tx, why, registry.Told{Day: tx.Today(), Source: "registry:civil"}, h.family(t, from), registry.Target{Household: into})
		return err
	})
	if got, want := open(into), "due 2 lost 21"; got != want || open(from) != "" {
		t.Errorf("moved: there %q, want %q; here %q", got, want, open(from))
	}
	h.city(t, func(ctx context.Context, tx *pg.Tx) error { // found since, of all who live there
		_, err := tx.Exec(ctx, `update lead set items = items | 8 where household = $1 and kind = 'due' and state = 'open'`, int64(into))
		return err
	})
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		_, err := life.Because("选错了人,他本人在家").Undo(ctx, tx, why, "officer:7", event)
		return err
	})
	if got, was := open(from)+"; "+open(into), "due 3 lost 20; due 8 lost 17"; got != was {
		t.Errorf("undone: here and there %q, want %q", got, was)
	}
	if log := h.details(t, "lead.followed"); strings.Count(log, fmt.Sprintf(`"household":%d`, from)) != 1 {
		t.Errorf("log %s", log)
	}

	seen := h.nth(t, 3)
	lead := h.lay(t, h.townOf(t, seen), seen, "due", 4, 1)
	h.city(t, func(ctx context.Context, tx *pg.Tx) (err error) {
		event, _, err = life.Move(ctx, tx, why, registry.Told{Day: tx.Today(), Source: "registry:civil"}, h.family(t, seen), registry.Target{Household: h.nth(t, 4)})
		if err != nil {
			return err
		}
		return h.watch.Settle(ctx, tx, lead, audit.Actor{Kind: "staff", ID: "4"}, watch.Seen{Outcome: watch.Served, Asked: watch.Records, Words: "名册上有"})
	})
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		_, err := life.Because("选错了人,他本人在家").Undo(ctx, tx, why, "officer:7", event)
		return err
	})
	if got := open(seen); got != "" {
		t.Errorf("what was seen to lies open again: %q", got)
	}
}
