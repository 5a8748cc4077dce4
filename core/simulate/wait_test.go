package simulate_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/simulate"
)

// TestOneSimulationDoesNotWaitForAnother: while the draft of one simulation cannot be read,
// the townships of another, whose rules are at hand, are counted.
// Control: take holding its mutex over load ("the other simulation waits: context deadline exceeded").
func TestOneSimulationDoesNotWaitForAnother(t *testing.T) {
	t.Parallel()
	h := newTown(t, 60)
	slow, _ := h.begin(h.draft("900", h.today))
	quick, _ := h.begin(h.draft("800", h.today)) // at hand
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	h.must(err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	held, err := conn.Begin(t.Context())
	h.must(err)
	_, err = held.Exec(t.Context(), `lock table rulebook_draft in access exclusive mode`)
	h.must(err)
	waits := make(chan error, 1)
	go func() {
		_, err := h.sim.Work(t.Context(), slow, h.towns[0])
		waits <- err
	}()
	for blocked := false; !blocked; {
		h.must(conn.QueryRow(t.Context(), `select exists (select from pg_locks where not granted and relation = 'rulebook_draft'::regclass)`).Scan(&blocked))
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	counted := make(chan error, 1)
	go func() {
		done, err := h.sim.Work(short, quick, h.towns[0])
		if err == nil && !done {
			t.Error("the township was not counted")
		}
		counted <- err
	}()
	select {
	case err := <-counted:
		h.must(err)
	case <-short.Done():
		t.Errorf("the other simulation waits: %v", short.Err())
	}
	h.must(held.Rollback(t.Context()))
	h.must(<-waits)
}

// TestAPageIsWaitedForSoLong: who waits by a clock that goes fast is shown what one township
// gave, and told of how many; by one that stands still they are shown all that is wanted.
// Control: late by the machine's own clock ("still: 1 of 88 townships, 0 households").
func TestAPageIsWaitedForSoLong(t *testing.T) {
	t.Parallel()
	h := newTown(t, 600)
	_, books := h.begin(h.draft("900", h.today))
	choose := func(now func() time.Time) (f simulate.Few) {
		t.Helper()
		h.must(h.db.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) (err error) {
			f, err = h.sim.Choose(ctx, tx, simulate.Choosing{Books: books, Draw: "x", Towns: h.towns, N: 500, Now: now}, nil)
			return err
		}))
		return f
	}
	at := core.NewDate(2026, time.March, 1).Time()
	if f := choose(func() time.Time { return at }); f.Towns != len(h.towns) || len(f.Chosen) == 0 {
		t.Errorf("still: %d of %d townships, %d households", f.Towns, f.Of, len(f.Chosen))
	}
	fast := at
	if f := choose(func() time.Time { fast = fast.Add(time.Minute); return fast }); f.Towns != 1 || f.Of != len(h.towns) {
		t.Errorf("fast: %d of %d townships", f.Towns, f.Of)
	}
}
