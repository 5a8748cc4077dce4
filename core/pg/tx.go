package pg

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
)

// attempts bounds how often a transaction that lost a deadlock or a
// serialisation race is run; each waits a little longer than the one before.
const attempts = 6

// Tx is a transaction under a scope. Use it inside the function it was given to
// and not after.
type Tx struct {
	pgx.Tx
	now    time.Time
	scope  Scope
	queued *pgx.Batch // by Later, with what each was doing
	doing  []string
}

// Now is the one time of the transaction: the start of it as the database saw it,
// moved by the demo clock.
func (tx *Tx) Now() time.Time { return tx.now }

// Today is the civil day in China of Now.
func (tx *Tx) Today() core.Date { return core.DateOf(tx.now) }

// Scope is the scope the transaction runs under.
func (tx *Tx) Scope() Scope { return tx.scope }

// Tx runs fn in a read-write transaction and commits. fn must be repeatable: it is
// run again when the database reports a deadlock or a serialisation failure. When
// the answer to COMMIT is lost the error is KindUnavailable and the outcome is
// unknown; callers repeat with the same keys.
func (db *DB) Tx(ctx context.Context, scope Scope, fn func(ctx context.Context, tx *Tx) error) error {
	return db.run(ctx, scope, pgx.TxOptions{}, fn)
}

// Read runs fn in a read-only transaction on one snapshot.
func (db *DB) Read(ctx context.Context, scope Scope, fn func(ctx context.Context, tx *Tx) error) error {
	return db.run(ctx, scope, pgx.TxOptions{AccessMode: pgx.ReadOnly, IsoLevel: pgx.RepeatableRead}, fn)
}

func (db *DB) run(ctx context.Context, scope Scope, opts pgx.TxOptions, fn func(context.Context, *Tx) error) error {
	for try := 1; ; try++ {
		err := db.once(ctx, scope, opts, fn)
		state := SQLState(err)
		if (state != "40001" && state != "40P01") || try == attempts {
			return safe(err, "transaction")
		}
		pause := time.Duration(rand.Int64N(int64(try) * int64(8*time.Millisecond)))
		select {
		case <-ctx.Done():
			return Fail(ctx.Err(), "transaction")
		case <-time.After(pause):
		}
	}
}

func (db *DB) once(ctx context.Context, scope Scope, opts pgx.TxOptions, fn func(context.Context, *Tx) error) error {
	tx, err := db.begin(ctx, scope, opts)
	if tx != nil {
		// Also after a panic in fn. Nothing to do once committed.
		defer func() {
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_ = tx.Rollback(late)
		}()
	}
	if err != nil {
		return Fail(err, "begin")
	}
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return Fail(err, "commit")
	}
	return nil
}

// begin opens the transaction, sets the scope and reads the clock in one round
// trip. A non-nil Tx must be rolled back or committed even when err is not nil.
func (db *DB) begin(ctx context.Context, scope Scope, opts pgx.TxOptions) (*Tx, error) {
	const start = `select set_config('lianou.regions', $1, true), set_config('lianou.subject', $2, true),
		set_config('lianou.city', $3, true), transaction_timestamp() + shift from lianou_clock`
	batch := &pgx.Batch{}
	batch.BeginTx(opts)
	batch.Queue(start, scope.regions, scope.subject, scope.city)
	results := db.pool.SendBatch(ctx, batch)
	opened := results.Tx()
	if opened == nil {
		_, err := results.Exec()
		_ = results.Close()
		return nil, err
	}
	tx := &Tx{Tx: opened, scope: scope}
	_, err := results.Exec()
	if err == nil {
		var a, b, c string
		err = results.QueryRow().Scan(&a, &b, &c, &tx.now)
	}
	if closing := results.Close(); err == nil {
		err = closing
	}
	return tx, err
}
