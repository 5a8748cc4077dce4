package registry

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// TownsWaiting picks, of some townships, those of which between one and few households
// wait to be packed because something was written of them, within the scope of tx.
func (r *Registry) TownsWaiting(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, few int) ([]core.RegionCode, error) {
	const sql = `select t from unnest($1::text[]) t
		where (select count(*) from (select from fact_stale where region = t limit $2 + 1) first) between 1 and $2`
	rows, err := tx.Query(ctx, sql, towns, few)
	if err != nil {
		return nil, pg.Fail(err, "look for townships with households to pack")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.RegionCode])
	return list, pg.Fail(err, "look for townships with households to pack")
}

// Waiting gives up to n of the households that Repack would pack now, and keeps every
// other packer of the township out until the end of the transaction. Writers are not kept
// out: when Repack then packs another number of households, one came in between.
func (r *Registry) Waiting(ctx context.Context, tx *pg.Tx, town core.RegionCode, n int) ([]core.HouseholdID, error) {
	const alone = `select pg_advisory_xact_lock(hashtextextended('fact_row ' || $1, 0))`
	if _, err := tx.Exec(ctx, alone, string(town)); err != nil {
		return nil, pg.Fail(err, "wait for whoever packs the same township")
	}
	const sql = `select household from fact_stale where region = $1
		union select household from fact_row where region = $1 and due <= $3 limit $2`
	rows, err := tx.Query(ctx, sql, string(town), n, pgDate(tx.Today()))
	if err != nil {
		return nil, pg.Fail(err, "list households to pack")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[core.HouseholdID])
	return ids, pg.Fail(err, "list households to pack")
}
