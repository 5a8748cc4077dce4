package pg

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Later queues a statement whose rows nobody reads. It goes out in order, in the
// same round trip as the next statement or the commit, and that one fails with its
// error: nothing of a transaction is ever committed without it. A round trip costs
// as much as a short insert, so work of several packages can share one.
func (tx *Tx) Later(doing, sql string, args ...any) {
	if tx.queued == nil {
		tx.queued = &pgx.Batch{}
	}
	tx.queued.Queue(sql, args...)
	tx.doing = append(tx.doing, doing)
}

// Remade says that whatever the transaction writes could be made anew from what was there
// before, such as what a scan finds: its commit waits for no flush. A crash may lose the
// last of such commits, whole and in order, with the note that they were made. Its
// statements are planned once for a connection, so none may depend on a rare value; what does
// is planned anew (watch.planAnew).
func (tx *Tx) Remade() {
	tx.Later("say that what is written can be made anew", `select set_config('synchronous_commit', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)`)
}

// take empties the queue.
func (tx *Tx) take() (*pgx.Batch, []string) {
	queued, doing := tx.queued, tx.doing
	tx.queued, tx.doing = nil, nil
	return queued, doing
}

// settle reads the answers to what was queued, the first failure named by what was
// being done.
func settle(results pgx.BatchResults, doing []string) error {
	for _, what := range doing {
		if _, err := results.Exec(); err != nil {
			return Fail(err, what)
		}
	}
	return nil
}

// flush sends the queue alone.
func (tx *Tx) flush(ctx context.Context) error {
	queued, doing := tx.take()
	if queued == nil {
		return nil
	}
	results := tx.Tx.SendBatch(ctx, queued)
	err := settle(results, doing)
	if closing := results.Close(); err == nil {
		err = closing
	}
	return err
}

// behind sends a statement in one trip with what is queued before it, and leaves the
// results at the statement's own answer. With nothing queued there is nothing to
// share: the results are nil.
func (tx *Tx) behind(ctx context.Context, sql string, args []any) (pgx.BatchResults, error) {
	queued, doing := tx.take()
	if queued == nil {
		return nil, nil
	}
	queued.Queue(sql, args...)
	results := tx.Tx.SendBatch(ctx, queued)
	if err := settle(results, doing); err != nil {
		_ = results.Close() // says the same once more
		return nil, err
	}
	return results, nil
}

// Exec runs a statement behind what is queued.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	results, err := tx.behind(ctx, sql, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	if results == nil {
		return tx.Tx.Exec(ctx, sql, args...)
	}
	tag, err := results.Exec()
	if closing := results.Close(); err == nil {
		err = closing
	}
	return tag, err
}

// Query runs a query behind what is queued.
func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	results, err := tx.behind(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	if results == nil {
		return tx.Tx.Query(ctx, sql, args...)
	}
	rows, err := results.Query()
	if err != nil {
		_ = results.Close() // says the same once more
		return nil, err
	}
	return &lastRows{Rows: rows, results: results}, nil
}

// QueryRow runs a query behind what is queued.
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	results, err := tx.behind(ctx, sql, args)
	if err != nil {
		return failedRow{err}
	}
	if results == nil {
		return tx.Tx.QueryRow(ctx, sql, args...)
	}
	return lastRow{results.QueryRow(), results}
}

// SendBatch runs a batch behind what is queued.
func (tx *Tx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if err := tx.flush(ctx); err != nil {
		return failedBatch{err}
	}
	return tx.Tx.SendBatch(ctx, b)
}

// CopyFrom copies rows in behind what is queued.
func (tx *Tx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	if err := tx.flush(ctx); err != nil {
		return 0, err
	}
	return tx.Tx.CopyFrom(ctx, table, columns, rows)
}

// Begin makes a savepoint behind what is queued.
func (tx *Tx) Begin(ctx context.Context) (pgx.Tx, error) {
	if err := tx.flush(ctx); err != nil {
		return nil, err
	}
	return tx.Tx.Begin(ctx)
}

// Commit sends what is queued and commits.
func (tx *Tx) Commit(ctx context.Context) error {
	if err := tx.flush(ctx); err != nil {
		return err
	}
	return tx.Tx.Commit(ctx)
}

// lastRows are the rows of the last statement of a batch; the connection is free
// for the next one when they end.
type lastRows struct {
	pgx.Rows
	results pgx.BatchResults
	done    bool
	err     error
}

func (r *lastRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *lastRows) Close() {
	r.Rows.Close()
	if !r.done {
		r.done = true
		r.err = r.results.Close()
	}
}

func (r *lastRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}

// lastRow is the row of the last statement of a batch; the connection is free for the
// next one when it is read.
type lastRow struct {
	row     pgx.Row
	results pgx.BatchResults
}

func (r lastRow) Scan(into ...any) error {
	err := r.row.Scan(into...)
	if closing := r.results.Close(); err == nil {
		err = closing
	}
	return err
}

type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

type failedBatch struct{ err error }

func (b failedBatch) Exec() (pgconn.CommandTag, error) { return pgconn.CommandTag{}, b.err }
func (b failedBatch) Query() (pgx.Rows, error)         { return nil, b.err }
func (b failedBatch) QueryRow() pgx.Row                { return failedRow(b) }
func (b failedBatch) Close() error                     { return b.err }
func (failedBatch) Tx() pgx.Tx                         { return nil }
