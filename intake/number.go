package intake

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// NumberOf is the number an application goes by: the one that was said with it, or
// another where that was somebody else's when it came out of the spool.
func NumberOf(ctx context.Context, tx *pg.Tx, id core.ApplicationID, said core.Receipt) (number core.Receipt, err error) {
	const sql = `select coalesce((select receipt from application where id = $1), $2)`
	err = tx.QueryRow(ctx, sql, string(id), string(said)).Scan(&number)
	return number, pg.Fail(err, "read the number of an application")
}
