package registry_test

import (
	"context"
	"testing"

	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// Where somebody lived is found without reading the stays of everybody: of 5.6 million
// people that took 0.7 to 0.9 s a question (the key of membership begins with the household),
// and takes 2 ms by the indexes of one person.
//
// Red by the old code: `HouseholdAt: 1 scans of the whole key`, `Departures: 1 scans …`.
func TestStaysOfOnePersonAreFoundByIndex(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	a := seed.Stories()[0]
	mother, son := a.Members[0].Person, a.Members[1].Person
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.MoveOut(ctx, tx, f.why, told(tx, 20), mother)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func(ctx context.Context, tx *pg.Tx) error{
		"HouseholdAt": func(ctx context.Context, tx *pg.Tx) error {
			home, err := f.reg.HouseholdAt(ctx, tx, mother, registry.AsOf{On: tx.Today() - 30, Known: tx.Now()})
			if err == nil && home != a.Household {
				t.Errorf("lived in %d", home)
			}
			return err
		},
		"HouseholdOf": func(ctx context.Context, tx *pg.Tx) error {
			home, err := f.reg.HouseholdOf(ctx, tx, son)
			if err == nil && home != a.Household {
				t.Errorf("lives in %d", home)
			}
			return err
		},
		"Departures": func(ctx context.Context, tx *pg.Tx) error {
			left, err := f.reg.Departures(ctx, tx, mother)
			if err == nil && left[mother].Home != a.Household {
				t.Errorf("left %+v", left)
			}
			return err
		},
	} {
		if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
			// A table of some rows is read from end to end whatever indexes there are.
			if _, err := tx.Exec(ctx, `set local enable_seqscan = off`); err != nil {
				return err
			}
			const scans = `select pg_stat_get_xact_numscans('membership_pkey'::regclass)`
			var before, after int
			if err := tx.QueryRow(ctx, scans).Scan(&before); err != nil {
				return err
			}
			if err := ask(ctx, tx); err != nil {
				return err
			}
			err := tx.QueryRow(ctx, scans).Scan(&after)
			if after != before {
				t.Errorf("%s: %d scans of the whole key", name, after-before)
			}
			return err
		}); err != nil {
			t.Fatal(name, err)
		}
	}
}
