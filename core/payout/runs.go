package payout

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Running is where a scheme's money or thing already goes to a member: enough to ask
// there, and nothing of the people.
type Running struct {
	Region core.RegionCode
	Town   string       // "" at a county's sorting desk
	Tail   core.Receipt // the last four digits of its receipt
	Since  time.Time    // of its decision
}

// Runs looks, in every township, for what would be given to one of the members twice.
// False for nothing. Two who look at once both see nothing: it is Entitle or Hold that
// refuses the second.
func (p *Payout) Runs(ctx context.Context, tx *pg.Tx, e Entitlement) (r Running, found bool, err error) {
	rows, err := tx.Query(ctx, `select region, town, tail, since from payout_runs($1, $2, $3, $4)`, e.Case, e.Item, e.Members, e.Period)
	if err != nil {
		return r, false, pg.Fail(err, "look for the same money elsewhere")
	}
	r, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Running])
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, pg.Fail(err, "look for the same money elsewhere")
}

// Hold takes the month for the members of something that is no money (a wheelchair, a
// service), so that it is not given twice either. Errors: KindInvalid, ErrTwice.
func (p *Payout) Hold(ctx context.Context, tx *pg.Tx, e Entitlement) error {
	if len(e.Members) == 0 {
		return core.Invalid("members", "没有写明这是给谁的。")
	}
	e.Scheme, e.Monthly, e.Members = string(e.Item), false, slices.Clone(e.Members)
	return claimMembers(ctx, tx, e)
}
