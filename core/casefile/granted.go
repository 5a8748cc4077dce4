package casefile

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// GrantedHouseholds gives the households of some townships for which people have approved an
// item that has not been handed over yet, with the claim. It shows nobody.
func (s *Store) GrantedHouseholds(ctx context.Context, tx *pg.Tx, item core.ItemCode, towns []core.RegionCode) (map[core.HouseholdID]core.ClaimID, error) {
	const sql = `select c.household, l.id from claim l join casefile c on c.id = l.case_id
		where l.item = $1 and l.region = any($2) and l.state in ('approved', 'delivering') and l.delivered is null and c.household is not null order by l.id`
	rows, err := tx.Query(ctx, sql, string(item), towns)
	if err != nil {
		return nil, pg.Fail(err, "list approved claims of an item")
	}
	out := map[core.HouseholdID]core.ClaimID{}
	var household core.HouseholdID
	var claim core.ClaimID
	_, err = pgx.ForEachRow(rows, []any{&household, &claim}, func() error { out[household] = claim; return nil })
	return out, pg.Fail(err, "list approved claims of an item")
}
