package registry_test

import (
	"context"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/registry/twins/twinstest"
)

// TestWhatWasFoundMovesAlong: the word that two rows are one, a pair that waits and an open
// lead go with who moves, wherever the other row stands, and come back when the move is
// undone: each township that has one of the two has one line of the word, and no other.
//
// Controls: registry_settle_person without registry_settle_pairs ("moved: lines 371426104");
// registry_settle_household without leads ("a lead stayed behind").
func TestWhatWasFoundMovesAlong(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	a, b := seed.Stories()[0], seed.Stories()[1]
	mother, son := a.Members[0].Person, a.Members[1].Person
	try := func(fn func(ctx context.Context, tx *pg.Tx) error) {
		t.Helper()
		if err := f.at(fn); err != nil {
			t.Fatal(err)
		}
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		try(func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql, args...)
			return err
		})
	}
	lines := func() (live, all string) {
		try(func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select coalesce(string_agg(region, ' ' order by region) filter (where ended is null), ''), string_agg(region, ' ' order by region) from person_alias`).Scan(&live, &all)
		})
		return live, all
	}
	merge := func() {
		twinstest.One(t, f.db, son, mother, 3, 4)
		try(func(ctx context.Context, tx *pg.Tx) error {
			return f.reg.Merge(ctx, tx, f.why, registry.Alias{Gone: son, Kept: mother, Decider: 3, Second: 4})
		})
	}
	merge() // and ended: what was known in between is read by it
	twinstest.Two(t, f.db, son, mother, 4, 3)
	try(func(ctx context.Context, tx *pg.Tx) error { return f.reg.Unmerge(ctx, tx, f.why, son, 4, 3) })
	merge()
	exec(`insert into person_pair (pair, region, person, other, other_region, total, found) values (9, $1, $3, $4, $2, 80, now()), (9, $2, $4, $3, $1, 80, now())`,
		wangmiao, mengsi, int64(son), int64(b.Members[0].Person))
	var e registry.EventID
	try(func(ctx context.Context, tx *pg.Tx) (err error) {
		e, _, err = f.life.Move(ctx, tx, f.why, told(tx, 5), []registry.Mover{{Person: son, Ref: "s", Relation: "other"}}, registry.Target{Household: b.Household})
		return err
	})
	if live, all := lines(); live != "371424103 371426104" || all != "371424103 371424103 371426104 371426104" {
		t.Errorf("moved: lines %s of %s", live, all)
	}
	pairs := func(town string) int {
		return f.count(t, `select count(*) from person_pair where pair = 9 and (person = $1 and region = $2 or other = $1 and other_region = $2)`, int64(son), town)
	}
	if n := pairs(string(deping)); n != 2 {
		t.Errorf("moved: %d lines of the pair know it", n)
	}
	try(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.Undo(ctx, tx, f.why, "officer:7", e)
		return err
	})
	if live, all := lines(); live != "371426104" || all != "371426104 371426104" || pairs(string(wangmiao)) != 2 {
		t.Errorf("undone: lines %s of %s, %d of the pair", live, all, pairs(string(wangmiao)))
	}
	exec(`insert into lead (region, household, kind, items, cause, book, since, found, place) values ($1, $2, 'due', 1, 'facts', 'x', '2026-01-01', now(), 0)`, wangmiao, int64(a.Household))
	try(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.MoveHome(ctx, tx, f.why, told(tx, 4), a.Household, core.Place{Region: "371424103200"}, "")
		return err
	})
	if n := f.count(t, `select count(*) from lead where region = $1`, string(wangmiao)); n != 0 {
		t.Error("a lead stayed behind")
	}
	if live, _ := lines(); live != "371424103" {
		t.Errorf("both moved: lines %s", live)
	}
}

// TestWordsStay: the program's own role cannot have a merge that was ended, or a lead that
// was settled, tell another story than the log.
// Control: 00511 without its triggers ("the database took it").
func TestWordsStay(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	a := seed.Stories()[0]
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	mother, son := a.Members[0].Person, a.Members[1].Person
	twinstest.One(t, f.db, son, mother, 3, 4)
	must(f.at(func(ctx context.Context, tx *pg.Tx) error {
		return f.reg.Merge(ctx, tx, f.why, registry.Alias{Gone: son, Kept: mother, Decider: 3, Second: 4})
	}))
	twinstest.Two(t, f.db, son, mother, 4, 3)
	must(f.at(func(ctx context.Context, tx *pg.Tx) error {
		if err := f.reg.Unmerge(ctx, tx, f.why, son, 4, 3); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into lead (region, household, kind, items, cause, book, since, found, place, state, outcome, staff, settled)
			values ($1, $2, 'due', 1, 'facts', 'x', '2026-01-01', now(), 0, 'settled', 'applied', 3, now())`, wangmiao, int64(a.Household))
		return err
	}))
	for name, sql := range map[string]string{
		"merged again":              `update person_alias set ended = null, ender = null, end_asker = null`,
		"ended by somebody else":    `update person_alias set ender = 4`,
		"open again":                `update lead set state = 'open', outcome = null, staff = null, settled = null`,
		"settled by somebody else":  `update lead set staff = 4`,
		"settled as something else": `update lead set outcome = 'served'`,
	} {
		err := f.at(func(ctx context.Context, tx *pg.Tx) error {
			tag, err := tx.Exec(ctx, sql)
			if err == nil && tag.RowsAffected() != 1 {
				t.Errorf("%s: it met %d rows", name, tag.RowsAffected())
			}
			return err
		})
		if err == nil {
			t.Errorf("the database took it: %s", name)
		}
	}
}
