package watch_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/facts"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/watch"
)

// TestScanIsTheSlowWay: what a scan keeps of every household is what explaining it, fact
// by fact from the sheets, comes to; and the second scan finds nothing new.
// Control: judge by the facts of the day before.
func TestScanIsTheSlowWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1500)
	p := h.scan(t)
	books, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	seen, fitting := 0, 0
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		book, err := books.On(tx.Today())
		if err != nil {
			return err
		}
		m, err := matching.Compile(book)
		if err != nil {
			return err
		}
		for _, town := range h.towns {
			list, err := h.watch.Found().All(ctx, tx, town)
			if err != nil {
				return err
			}
			for _, f := range list {
				home, _, err := h.reg.Facts(ctx, tx, why, f.Household, tx.Today())
				if err != nil {
					return err
				}
				want := slowly(m, book, &home, f.Household)
				if f != want {
					t.Errorf("household %d: found %+v, slowly %+v", f.Household, f, want)
				}
				if seen++; f.Eligible != 0 {
					fitting++
				}
			}
		}
		return nil
	})
	if seen != p.Households || seen < 400 || fitting < seen/10 || p.Changed != seen || p.Newly != 0 {
		t.Errorf("%d households, %d with something that fits; the scan says %+v", seen, fitting, p)
	}
	if again := h.scan(t); again.Changed != 0 || again.Households != seen || again.Packed != 0 {
		t.Errorf("the second scan found %+v", again)
	}
}

// slowly makes the finding from the explanation.
func slowly(m *matching.Matcher, book *policy.Book, home *core.Household, id core.HouseholdID) insight.Finding {
	f := insight.Finding{Household: id}
	for _, one := range m.Explain(home).Findings {
		it, _ := book.Item(one.Item)
		switch one.Outcome {
		case matching.Eligible:
			f.Eligible = f.Eligible.With(it.No)
		case matching.Unknown:
			f.Open = f.Open.With(it.No)
		}
	}
	var v facts.Vector
	v.Gather(home)
	points := hardship.NewScorer(book).Score(&v)
	f.Place = insight.PlaceOf(&points, slices.ContainsFunc(home.Members, func(m core.Member) bool { return m.Age != nil && (*m.Age < 18 || *m.Age >= 80) }))
	return f
}

// TestLeads: what a later look finds is laid before people, once for a household; what is
// undone before anybody went leaves by itself; the first look and an unchanged city lay
// none. Controls: a lead for the first look; no undoing.
func TestLeads(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	h.scan(t)
	if all := h.dump(t); strings.Contains(all, "lead ") {
		t.Fatalf("the first look laid leads: %s", all[strings.Index(all, "lead "):])
	}
	id := h.someone(t)
	h.learn(t, id, `{"statuses":["dibao"],"hukou":"local"}`)
	if p := h.scan(t); p.Newly != 1 || p.Packed != 1 || p.Changed != 1 {
		t.Fatalf("after one household was recognised: %+v", p)
	}
	first := h.leads(t, id)
	if len(first) != 1 || !strings.HasPrefix(first[0], "due facts open ") {
		t.Fatalf("leads %v", first)
	}
	h.learn(t, id, `{"house_grade":"D","owns_home":true,"houses":1,"area":"rural"}`)
	h.scan(t)
	if more := h.leads(t, id); len(more) != 1 || more[0] == first[0] {
		t.Errorf("what came later did not join: %v, then %v", first, more)
	}
	m := h.money(t)
	m.grant(given{home: id, item: m.first(h, id).Code, state: "approved", period: "month"})
	h.learn(t, id, `{"statuses":[],"house_grade":"A","income_per_capita_month":90000}`)
	if p := h.scan(t); p.Lost != 1 {
		t.Errorf("after the household lost it: %+v", p)
	}
	left := h.leads(t, id)
	if !slices.ContainsFunc(left, func(s string) bool { return strings.HasPrefix(s, "due facts gone") }) ||
		!slices.ContainsFunc(left, func(s string) bool { return strings.HasPrefix(s, "lost facts open") }) {
		t.Errorf("leads %v", left)
	}
}

// TestLeadsOfANewBook: a Book that reaches further finds people and says that it was the
// Book, and from which day it may hold.
func TestLeadsOfANewBook(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 900)
	h.scan(t)
	h.judgeBy(t, "value: 1.5, from: 2016-07-01", "value: 3, from: 2016-07-01")
	p := h.scan(t)
	if p.Newly == 0 || p.Packed != 0 {
		t.Fatalf("a wider Book found %+v", p)
	}
	var leads, ofBook, early int
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*), count(*) filter (where cause = 'book'), count(*) filter (where since < found::date) from lead where kind = 'due'`).Scan(&leads, &ofBook, &early)
	})
	if leads != p.Newly || ofBook != leads || early != leads {
		t.Errorf("%d leads of %d newly due, %d of the Book, %d from before today", leads, p.Newly, ofBook, early)
	}
	h.judgeBy(t, "", "")
	back := h.scan(t)
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from lead where kind = 'due' and state = 'open'`).Scan(&leads)
	})
	if back.Changed != p.Changed || back.Lost != 0 || leads != 0 {
		t.Errorf("%d changed back of %d, %d of them lost what nobody had, %d leads are left", back.Changed, p.Changed, back.Lost, leads)
	}
}

