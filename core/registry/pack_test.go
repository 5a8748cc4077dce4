package registry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// crowd adds some hundred invented people to the house.
func (h house) crowd(t *testing.T, people int) (today core.Date) {
	t.Helper()
	err := h.env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		today = tx.Today()
		g, err := seed.NewGenerator(seed.Config{Number: 7, People: people, Today: today, Regions: regions(t)})
		if err != nil {
			return err
		}
		for i := range g.Chunks() {
			sealed, err := h.reg.Seal(g.Chunk(i), tx.Now())
			if err == nil {
				err = h.reg.Load(ctx, tx, sealed)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return today
}

// towns are the townships in which somebody lives.
func (h house) towns(t *testing.T) (list []core.RegionCode) {
	t.Helper()
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select array_agg(distinct region) from household`).Scan(&list)
	})
	return list
}

func (h house) city(t *testing.T, fn func(ctx context.Context, tx *pg.Tx) error) {
	t.Helper()
	if err := h.db.Tx(t.Context(), pg.City("test"), fn); err != nil {
		t.Fatal(err)
	}
}

// sameRows compares every packed row with the household as the sheets tell it.
func (h house) sameRows(t *testing.T, today core.Date) (rows int) {
	t.Helper()
	reader := facts.NewReader(today)
	var packed, told facts.Vector
	for _, town := range h.towns(t) {
		h.city(t, func(ctx context.Context, tx *pg.Tx) error {
			seen := map[core.HouseholdID][]byte{}
			if err := h.reg.Scan(ctx, tx, town, func(id core.HouseholdID, row []byte) error {
				seen[id] = append([]byte(nil), row...)
				return nil
			}); err != nil {
				return err
			}
			rows += len(seen)
			for id, row := range seen {
				f, _, err := h.reg.Facts(ctx, tx, h.why, id, today)
				if err != nil {
					return fmt.Errorf("household %d: %w", id, err)
				}
				told.Gather(&f)
				if err := reader.Unpack(row, &packed); err != nil {
					return err
				}
				forget(&told)
				forget(&packed)
				if d := cmp.Diff(told, packed, cmpopts.IgnoreUnexported(facts.Shock{}), cmpopts.EquateEmpty()); d != "" {
					t.Errorf("household %d: %s", id, d)
				}
			}
			return nil
		})
	}
	return rows
}

// forget zeroes what is not known: a vector in use holds there what came before.
func forget(v *facts.Vector) {
	for i := range v.H {
		if v.Known>>i&1 == 0 {
			v.H[i] = 0
		}
	}
	for k := range v.M {
		for i := range v.M[k].V {
			if v.M[k].Known>>i&1 == 0 {
				v.M[k].V[i] = 0
			}
		}
	}
}

// TestPackedRows: the copy for scans is what the sheets say, after a load and after
// anything that is written, told, moved or ended afterwards.
// Controls: no trigger on membership; Repack without the sheets of members.
func TestPackedRows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	today := h.crowd(t, 600)
	first := h.sameRows(t, today)
	if first < 150 || h.count(t, `select count(*) from fact_stale`) != 0 {
		t.Fatalf("%d rows, %d households noted for packing after a load", first, h.count(t, `select count(*) from fact_stale`))
	}
	h.write(t, today)
	noted := h.count(t, `select count(distinct household) from fact_stale`)
	packed := 0
	for _, town := range h.towns(t) {
		if err := h.db.Tx(t.Context(), pg.Job(town), func(ctx context.Context, tx *pg.Tx) error {
			for {
				p, err := h.reg.Repack(ctx, tx, town, 7)
				if packed += len(p.Households); !p.More || err != nil {
					return err
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	if again := h.sameRows(t, today); again != first-1 || packed < noted || noted < 20 {
		t.Errorf("%d rows of %d, %d noted, %d packed", again, first, noted, packed)
	}
	if left := h.count(t, `select count(*) from fact_stale`); left != 0 {
		t.Errorf("%d are still noted", left)
	}
}

// write changes what is known of about twenty households in every way there is, and
// ends one of them.
func (h house) write(t *testing.T, today core.Date) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 5))
	var corrected []int64
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		type member struct {
			Household core.HouseholdID
			Person    core.PersonID
		}
		var all []member
		rows, err := tx.Query(ctx, `select household, person from membership order by person`)
		if err != nil {
			return err
		}
		var m member
		for rows.Next() {
			if err := rows.Scan(&m.Household, &m.Person); err != nil {
				return err
			}
			all = append(all, m)
		}
		for i := range 24 {
			m := all[r.IntN(len(all))]
			s := registry.Sheet{Source: "registry:test", ValidFrom: today - 1, Confidence: 90, Facts: json.RawMessage(`{"floor_area_per_capita":12.5,"shocks":[{"kind":"fire","date":"2026-01-02","loss":100}]}`)}
			person := core.PersonID(0)
			switch i % 4 {
			case 1:
				s.ValidFrom = today + 3 // not true yet
			case 2:
				person, s.Facts = m.Person, json.RawMessage(`{"work_ability":null,"illness":"serious","unemployed_months":7}`)
			case 3:
				corrected = append(corrected, int64(m.Person))
				continue
			}
			if err := h.reg.Learn(ctx, tx, h.why, m.Household, person, s); err != nil {
				return err
			}
		}
		last := all[len(all)-1].Household
		if _, err := tx.Exec(ctx, `update household set hukou = '371402' where id = $1`, int64(all[3].Household)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update membership set until = $2 where household = $1`, int64(last), today.Time())
		return err
	})
	// No program may correct a birth yet; whoever may one day is noted all the same.
	h.count(t, `with put as (update person set birth = birth - 900 where id = any($1) returning 1) select count(*) from put`, corrected)
}

// TestRowComesDue: what was written for a day to come is packed when the day comes.
// Control: leave due out.
func TestRowComesDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := seed.Stories()[0]
	h.as(t, func(ctx context.Context, tx *pg.Tx) error {
		return h.reg.Learn(ctx, tx, h.why, a.Household, 0, registry.Sheet{Source: "registry:test", ValidFrom: tx.Today() + 2, Confidence: 90, Facts: json.RawMessage(`{"cars":1}`)})
	}, wangmiao)
	pack := func(want int) {
		t.Helper()
		h.as(t, func(ctx context.Context, tx *pg.Tx) error {
			p, err := h.reg.Repack(ctx, tx, wangmiao, 100)
			if len(p.Households) != want || p.More {
				t.Errorf("packed %d, want %d; more: %v", len(p.Households), want, p.More)
			}
			return err
		}, wangmiao)
	}
	pack(1)
	pack(0)
	h.env.Advance(48 * time.Hour)
	pack(1)
	pack(0)
}
