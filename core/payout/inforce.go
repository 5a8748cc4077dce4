package payout

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Received is the money somebody is entitled to: each month now, and once within the last
// twelve months.
type Received struct{ Monthly, Once core.Fen }

// InForce sums what some people are entitled to, within the scope of tx. A monthly claim
// counts with its newest month, this one or the last: next month's row is made some days
// into it. Sums alone; who shows them leaves the trace. People without any are not in it.
func InForce(ctx context.Context, tx *pg.Tx, people []core.PersonID) (map[core.PersonID]Received, error) {
	today := tx.Today().Time()
	first := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	month := func(back int) string { return first.AddDate(0, -back, 0).Format("200601") }
	const sql = `select beneficiary, coalesce(sum(amount) filter (where monthly), 0)::bigint, coalesce(sum(amount) filter (where not monthly), 0)::bigint from (
			select distinct on (claim, case when monthly then '' else period end) beneficiary, amount, monthly from payout_entitlement
			where beneficiary = any ($1) and beneficiary <> 0 and state <> 'cancelled' and period <= $2 and period >= case when monthly then $3 else $4 end
			order by claim, case when monthly then '' else period end, period desc) e
		group by beneficiary`
	rows, err := tx.Query(ctx, sql, people, month(0), month(1), month(11))
	if err != nil {
		return nil, pg.Fail(err, "sum what is in force")
	}
	out := map[core.PersonID]Received{}
	var id core.PersonID
	var r Received
	_, err = pgx.ForEachRow(rows, []any{&id, &r.Monthly, &r.Once}, func() error {
		out[id] = r
		return nil
	})
	return out, pg.Fail(err, "sum what is in force")
}
