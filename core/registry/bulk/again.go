package bulk

import (
	"context"
	"errors"

	"lianou/core"
	"lianou/core/pg"
)

// matchAgain compares the rows of a batch with the store once more, after it turned
// out that one of them is there now: enrolled at a desk, say, since the file was read.
func (w *work) matchAgain(ctx context.Context, b batch) error {
	const read = `select row, grp, identity, met, payload from bulk_row
		where run = $1 and grp > $2 and grp <= $3 and payload is not null and length(identity) = 32 order by row`
	late := 0
	err := w.cfg.DB.Tx(ctx, pg.City("import: matching again"), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, read, w.state.id, b.after, b.upto)
		if err != nil {
			return pg.Fail(err, "read staged rows")
		}
		var list []staged
		for rows.Next() {
			var r waiting
			var blind []byte
			if err := rows.Scan(&r.row, &r.group, &blind, &r.met, &r.payload); err != nil {
				rows.Close()
				return pg.Fail(err, "read staged rows")
			}
			packed, err := w.open(r)
			if err != nil {
				rows.Close()
				return err
			}
			p, err := unpackPerson(packed, w.today)
			if err != nil {
				rows.Close()
				return err
			}
			list = append(list, staged{row: r.row, group: r.group, blind: blind, met: r.met, name: p.name})
		}
		if err := rows.Err(); err != nil {
			return pg.Fail(err, "read staged rows")
		}
		late, err = w.settle(ctx, tx, list)
		return err
	})
	if err == nil {
		w.state.refused, w.state.staged = w.state.refused+late, w.state.staged-late
	}
	return err
}

// settle lets who is there now be known, or refuses their row, and says how many it refused.
func (w *work) settle(ctx context.Context, tx *pg.Tx, list []staged) (late int, err error) {
	known, err := w.meet(ctx, tx, list)
	if err != nil {
		return 0, err
	}
	if len(known) == 0 {
		return 0, core.E(core.KindInternal, "import_conflict", "").Wrap(errors.New("rows are in conflict with the store, and none of them is there"))
	}
	for _, s := range list {
		met, there := known[string(s.blind)]
		why := reason("")
		switch {
		case !there:
			continue
		case met.Name != s.name:
			why = nameDiffers
		case s.met != 0 && s.met != met.Household:
			why = moved
		}
		if why == "" {
			if _, err := tx.Exec(ctx, `update bulk_row set payload = null, met = $3 where run = $1 and row = $2`, w.state.id, s.row, int64(met.Household)); err != nil {
				return 0, pg.Fail(err, "match a row again")
			}
			continue
		}
		if err := w.refuseLate(ctx, tx, s.row, why); err != nil {
			return 0, err
		}
		late++
	}
	return late, nil
}

func (w *work) refuseLate(ctx context.Context, tx *pg.Tx, row int, why reason) error {
	if _, err := tx.Exec(ctx, `delete from bulk_row where run = $1 and row = $2`, w.state.id, row); err != nil {
		return pg.Fail(err, "refuse a row")
	}
	if err := copyRefusals(ctx, tx, w.state.id, []refusal{{row: row, column: w.layout.column(fName), why: why}}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update bulk_run set refused = refused + 1, staged = staged - 1 where id = $1`, w.state.id)
	return pg.Fail(err, "refuse a row")
}
