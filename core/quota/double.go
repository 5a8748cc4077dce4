package quota

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// A Double says of an entry that somebody of its household stands in another one of the same
// list: by another row of the register, or because one moved whole into the other. It moves
// nobody: once one of them holds a place the other has it already (Has), and before that people
// may look at the pair.
type Double struct {
	N, Other int
	Pair     int64 // that waits to be looked at; 0: it is one person, as two people said or by their number
}

// Doubles lists those of some entries of a drawn list, or of all when none is named, that the
// scope of tx holds, by their numbers.
func (q *Quota) Doubles(ctx context.Context, tx *pg.Tx, id int64, of ...int) ([]Double, error) {
	rows, err := tx.Query(ctx, `select n, other, pair from quota_doubles($1, $2)`, id, of)
	if err != nil {
		return nil, pg.Fail(err, "look for one person in two entries")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Double])
	return list, pg.Fail(err, "look for one person in two entries")
}

// WouldDouble lists those of an order that is not drawn yet, by the places it would give: while the
// pairs can still be looked at before the cut-off. Of households in the scope of tx.
func (q *Quota) WouldDouble(ctx context.Context, tx *pg.Tx, list []Entry) ([]Double, error) {
	homes := make([]int64, len(list))
	for i, e := range list {
		homes[e.N-1] = int64(list[i].Household)
	}
	rows, err := tx.Query(ctx, `select n, other, pair from quota_would_double($1, $2)`, homes, tx.Today().Time())
	if err != nil {
		return nil, pg.Fail(err, "look for one person in two households of an order")
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Double])
	return out, pg.Fail(err, "look for one person in two households of an order")
}
