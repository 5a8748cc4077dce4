package registry

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// TownsWaiting picks, of some townships, those with between one and few entries in the log
// of who was written about since their row was packed, within the scope of tx.
func (r *Registry) TownsWaiting(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, few int) ([]core.RegionCode, error) {
	const sql = `select t from unnest($1::text[]) t
		where (select count(*) from (select from fact_stale where region = t limit $2 + 1) first) between 1 and $2`
	rows, err := tx.Query(ctx, sql, towns, few)
	if err != nil {
		return nil, pg.Fail(err, "look for townships with rows to pack")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.RegionCode])
	return list, pg.Fail(err, "look for townships with rows to pack")
}

// Counties gives the counties by whose amounts the households of a township may go: its own,
// and those in which some of them are registered.
func (r *Registry) Counties(ctx context.Context, tx *pg.Tx, town core.RegionCode) ([]core.RegionCode, error) {
	const sql = `select hukou from household where region = $1 and hukou <> '' union select $2`
	rows, err := tx.Query(ctx, sql, string(town), string(town.County()))
	if err != nil {
		return nil, pg.Fail(err, "list the counties of a township's households")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.RegionCode])
	return list, pg.Fail(err, "list the counties of a township's households")
}
