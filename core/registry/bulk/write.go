package bulk

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"

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
	rows int // or sheets
	upto []byte
	put  func(ctx context.Context, tx *pg.Tx) (written, error)
}

// written counts what a batch brought into the store.
type written struct{ people, households, sheets int }

// write brings the staged rows into the registry, from the group after the last one
// that is in.
func (w *work) write(ctx context.Context) error {
	done := int64(0)
	for {
		again, err := w.writeFrom(ctx, &done)
		if err != nil || !again {
			return err
		}
	}
}

// writeFrom writes batch after batch, the next being made while one is written. It
// asks to be called again when somebody came into the store meanwhile whom a row
// brings too.
func (w *work) writeFrom(ctx context.Context, done *int64) (again bool, err error) {
	stop, halt := context.WithCancel(ctx)
	defer halt()
	batches := make(chan batch)
	var making sync.WaitGroup
	var failed error
	making.Go(func() {
		defer close(batches)
		failed = w.prepare(stop, batches)
	})
	for b := range batches {
		if err := w.put(ctx, b); err != nil {
			halt()
			making.Wait()
			if core.KindOf(err) == core.KindConflict {
				return true, w.matchAgain(ctx, b.upto)
			}
			return false, err
		}
		*done += int64(b.rows)
		w.tell(Progress{Phase: "write", Done: *done, Total: int64(w.state.staged), Unit: "rows", Rows: w.state.rows, Refused: w.state.refused})
	}
	making.Wait()
	return false, failed
}

// prepare reads staged rows in order of their groups and makes batches of whole ones.
func (w *work) prepare(ctx context.Context, out chan<- batch) error {
	after := w.state.upto
	for {
		rows, last, err := w.fetch(ctx, after)
		if err != nil || len(rows) == 0 {
			return err
		}
		b, err := w.build(ctx, rows)
		if err != nil {
			return err
		}
		b.upto = rows[len(rows)-1].group
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
func (w *work) put(ctx context.Context, b batch) error {
	const sql = `update bulk_run set upto = $2, people = people + $3, households = households + $4, sheets = sheets + $5 where id = $1`
	var n written
	err := w.cfg.DB.Tx(ctx, pg.City("import: writing"), func(ctx context.Context, tx *pg.Tx) (err error) {
		if n, err = b.put(ctx, tx); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sql, w.state.id, b.upto, n.people, n.households, n.sheets)
		return pg.Fail(err, "note how far an import is")
	})
	if err != nil {
		return err
	}
	s := w.state
	s.upto, s.people, s.households, s.sheets = b.upto, s.people+n.people, s.households+n.households, s.sheets+n.sheets
	return nil
}

// open unseals what a row holds.
func (w *work) open(r waiting) (string, error) {
	plain, err := w.key.Open(r.payload, stagedAt(w.state.id, r.row))
	return string(plain), err
}
