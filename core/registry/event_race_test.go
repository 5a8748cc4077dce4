package registry_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// TestEventsAtOnce: of officers who enter or undo the same thing at once one does, and the
// others are told; and two who bring one person into two households at once bring them
// into one of them last. Control: Death without the lock on the person ("4 entered one event").
func TestEventsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	a, b, c := seed.Stories()[0], seed.Stories()[1], seed.Stories()[2]
	atOnce := func(what string, told error, do func(ctx context.Context, tx *pg.Tx, i int) error) {
		t.Helper()
		var group sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			group.Go(func() { errs[i] = f.at(func(ctx context.Context, tx *pg.Tx) error { return do(ctx, tx, i) }) })
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, told) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if (told != nil && won != 1) || (told == nil && won != len(errs)) {
			t.Errorf("%d %s one event", won, what)
		}
	}
	son := a.Members[1].Person
	for range 5 {
		var death registry.EventID
		atOnce("entered", registry.ErrDead, func(ctx context.Context, tx *pg.Tx, _ int) error {
			e, err := f.life.Death(ctx, tx, f.why, told(tx, 3), son)
			if err == nil {
				death = e // of who is the only one
			}
			return err
		})
		atOnce("undid", registry.ErrUndone, func(ctx context.Context, tx *pg.Tx, _ int) error {
			_, err := f.life.Undo(ctx, tx, f.why, "officer:7", death)
			return err
		})
	}
	homes := []core.HouseholdID{b.Household, c.Household, b.Household, c.Household}
	atOnce("moved", nil, func(ctx context.Context, tx *pg.Tx, i int) error {
		_, _, err := f.life.Move(ctx, tx, f.why, told(tx, 1), []registry.Mover{{Person: son}}, registry.Target{Household: homes[i]})
		if core.KindOf(err) == core.KindInvalid {
			return nil // there already
		}
		return err
	})
	if n := f.count(t, `select count(*) from membership where person = $1 and until is null`, int64(son)); n != 1 {
		t.Errorf("the son belongs to %d households", n)
	}
}
