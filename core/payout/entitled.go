package payout

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Entitled is one claim's one month of a household of the register, or what was paid once
// of the same item.
type Entitled struct {
	Household core.HouseholdID
	Item      core.ItemCode
	Period    Period
	Monthly   bool
	Amount    core.Fen
	People    []core.PersonID // whom it is for; 0 for somebody the register does not know
}

// Months reads what the households of one township are entitled to of some items from a
// month on, by household and item. Where the case lies does not matter: a household counts
// where it lives. Sums alone; who shows them leaves the trace. Who has not the township in
// scope reads nothing.
func Months(ctx context.Context, tx *pg.Tx, town core.RegionCode, since Period, items []core.ItemCode) ([]Entitled, error) {
	const sql = `select household, item, period, monthly, amount, people from payout_months($1, $2, $3)`
	rows, err := tx.Query(ctx, sql, string(town), string(since), items)
	if err != nil {
		return nil, pg.Fail(err, "read the months of a township")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Entitled])
	return list, pg.Fail(err, "read the months of a township")
}