// TestTouch: a household that something happened to is judged at once, as the next scan
// would judge it: the scan then finds nothing to change. One that has gone loses its place.
// Control: Set without Repack before ("the scan found 1 change").
func TestTouch(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	h.scan(t)
	id := h.someone(t)
	var town core.RegionCode
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select region from household where id = $1`, int64(id)).Scan(&town)
	})
	h.learn(t, id, `{"statuses":["dibao"],"hukou":"local"}`)
	for range 2 {
		if err := h.watch.Touch(t.Context(), town, id); err != nil {
			t.Fatal(err)
		}
	}
	if leads := h.leads(t, id); len(leads) != 1 || !strings.HasPrefix(leads[0], "due facts open") {
		t.Errorf("leads %v", leads)
	}
	if p := h.scan(t); p.Changed != 0 || p.Packed != 0 {
		t.Errorf("the scan after it found %+v", p)
	}
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update membership set until = $2 where household = $1`, int64(id), tx.Today().Time())
		return err
	})
	if err := h.watch.Touch(t.Context(), town, id); err != nil {
		t.Fatal(err)
	}
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := h.watch.Found().Of(ctx, tx, town, id); core.KindOf(err) != core.KindNotFound {
			t.Errorf("a dissolved household is still found: %v", err)
		}
		return nil
	})
}

// TestTouchInABacklog: a log that names households over and over is worked off to its end
// by a scan, and somebody whose household is touched meanwhile does not wait for that.
// Controls: Repacked.More by the households instead of the entries; no RepackThese.
func TestTouchInABacklog(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	h.scan(t)
	id := h.someone(t)
	var town core.RegionCode
	var left int
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		const log = `insert into fact_stale (region, household) select h.region, o.id from household h
			join lateral (select id from household o where o.region = h.region and o.id <> h.id limit 3) o on true, generate_series(1, 800) where h.id = $1`
		if _, err := tx.Exec(ctx, log, int64(id)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select region from household where id = $1`, int64(id)).Scan(&town)
	})
	h.learn(t, id, `{"statuses":["dibao"],"hukou":"local"}`)
	if err := h.watch.Touch(t.Context(), town, id); err != nil {
		t.Fatal(err)
	}
	if leads := h.leads(t, id); len(leads) != 1 || !strings.HasPrefix(leads[0], "due facts open") {
		t.Errorf("leads %v", leads)
	}
	h.scan(t)
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from fact_stale`).Scan(&left)
	})
	if left > 0 {
		t.Errorf("the scan left %d entries of the log", left)
	}
}

// someone is a household of which nothing is due yet.
func (h *house) someone(t *testing.T) (id core.HouseholdID) {
	t.Helper()
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		for _, town := range h.towns {
			list, err := h.watch.Found().All(ctx, tx, town)
			if err != nil {
				return err
			}
			for _, f := range list {
				if f.Eligible == 0 {
					id = f.Household
					return nil
				}
			}
		}
		return errors.New("something fits everybody")
	})
	return id
}

func (h *house) leads(t *testing.T, id core.HouseholdID) (list []string) {
	t.Helper()
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select array_agg(kind || ' ' || cause || ' ' || state || ' ' || items order by id) from lead where household = $1`, int64(id)).Scan(&list)
	})
	return list
}

// TestScanGoesOn: workers that are cut off at any moment, and several at once, leave
// neither a gap nor a double: the result is that of an undisturbed scan.
// Control: the township noted as done in a transaction of its own.
func TestScanGoesOn(t *testing.T) {
	t.Parallel()
	quiet, cut := newHouse(t, 1500), newHouse(t, 1500)
	for _, h := range []*house{quiet, cut} {
		h.scan(t)
		for i := range 12 {
			h.learn(t, h.nth(t, i*17), `{"statuses":["dibao"],"hukou":"local"}`)
		}
	}
	quiet.scan(t)
	id, err := cut.watch.Begin(t.Context(), cut.into, watch.Request{Towns: cut.towns, Reason: "test", By: audit.Actor{Kind: "operator"}})
	if err != nil {
		t.Fatal(err)
	}
	ended := false
	for try := 0; !ended; try++ {
		if try > 400 {
			t.Fatal("the scan never ends")
		}
		ctx, cancel := context.WithCancel(t.Context())
		var hands sync.WaitGroup
		for range 3 {
			hands.Go(func() {
				for more, n := true, 0; more && ctx.Err() == nil; n++ {
					if n == 4 {
						cancel() // cuts the others off wherever they are
					}
					more, _ = cut.watch.Next(ctx, id)
				}
			})
		}
		hands.Wait()
		cancel()
		p, err := cut.watch.How(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		ended = p.Ended != nil
	}
	if d := cmp.Diff(strings.Split(quiet.dump(t), "\n"), strings.Split(cut.dump(t), "\n")); d != "" {
		t.Errorf("an undisturbed scan and a cut one left other rows: %s", d)
	}
}

// nth is the n-th household of the city.
func (h *house) nth(t *testing.T, n int) (id core.HouseholdID) {
	t.Helper()
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select id from household order by id offset $1 limit 1`, n).Scan(&id)
	})
	return id
}
