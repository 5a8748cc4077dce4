package casefile

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Received is an item that a household of the register receives by a granted case.
type Received struct {
	Household core.HouseholdID
	Item      core.ItemCode
	Period    string
	State     ClaimState
	Since     time.Time       // of its approval
	People    []core.PersonID // whom it is for; empty for the household as a whole
}

// ReceivedIn reads what some households of one township receive now, by household, wherever
// the case lies. Who has not the township in scope reads nothing. Items alone; who shows them
// leaves the trace.
func ReceivedIn(ctx context.Context, tx *pg.Tx, town core.RegionCode, homes []core.HouseholdID) (map[core.HouseholdID][]Received, error) {
	list, err := received(ctx, tx, town, homes)
	if err != nil {
		return nil, err
	}
	out := map[core.HouseholdID][]Received{}
	for _, r := range list {
		if runs(r.Period, r.State, r.Since, tx.Now()) {
			out[r.Household] = append(out[r.Household], r)
		}
	}
	return out, nil
}

// received reads what was granted to some households of one township and nobody stopped,
// whether it still runs or not.
func received(ctx context.Context, tx *pg.Tx, town core.RegionCode, homes []core.HouseholdID) ([]Received, error) {
	rows, err := tx.Query(ctx, `select household, item, period, state, since, people from claims_received($1, $2)`, string(town), homes)
	if err != nil {
		return nil, pg.Fail(err, "read what households receive")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Received])
	return list, pg.Fail(err, "read what households receive")
}

// GivenTo reads of what a household of a township was granted what it has been given, or is
// being paid, however long ago: a house that was handed over is had though nothing runs. What
// was approved and waits for its place is not given. As of ReceivedIn.
func GivenTo(ctx context.Context, tx *pg.Tx, town core.RegionCode, home core.HouseholdID) ([]Received, error) {
	list, err := received(ctx, tx, town, []core.HouseholdID{home})
	return slices.DeleteFunc(list, func(r Received) bool {
		return r.State != ClaimPaying && r.State != ClaimTold && r.State != ClaimClosed
	}), err
}

// Filed is an item that a household has asked for and that is not decided.
type Filed struct {
	Household core.HouseholdID
	Item      core.ItemCode
}

// FiledIn reads what some households of one township have asked for, wherever the case lies. Who
// has not the township in scope reads nothing.
func FiledIn(ctx context.Context, tx *pg.Tx, town core.RegionCode, homes []core.HouseholdID) ([]Filed, error) {
	rows, err := tx.Query(ctx, `select household, item from claims_filed($1, $2)`, string(town), homes)
	if err != nil {
		return nil, pg.Fail(err, "read what households have asked for")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Filed])
	return list, pg.Fail(err, "read what households have asked for")
}
