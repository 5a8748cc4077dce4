package intake

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
)

// hold stops the batch with a key in the middle of its transaction, its turn taken and
// its application inserted, until the returned function is called.
func (h *house) hold(t *testing.T, key string) (release func()) {
	t.Helper()
	const holdLock = 4711
	h.exec(t, fmt.Sprintf(`create function hold_batch() returns trigger language plpgsql as $$ begin
			perform pg_advisory_xact_lock(%d); return new; end $$;
		create trigger hold after insert on application for each row when (new.key = '%s') execute function hold_batch()`, holdLock, key))
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	_, err = conn.Exec(t.Context(), `select pg_advisory_lock($1)`, holdLock)
	must(t, err)
	return func() {
		_, err := conn.Exec(t.Context(), `select pg_advisory_unlock($1)`, holdLock)
		must(t, err)
	}
}

// waiting counts the transactions of the test's database that wait for a turn.
func (h *house) waiting(t *testing.T) int {
	t.Helper()
	return h.count(t, `select count(*) from pg_locks where locktype = 'advisory' and not granted
		and database = (select oid from pg_database where datname = current_database())`)
}

// Two batches of one account meet one below the daily cap: the second waits until the
// first has committed, counts it and is refused. Control: takeTurns without its lock,
// "did not wait" and six applications of five.
func TestBatchesOfOneAccountTakeTurns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	for i := range perDay - 1 {
		_, err := in.Submit(t.Context(), h.ownHand(t, "meeting", fmt.Sprintf("meeting-form-%d", i)))
		must(t, err)
	}
	release := h.hold(t, "meeting-last")
	send := func(key string) <-chan error {
		s, done := h.ownHand(t, "meeting", key), make(chan error, 1)
		go func() { _, err := in.Submit(t.Context(), s); done <- err }()
		return done
	}
	first := send("meeting-last")
	until(t, "the first batch stands before its commit", func() bool { return h.waiting(t) == 1 })
	second := send("meeting-over")
	until(t, "the second batch waits or is through", func() bool { return len(second) > 0 || h.waiting(t) == 2 })
	if len(second) > 0 {
		t.Error("the second batch did not wait for the first")
	}
	release()
	must(t, <-first)
	if err := <-second; err == nil || core.Known(err).Code != errPerAccount.Code {
		t.Errorf("the second batch: %v", err)
	}
	if n := h.count(t, `select count(*) from application where citizen = 'meeting'`); n != perDay {
		t.Errorf("%d applications of one account, want %d", n, perDay)
	}
}
