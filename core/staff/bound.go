package staff

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// Bound counts the accounts in use that are for one of some places, by township, county or
// village: with a place that ends they see no more of it.
func Bound(ctx context.Context, tx *pg.Tx, places []core.RegionCode) (n int, err error) {
	const sql = `select count(*) from staff_account where active and (regions && $1::text[] or village = any ($1))`
	plain := make([]string, len(places))
	for i, p := range places {
		plain[i] = string(p)
	}
	return n, pg.Fail(tx.QueryRow(ctx, sql, plain).Scan(&n), "count accounts of places")
}
