package watch

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// After gives the first scan of the whole city that began at a moment or later, and before another
// one (zero for open): what was found when everybody was first looked at by an edition. One that was given up
// counts for nothing. It reads the table of scans alone, a row a night; id is 0 for none.
func (w *Watch) After(ctx context.Context, from, until time.Time) (id int64, p Progress, err error) {
	const sql = `select id from scan where begun >= $1 and ($2::timestamptz is null or begun < $2) and towns = $3 and given_up is null order by id limit 1`
	var before *time.Time
	if !until.IsZero() {
		before = &until
	}
	err = w.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, sql, from, before, len(w.cityTowns())).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return pg.Fail(err, "look for the scan after an edition")
	})
	if err == nil && id != 0 {
		p, err = w.How(ctx, id)
	}
	return id, p, err
}
