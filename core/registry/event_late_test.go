package registry_test

import (
	"context"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// A death of before the day on which somebody was registered is registered all the same,
// and so is that of somebody who had moved away; both are taken back.
//
// Controls: now that takes the day of registration for an event ("event_order"); Death that
// wants a household ("no household").
func TestWhatHappenedBeforeTheyWereRegistered(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	a := seed.Stories()[0]
	mother, son := a.Members[0].Person, a.Members[1].Person
	do := func(fn func(ctx context.Context, tx *pg.Tx) (registry.EventID, error)) (id registry.EventID) {
		t.Helper()
		if err := f.at(func(ctx context.Context, tx *pg.Tx) (err error) {
			id, err = fn(ctx, tx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	died := func(who core.PersonID, ago int) registry.EventID {
		t.Helper()
		return do(func(ctx context.Context, tx *pg.Tx) (registry.EventID, error) {
			return f.life.Death(ctx, tx, f.why, told(tx, ago), who)
		})
	}
	long := died(son, 8*366) // registered six years ago
	if got := f.who(a.Household, 0); len(got) != 1 || got[0] != "m" {
		t.Errorf("after the death: %v", got)
	}
	do(func(ctx context.Context, tx *pg.Tx) (registry.EventID, error) {
		return f.life.Undo(ctx, tx, f.why, "officer:7", long)
	})
	if got := f.who(a.Household, 0); len(got) != 2 {
		t.Errorf("taken back: %v", got)
	}
	do(func(ctx context.Context, tx *pg.Tx) (registry.EventID, error) {
		return f.life.MoveOut(ctx, tx, f.why, told(tx, 20), mother)
	})
	jobs := f.touched(a.Household)
	away := died(mother, 10)
	if n := f.touched(a.Household) - jobs; n != 1 {
		t.Errorf("%d jobs of a death after moving away", n)
	}
	err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.Death(ctx, tx, f.why, told(tx, 9), mother)
		return err
	})
	if core.Known(err).Code != registry.ErrDead.Code {
		t.Errorf("dies twice: %v", err)
	}
	do(func(ctx context.Context, tx *pg.Tx) (registry.EventID, error) {
		return f.life.Undo(ctx, tx, f.why, "officer:7", away)
	})
}
