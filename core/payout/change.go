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
	// ErrStopped is a change of money that has ended, or never was monthly.
	ErrStopped = core.E(core.KindConflict, "not_running", "这一项没有在按月发,不能再改。")
)

// Stop ends a monthly claim from a month on. Months from then that were made and
// not sent are cancelled, a returned one included; ErrUnderway when one is already
// on its way, ErrStopped when nothing runs.
func (p *Payout) Stop(ctx context.Context, tx *pg.Tx, s StopOrder) error {
	switch {
	case s.Reason == "" || s.By <= 0 || s.Proposer <= 0:
		return core.Invalid("reason", "请写明停发的原因。")
	case s.By == s.Proposer:
		return ErrSamePerson
	}
	if _, err := p.cancelFrom(ctx, tx, s.Claim, s.From); err != nil {
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
	// The months to come are free for another claim.
	const free = `update payout_member set live = false where claim = $1 and period = '' and live`
	if _, err := tx.Exec(ctx, free, s.Claim); err != nil {
		return pg.Fail(err, "free the months to come")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(s.By), Act: "payment.stopped", Purpose: "payout",
		Detail: map[string]any{"claim": s.Claim, "from": s.From, "proposer": s.Proposer}})
}

// Change pays another amount from a month on. Months from then that were made and
// not sent are made again. Errors as Stop's, and ErrUndecided.
func (p *Payout) Change(ctx context.Context, tx *pg.Tx, o ChangeOrder) error {
	const q = `insert into payout_change (claim, case_id, region, from_period, amount, sample, decision, decision_digest, at)
		select claim, case_id, region, $2, $3, $4, $5, $6, $7 from payout_member where claim = $1 and period = '' and live limit 1`
	tag, err := tx.Exec(ctx, q, o.Claim, o.From, o.Amount, o.Sample, o.Decision, o.DecisionDigest, tx.Now())
	switch {
	case err != nil:
		return pg.Fail(err, "change a monthly claim")
	case tag.RowsAffected() == 0:
		return ErrStopped
	}
	months, err := p.cancelFrom(ctx, tx, o.Claim, o.From)
	if err != nil {
		return err
	}
	for _, old := range months {
		if err := remake(ctx, tx, old, o); err != nil {
			return err
		}
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(o.By), Act: "payment.changed", Purpose: "payout",
		Detail: map[string]any{"claim": o.Claim, "from": o.From, "fen": int64(o.Amount), "decision": o.DecisionDigest}})
}

// remake makes a cancelled month again by the new decision, for the same members
// and to the same account.
func remake(ctx context.Context, tx *pg.Tx, old int64, o ChangeOrder) error {
	const again = `insert into payout_entitlement (region, case_id, claim, decision, decision_digest, scheme, beneficiary,
			item, item_name, period, monthly, amount, sample, holder, account, last4, created, updated)
		select region, case_id, claim, $2, $3, scheme, beneficiary, item, item_name, period, monthly, $4, $5, holder, account, last4, $6, $6
		from payout_entitlement where id = $1 returning id`
	var id int64
	err := tx.QueryRow(ctx, again, old, o.Decision, o.DecisionDigest, o.Amount, o.Sample, tx.Now()).Scan(&id)
	if pg.Constraint(err) == "payout_decided" {
		return ErrUndecided.Wrap(err)
	}
	if err != nil {
		return pg.Fail(err, "make a month again")
	}
	const hold = `insert into payout_member (claim, case_id, region, scheme, member, period)
		select m.claim, m.case_id, m.region, m.scheme, m.member, e.period
		from payout_entitlement e join payout_member m on m.claim = e.claim and m.period = '' and m.live where e.id = $1`
	if _, err := tx.Exec(ctx, hold, id); err != nil {
		return pg.Fail(err, "hold a month for the members")
	}
	return post(ctx, tx, "entitle", id, map[string]core.Fen{accEntitled: o.Amount, accOwed: -o.Amount})
}

// cancelFrom cancels the months of a claim from one on, as long as none of them is
// with the bank or on the card, and gives those that were still to be sent.
func (p *Payout) cancelFrom(ctx context.Context, tx *pg.Tx, claim core.ClaimID, from Period) ([]int64, error) {
	if _, err := ParsePeriod(string(from)); err != nil {
		return nil, err
	}
	months, err := lockFrom(ctx, tx, claim, from)
	if err != nil {
		return nil, err
	}
	var due []int64
	for _, m := range months {
		switch m.state {
		case "due", "returned", "fixing":
		default:
			return nil, ErrUnderway
		}
		if err := p.cancel(ctx, tx, m); err != nil {
			return nil, err
		}
		due = append(due, m.id)
	}
	return due, nil
}

type month struct {
	id     int64
	state  string
	amount core.Fen
}

func lockFrom(ctx context.Context, tx *pg.Tx, claim core.ClaimID, from Period) ([]month, error) {
	const q = `select id, state, amount from payout_entitlement
		where claim = $1 and period >= $2 and state <> 'cancelled' order by id for update`
	rows, err := tx.Query(ctx, q, claim, from)
	if err != nil {
		return nil, pg.Fail(err, "lock the months of a claim")
	}
	defer rows.Close()
	var out []month
	for rows.Next() {
		var m month
		if err := rows.Scan(&m.id, &m.state, &m.amount); err != nil {
			return nil, pg.Fail(err, "lock the months of a claim")
		}
		out = append(out, m)
	}
	return out, pg.Fail(rows.Err(), "lock the months of a claim")
}

// cancel takes a month that nobody was paid out of the books, and ends the task to
// mend its card.
func (p *Payout) cancel(ctx context.Context, tx *pg.Tx, m month) error {
	const q = `update payout_entitlement set state = 'cancelled', updated = $2 where id = $1`
	if _, err := tx.Exec(ctx, q, m.id, tx.Now()); err != nil {
		return pg.Fail(err, "cancel a month")
	}
	if err := post(ctx, tx, "cancel", m.id, map[string]core.Fen{accOwed: m.amount, accEntitled: -m.amount}); err != nil {
		return err
	}
	const tasks = `update payout_fix f set state = 'cancelled' from payout_line l
		where f.entitlement = $1 and f.state in ('open', 'proposed') and l.id = f.line returning l.batch`
	rows, err := tx.Query(ctx, tasks, m.id)
	if err != nil {
		return pg.Fail(err, "end a fix task")
	}
	var batches []int64
	for rows.Next() {
		var b int64
		if err := rows.Scan(&b); err != nil {
			rows.Close()
			return pg.Fail(err, "end a fix task")
		}
		batches = append(batches, b)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return pg.Fail(err, "end a fix task")
	}
	for _, b := range batches {
		if err := p.closeIfDone(ctx, tx, b); err != nil {
			return err
		}
	}
	return nil
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

// NothingLeft reports whether a claim has no month that was paid or will be.
func (p *Payout) NothingLeft(ctx context.Context, tx *pg.Tx, claim core.ClaimID) (bool, error) {
	const q = `select not exists (select 1 from payout_entitlement where claim = $1 and state <> 'cancelled')`
	var none bool
	return none, pg.Fail(tx.QueryRow(ctx, q, claim).Scan(&none), "look for months of a claim")
}
