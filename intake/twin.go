package intake

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// IsTwin reports whether an application is the second of one form that came twice
// with two contents, one of them out of the spool: both were promised a number, and
// a person looks which one is meant.
func IsTwin(ctx context.Context, tx *pg.Tx, id core.ApplicationID) (twin bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from application_twin where application = $1 and looked_by is null)`, id).Scan(&twin)
	return twin, pg.Fail(err, "look for a duplicate")
}

// TwinLooked takes a pair out of the duplicate queue.
func TwinLooked(ctx context.Context, tx *pg.Tx, id core.ApplicationID, by core.StaffID) error {
	_, err := tx.Exec(ctx, `update application_twin set looked_by = $2, looked_at = $3 where application = $1 and looked_by is null`, id, by, tx.Now())
	return pg.Fail(err, "end a duplicate")
}
