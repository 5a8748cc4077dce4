package payout

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// Barred says why somebody may not approve a batch, so that a page can say it before they try:
// ErrDecider, ErrKin, or nil. The database looks again when they do.
func (p *Payout) Barred(ctx context.Context, tx *pg.Tx, by core.StaffID, batch int64) error {
	const q = `select
		exists (select from payout_line l join payout_entitlement e on e.id = l.entitlement join decision d on d.id = e.decision
			where l.batch = $1 and $2::bigint in (d.proposer, d.approver)),
		exists (select from case_conflict c join payout_entitlement e on e.case_id = c.case_id join payout_line l on l.entitlement = e.id
			where c.staff = $2 and l.batch = $1)`
	var decided, kin bool
	if err := tx.QueryRow(ctx, q, batch, by).Scan(&decided, &kin); err != nil {
		return pg.Fail(err, "look who is barred from a batch")
	}
	switch {
	case decided:
		return ErrDecider
	case kin:
		return ErrKin
	}
	return nil
}

// othersOnly turns a run that found nothing for its maker into its reason: there is money, which
// is their kin's or which they decided on themselves. What another run is just taking is no
// reason of that kind: it is not due any more in a moment.
func (p *Payout) othersOnly(ctx context.Context, tx *pg.Tx, by core.StaffID, pick Choice) error {
	const q = `select exists (select` + dueNow + chosen + ` and not (true` + notKin + notDecided + `) limit $2)`
	var barred bool
	if err := tx.QueryRow(ctx, q, payable(tx), 1, by, pick.County, pick.Item, pick.Period, pick.Emergency).Scan(&barred); err != nil {
		return pg.Fail(err, "look whose money is due")
	}
	if barred {
		return ErrOthersOnly
	}
	return ErrNothingDue
}
