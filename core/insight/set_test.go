package insight

import (
	"context"
	"runtime"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// TestTwoSetsAtOnce: of two looks at households of one township that come at the same moment
// the second finds the pages as the first leaves them, whichever of them it moved.
//
// Control: pageOf without the wait for whoever sets another ("the finding of 100: finding_unknown").
func TestTwoSetsAtOnce(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db, s, town := env.DB(pgtest.Platform), Store{}, towns[0]
	place := Place(300 << 20)
	at := func(id core.HouseholdID) Finding { return Finding{Household: id, Eligible: 1, Place: place} }
	in := func(fn func(context.Context, *pg.Tx) error) error { return db.Tx(t.Context(), pg.Job(town), fn) }
	if err := in(func(ctx context.Context, tx *pg.Tx) error {
		s.Alone(tx, town)
		_, err := s.Replace(ctx, tx, town, []Finding{at(100), at(101)}, Scanned{Book: "b", On: tx.Today()})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	set := func(ctx context.Context, tx *pg.Tx, id core.HouseholdID) error {
		s.Beside(tx, town)
		_, err := s.Set(ctx, tx, town, at(id), false)
		return err
	}
	second := make(chan error, 1)
	if err := in(func(ctx context.Context, tx *pg.Tx) error {
		if err := set(ctx, tx, 50); err != nil {
			return err
		}
		go func() {
			second <- in(func(ctx context.Context, tx *pg.Tx) error { return set(ctx, tx, 60) })
		}()
		return waitedFor(ctx, tx)
	}); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	if err := in(func(ctx context.Context, tx *pg.Tx) error {
		for _, id := range []core.HouseholdID{50, 60, 100, 101} {
			if _, err := s.Of(ctx, tx, town, id); err != nil {
				t.Errorf("the finding of %d: %v", id, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// waitedFor returns once another connection waits for this transaction.
func waitedFor(ctx context.Context, tx *pg.Tx) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for waits := false; !waits; runtime.Gosched() {
		const sql = `select exists (select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database())`
		if err := tx.QueryRow(ctx, sql).Scan(&waits); err != nil {
			return pg.Fail(err, "look who waits")
		}
	}
	return nil
}
