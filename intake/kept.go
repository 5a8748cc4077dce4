package intake

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// keptMost bounds a citizen's own list.
const keptMost = 50

// Kept lists what an account has handed in, newest first: what there is to say of
// an application in the moments before its case is open. Errors: KindUnavailable.
func (in *Intake) Kept(ctx context.Context, citizen string) ([]Receipt, error) {
	if citizen == "" {
		return nil, nil
	}
	var list []Receipt
	err := in.db.Read(ctx, pg.Subject(citizen), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select receipt, id::text, region, at from application where citizen = $1 order by at desc limit $2`, citizen, keptMost)
		if err != nil {
			return pg.Fail(err, "read what a citizen handed in")
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Receipt, err error) {
			err = row.Scan(&r.Number, &r.Application, &r.Region, &r.At)
			return r, err
		})
		return pg.Fail(err, "read what a citizen handed in")
	})
	return list, err
}
