package bulk

import (
	"context"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"lianou/core"
	"lianou/core/pg"
)

// batchRows is how many rows a transaction writes: enough that its end costs little,
// few enough that a household of any size fits.
const batchRows = 4_000

// waiting is one staged row as read back.
type waiting struct {
	row     int
	group   []byte
	met     core.HouseholdID
	payload []byte
}

// batch is what one transaction writes, made ready while the one before is written.
type batch struct {
	rows        int    // or sheets
	after, upto []byte // its groups: those behind after, up to upto
	put         func(ctx context.Context, tx *pg.Tx) (written, error)
}

// written counts what a batch brought into the store.
type written struct{ people, households, sheets, changed, renewed int }

// writers is how many batches are written at once: one is sorted into its indexes
// while the other is on its way.
const writers = 2

// write brings the staged rows into the registry. What is written leaves the staging
// table in the same transaction, so that whatever ends this process, the rest is what
// is still there.
func (w *work) write(ctx context.Context) error {
	for {
		again, err := w.writeAll(ctx)
		if err != nil || again == nil {
			return err
		}
		if err := w.matchAgain(ctx, *again); err != nil {
			return err
		}
	}
}

// writeAll writes batch after batch, the next being made while others are written. It
// gives back the batch that brings somebody who came into the store meanwhile.
func (w *work) writeAll(ctx context.Context) (again *batch, err error) {
	group, inner := errgroup.WithContext(ctx)
	batches := make(chan batch)
	group.Go(func() error {
		defer close(batches)
		return w.prepare(inner, batches)
	})
	conflict := core.E(core.KindConflict, "import_again", "")
	var mu sync.Mutex
	done := int64(0)
	for range writers {
		group.Go(func() error {
			for b := range batches {
				n, err := w.put(inner, b)
				if core.KindOf(err) == core.KindConflict {
					mu.Lock()
					again = &b
					mu.Unlock()
					return conflict
				}
				if err != nil {
					return err
				}
				mu.Lock()
				s := w.state
				s.people, s.households, s.sheets = s.people+n.people, s.households+n.households, s.sheets+n.sheets
				s.changed, s.renewed = s.changed+n.changed, s.renewed+n.renewed
				done += int64(b.rows)
				w.tell(Progress{Phase: "write", Done: done, Total: int64(s.staged), Unit: "rows", Rows: s.rows, Refused: s.refused})
				mu.Unlock()
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil && !errors.Is(err, conflict) {
		return nil, err
	}
	return again, nil
}

// prepare reads staged rows in order of their groups and makes batches of whole ones.
func (w *work) prepare(ctx context.Context, out chan<- batch) error {
	after := []byte{}
	for {
		rows, last, err := w.fetch(ctx, after)
		if err != nil || len(rows) == 0 {
			return err
		}
		b, err := w.build(ctx, rows)
		if err != nil {
			return err
		}
		b.after, b.upto = after, rows[len(rows)-1].group
		after = b.upto
		select {
		case out <- b:
		case <-ctx.Done():
			return pg.Fail(ctx.Err(), "write an import")
		}
		if last {
			return nil
		}
	}
}

// fetch reads the rows after a group, up to the end of a group.
func (w *work) fetch(ctx context.Context, after []byte) (list []waiting, last bool, err error) {
	const sql = `select row, grp, met, payload from bulk_row where run = $1 and grp > $2 order by grp, row limit $3`
	err = w.cfg.DB.Read(ctx, pg.City("import: writing"), func(ctx context.Context, tx *pg.Tx) error {
		// By the index, whose statistics a fresh table does not have: to sort all rows for
		// each batch costs more with each.
		if _, err := tx.Exec(ctx, `set local enable_sort = off`); err != nil {
			return pg.Fail(err, "read staged rows")
		}
		rows, err := tx.Query(ctx, sql, w.state.id, after, batchRows)
		if err != nil {
			return pg.Fail(err, "read staged rows")
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r waiting, err error) {
			err = row.Scan(&r.row, &r.group, &r.met, &r.payload)
			return r, err
		})
		return pg.Fail(err, "read staged rows")
	})
	if last = len(list) < batchRows; last || err != nil {
		return list, last, err
	}
	end := string(list[len(list)-1].group)
	for len(list) > 0 && string(list[len(list)-1].group) == end {
		list = list[:len(list)-1]
	}
	if len(list) == 0 { // groups are smaller than a batch: compare saw to it
		return nil, true, core.E(core.KindInternal, "import_group", "")
	}
	return list, false, nil
}

func (w *work) build(ctx context.Context, rows []waiting) (batch, error) {
	if w.Kind == People {
		return w.buildPeople(ctx, rows)
	}
	return w.buildFacts(rows)
}

// put writes one batch and how far the run is, in one transaction.
func (w *work) put(ctx context.Context, b batch) (n written, err error) {
	const away = `delete from bulk_row where run = $1 and grp > $2 and grp <= $3`
	const count = `update bulk_run set people = people + $2, households = households + $3, sheets = sheets + $4 where id = $1`
	const tally = `insert into bulk_tally (run, changed, renewed) values ($1, $2, $3)
		on conflict (run) do update set changed = bulk_tally.changed + $2, renewed = bulk_tally.renewed + $3`
	err = w.cfg.DB.Tx(ctx, pg.City("import: writing"), func(ctx context.Context, tx *pg.Tx) (err error) {
		if n, err = b.put(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, away, w.state.id, b.after, b.upto); err != nil {
			return pg.Fail(err, "take written rows away")
		}
		if n.changed+n.renewed > 0 {
			if _, err := tx.Exec(ctx, tally, w.state.id, n.changed, n.renewed); err != nil {
				return pg.Fail(err, "note what a file changed")
			}
		}
		_, err = tx.Exec(ctx, count, w.state.id, n.people, n.households, n.sheets) // last: the other writer waits for this row
		return pg.Fail(err, "note how far an import is")
	})
	return n, err
}

// open unseals what a row holds.
func (w *work) open(r waiting) (string, error) {
	plain, err := w.key.Open(r.payload, stagedAt(w.state.id, r.row))
	return string(plain), err
}
