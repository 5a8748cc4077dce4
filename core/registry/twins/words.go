package twins

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// reasonAt is where the reasons of one township's words about a pair are sealed.
func reasonAt(pair int64, town core.RegionCode) seal.At {
	return seal.At{Table: "person_verdict", Row: strconv.FormatInt(pair, 10) + "/" + string(town), Column: "reason"}
}

// perReseal bounds the rows that one pass of Reseal seals.
const perReseal = 500

// Reseal seals reasons that lie in the clear from before they were sealed and says how many:
// zero where nothing is left. It changes nothing else of a row, which the database holds it to.
func (t *Twins) Reseal(ctx context.Context) (n int, err error) {
	err = t.DB.Tx(ctx, citywide(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select id, pair, region, reason_clear from person_verdict where reason_clear <> '' order by id limit $1 for update`, perReseal)
		if err != nil {
			return pg.Fail(err, "find reasons in the clear")
		}
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r reason, err error) {
			return r, row.Scan(&r.id, &r.pair, &r.town, &r.words)
		})
		if err != nil {
			return pg.Fail(err, "find reasons in the clear")
		}
		for _, r := range list {
			sealed, err := t.Ring.Seal([]byte(r.words), reasonAt(r.pair, r.town))
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `update person_verdict set reason = $2, reason_clear = '' where id = $1`, r.id, sealed); err != nil {
				return pg.Fail(err, "seal a reason of before")
			}
		}
		n = len(list)
		return nil
	})
	return n, err
}

// reason is one row of before.
type reason struct {
	id, pair int64
	town     core.RegionCode
	words    string
}
