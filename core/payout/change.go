package payout

import (
	"context"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// StopOrder says from when monthly money ends, why and on whose word.
type StopOrder struct {
	Claim    core.ClaimID
	From     Period
	Reason   string
	Proposer core.StaffID
	By       core.StaffID // another person
}

// ChangeOrder says from when monthly money is another amount, and by which
// decision.
type ChangeOrder struct {
	Claim          core.ClaimID
	From           Period
	Amount         core.Fen
	Sample         bool
	Decision       int64
	DecisionDigest string
	By             core.StaffID
}

// Errors of changing.
var (
	// ErrUnderway is a change from a month whose money is with the bank or on the card.
	ErrUnderway = core.E(core.KindConflict, "month_underway", "这个月的钱已经在发或者发过了,请从后面的月份起改。")
	// ErrCameBack is another sum for a month whose money came back: made again it would go out
	// without the words that a payment needs to go out again.
	ErrCameBack = core.E(core.KindConflict, "month_came_back", "这几个月里有一笔钱退回来了,还没改好卡。先把卡核对好,再改钱数;或者从退回的后一个月起改。")
	// ErrStopped is a change of money that has ended, or never was monthly.
	ErrStopped = core.E(core.KindConflict, "not_running", "这一项没有在按月发,不能再改。")
)

// Stop ends a monthly claim from a month on. Months from then that were made and
// not sent are cancelled, a returned one included; those before it go on. ErrUnderway
// when one is already on its way, ErrStopped when nothing runs, ErrStatementSays while the
// bank's statement has one that came back as paid.
func (p *Payout) Stop(ctx context.Context, tx *pg.Tx, s StopOrder) error {
	switch {
	case s.Reason == "" || s.By <= 0 || s.Proposer <= 0:
		return core.Invalid("reason", "请写明停发的原因。")
	case s.By == s.Proposer:
		return ErrSamePerson
	}
	if err := lockOnward(ctx, tx, s.Claim); err != nil {
		return err
	}
	if _, err := p.cancelFrom(ctx, tx, cancelling{claim: s.Claim, from: s.From, by: s.By}); err != nil {
		return err
	}
	const q = `insert into payout_stop (claim, region, from_period, reason, proposed_by, by_staff, at)
		select claim, region, $2, $3, $4, $5, $6 from payout_member where claim = $1 and period = '' and live limit 1 on conflict (claim) do nothing`
	tag, err := tx.Exec(ctx, q, s.Claim, s.From, s.Reason, s.Proposer, s.By, tx.Now())
	switch {
	case err != nil:
		return pg.Fail(err, "stop a monthly claim")
	case tag.RowsAffected() == 0:
		return ErrStopped
	}
	// From then on the months are free for another claim.
	if err := keepUntil(ctx, tx, s.Claim, s.From); err != nil {
		return err
	}
	const free = `update payout_member set live = false where claim = $1 and period = '' and live`
	if _, err := tx.Exec(ctx, free, s.Claim); err != nil {
		return pg.Fail(err, "free the months to come")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(s.By), Act: "payment.stopped", Purpose: "payout",
		Detail: map[string]any{"claim": s.Claim, "from": s.From, "proposer": s.Proposer}})
}

// Change pays another amount from a month on. Months from then that were made and
// not sent are made again. Errors as Stop's, ErrUndecided, and ErrCameBack for a month
// that came back and whose card is not mended.
func (p *Payout) Change(ctx context.Context, tx *pg.Tx, o ChangeOrder) error {
	if err := lockOnward(ctx, tx, o.Claim); err != nil {
		return err
	}
	const q = `insert into payout_change (claim, case_id, region, from_period, amount, sample, decision, decision_digest, at)
		select claim, case_id, region, $2, $3, $4, $5, $6, $7 from payout_member where claim = $1 and period = '' and live limit 1`
	tag, err := tx.Exec(ctx, q, o.Claim, o.From, o.Amount, o.Sample, o.Decision, o.DecisionDigest, tx.Now())
	switch {
	case err != nil:
		return pg.Fail(err, "change a monthly claim")
	case tag.RowsAffected() == 0:
		return ErrStopped
	}
	months, err := p.cancelFrom(ctx, tx, cancelling{o.Claim, o.From, o.By, true})
	if err != nil {
		return err
	}
	for _, old := range months {
		if err := p.remake(ctx, tx, old, o); err != nil {
			return err
		}
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(o.By), Act: "payment.changed", Purpose: "payout",
		Detail: map[string]any{"claim": o.Claim, "from": o.From, "fen": int64(o.Amount), "decision": o.DecisionDigest}})
}

// FirstFree is the first month from which a claim can still be stopped or changed;
// "" when no month of it is with the bank or on the card.
func (p *Payout) FirstFree(ctx context.Context, tx *pg.Tx, claim core.ClaimID) (Period, error) {
	const q = `select coalesce(max(period), '') from payout_entitlement where claim = $1 and state in ('batched', 'sent', 'paid')`
	var last Period
	if err := tx.QueryRow(ctx, q, claim).Scan(&last); err != nil || last == "" {
		return "", pg.Fail(err, "look for the last month of a claim")
	}
	return last.Next(), nil
}

// CameBack reports whether money of a claim for a month from then on came back and waits for
// a card: until then it is no other sum.
func (p *Payout) CameBack(ctx context.Context, tx *pg.Tx, claim core.ClaimID, from Period) (back bool, err error) {
	const q = `select exists (select from payout_entitlement where claim = $1 and period >= $2 and state in ('returned', 'fixing'))`
	err = tx.QueryRow(ctx, q, claim, from).Scan(&back)
	return back, pg.Fail(err, "look for months that came back")
}

// NothingLeft reports whether a claim has no month that was paid or will be.
func (p *Payout) NothingLeft(ctx context.Context, tx *pg.Tx, claim core.ClaimID) (bool, error) {
	const q = `select not exists (select 1 from payout_entitlement where claim = $1 and state <> 'cancelled')`
	var none bool
	return none, pg.Fail(tx.QueryRow(ctx, q, claim).Scan(&none), "look for months of a claim")
}
