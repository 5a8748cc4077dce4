package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Payout is one month of money, or one payment, as its household sees it. State is that
// of the payment: due, batched, sent, paid, returned, fixing, cancelled.
type Payout struct {
	ID      int64
	Receipt core.Receipt // the account's own application
	Item    core.ItemCode
	Name    string
	Period  string // yyyymm
	Monthly bool
	Amount  core.Fen
	Sample  bool
	Last4   string // of the card
	State   string
	At      time.Time // when it came to this
}

// PayoutsAsk says which money to list.
type PayoutsAsk struct {
	Citizen string
	Today   core.Date // what an account may see by a mandate ends with its last day
	After   int64     // the last id of the page before, 0 for the first
	Limit   int
}

// Payouts lists the money of a citizen's own cases, the newest first. It is seen through an
// application that itself counts in the case and, where it was made for somebody else,
// whose mandate still holds: what lies beside the case opens none of it.
func (r *Reader) Payouts(ctx context.Context, ask PayoutsAsk) (list []Payout, err error) {
	if ask.Citizen == "" {
		return nil, nil
	}
	const sql = `select p.entitlement, s.receipt, p.item, p.name, p.period, p.monthly, p.amount, p.sample, p.last4, p.state, p.updated
		from payout_status p cross join lateral (select receipt from case_status s where s.case_id = p.case_id and s.citizen = $1
			and s.application in (select payout_through(p.case_id))
			and not exists (select from mandate m where m.application = s.application and m.until_day < $3::date)
			order by s.application limit 1) s
		where p.case_id = any (array(select case_id from case_status where citizen = $1)) and ($2 = 0 or p.entitlement < $2)
		order by p.entitlement desc limit $4`
	err = r.db.Read(ctx, pg.Subject(ask.Citizen), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, ask.Citizen, ask.After, day(ask.Today), ask.Limit)
		if err != nil {
			return pg.Fail(err, "read a citizen's money")
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Payout])
		return pg.Fail(err, "read a citizen's money")
	})
	return list, err
}
