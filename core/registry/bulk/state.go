package bulk

import (
	"context"
	"encoding/hex"
	"strconv"

	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// The states of a run. Held files wait for somebody to mend them or to allow more.
const (
	stateStaging = "staging"
	stateWriting = "writing"
	stateHeld    = "held"
	stateDone    = "done"
)

// runState is the row of a run.
type runState struct {
	id                         int64
	state                      string
	ready                      bool // every row was looked at, and those to write wait
	rows, repeated, refused    int
	staged                     int // people, or sheets, that are neither refused nor repeated
	people, households, sheets int // written
	changed, renewed           int // of the sheets
}

func (s *runState) result() Result {
	return Result{Run: s.id, Rows: s.rows, People: s.people, Households: s.households, Sheets: s.sheets, Changed: s.changed, Renewed: s.renewed,
		Known: s.staged - s.people - s.sheets, Repeated: s.repeated, Refused: s.refused}
}

func wrappedAt(run int64) seal.At {
	return seal.At{Table: "bulk_run", Row: strconv.FormatInt(run, 10), Column: "data_key"}
}

// begin finds the run of this file or makes one.
func (w *work) begin(ctx context.Context) error {
	const note = `insert into bulk_run (key, kind, source, digest, state, began) values ($1, $2, $3, $4, 'staging', $5) on conflict (key) do nothing`
	// The staging table loses all of its rows or none: in a crash, or to another file.
	const read = `select r.id, r.state, r.data_key, r.rows, r.repeated, r.refused, r.staged, r.people, r.households, r.sheets, coalesce(t.changed, 0), coalesce(t.renewed, 0),
			exists (select 1 from bulk_row b where b.run = r.id)
		from bulk_run r left join bulk_tally t on t.run = r.id where r.key = $1`
	s := runState{}
	err := w.cfg.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		w.today = tx.Today()
		if w.On.IsZero() {
			w.On = w.today
		}
		key := w.runKey()
		if _, err := tx.Exec(ctx, note, key, string(w.Kind), w.Source, w.File.Digest[:], tx.Now()); err != nil {
			return pg.Fail(err, "note an import")
		}
		var wrapped []byte
		var there bool
		err := tx.QueryRow(ctx, read, key).Scan(&s.id, &s.state, &wrapped, &s.rows, &s.repeated, &s.refused, &s.staged, &s.people, &s.households, &s.sheets, &s.changed, &s.renewed, &there)
		if err != nil {
			return pg.Fail(err, "read an import")
		}
		if s.ready = s.state == stateWriting && there && wrapped != nil; s.ready {
			w.key, err = w.cfg.Ring.DataKey(wrapped, wrappedAt(s.id))
		}
		return err
	})
	w.state = &s
	return err
}

// clear makes the staging table ready for this file, under a key of its own.
func (w *work) clear(ctx context.Context) error {
	const again = `update bulk_run set state = 'staging', data_key = $2, rows = 0, repeated = 0, refused = 0, staged = 0, ended = null where id = $1`
	wrapped, key, err := w.cfg.Ring.NewDataKey(wrappedAt(w.state.id))
	if err != nil {
		return err
	}
	w.key = key
	s := w.state
	s.state, s.rows, s.repeated, s.refused, s.staged = stateStaging, 0, 0, 0, 0
	return w.cfg.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `truncate bulk_row`); err != nil {
			return pg.Fail(err, "empty the staging table")
		}
		if _, err := tx.Exec(ctx, `delete from bulk_refusal where run = $1`, s.id); err != nil {
			return pg.Fail(err, "forget refusals of before")
		}
		_, err := tx.Exec(ctx, again, s.id, wrapped)
		return pg.Fail(err, "begin an import anew")
	})
}

// stop ends a run that writes nothing: held, or only tried. What waited is thrown
// away.
func (w *work) stop(ctx context.Context) (Result, error) {
	res, err := w.untouched(ctx)
	if err != nil {
		return Result{}, err
	}
	act, held := "import.tried", !w.DryRun
	if held {
		act = "import.held"
	}
	res.Held = held
	return res, w.end(ctx, stateHeld, act)
}

// untouched says what a run that writes nothing would have written, and gives back what was
// refused.
func (w *work) untouched(ctx context.Context) (Result, error) {
	const sql = `select count(payload)::int from bulk_row where run = $1`
	res := w.state.result()
	w.nothing, res.Nothing, res.Over = true, true, w.over(w.state)
	if w.Kind == Facts {
		n, err := w.wouldLearn(ctx)
		if err != nil {
			return res, err
		}
		res.Would, res.Changed, res.Renewed = n.Added, n.Changed, n.Renewed
	} else {
		err := w.cfg.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			return pg.Fail(tx.QueryRow(ctx, sql, w.state.id).Scan(&res.Would), "count staged rows")
		})
		if err != nil {
			return res, err
		}
	}
	res.Known -= res.Would
	return res, w.refusals(ctx)
}

// finish ends a run whose rows are written.
func (w *work) finish(ctx context.Context) error {
	return w.end(ctx, stateDone, string(w.Kind)+".imported")
}

// end leaves the one audit entry of a file: its digest and counts, nobody in it.
func (w *work) end(ctx context.Context, state, act string) error {
	const sql = `update bulk_run set state = $2, ended = $3, data_key = null where id = $1`
	return w.cfg.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `truncate bulk_row`); err != nil {
			return pg.Fail(err, "empty the staging table")
		}
		if _, err := tx.Exec(ctx, sql, w.state.id, state, tx.Now()); err != nil {
			return pg.Fail(err, "end an import")
		}
		res := w.state.result()
		return w.cfg.Log.Write(ctx, tx, audit.Entry{Actor: w.Actor, Act: act, Subject: "import:" + strconv.FormatInt(w.state.id, 10), Purpose: "import",
			Detail: map[string]any{"source": w.Source, "sha256": hex.EncodeToString(w.File.Digest[:]), "counts": res}})
	})
}
