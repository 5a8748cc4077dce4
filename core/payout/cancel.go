package payout

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// cancelling takes the months of a claim from one on out of the books.
type cancelling struct {
	claim  core.ClaimID
	from   Period
	by     core.StaffID
	remake bool // they are made again with another sum
}

// cancelFrom cancels the months of a claim from one on, as long as none of them is
// with the bank or on the card, and gives them. One that came back is not made again: its
// task ends with it, and with the task the words that it needs to go out once more.
func (p *Payout) cancelFrom(ctx context.Context, tx *pg.Tx, c cancelling) ([]month, error) {
	if _, err := ParsePeriod(string(c.from)); err != nil {
		return nil, err
	}
	months, err := lockFrom(ctx, tx, c.claim, c.from)
	if err != nil {
		return nil, err
	}
	for _, m := range months {
		if err := p.mayCancel(ctx, tx, m, c.remake); err != nil {
			return nil, err
		}
	}
	trace := make([]audit.Entry, 0, len(months))
	for _, m := range months {
		if err := p.cancel(ctx, tx, m); err != nil {
			return nil, err
		}
		trace = append(trace, m.entry(staff(c.by), "payment.cancelled"))
	}
	return months, p.audit.Write(ctx, tx, trace...)
}

func (p *Payout) mayCancel(ctx context.Context, tx *pg.Tx, m month, remake bool) error {
	back := m.state == "returned" || m.state == "fixing"
	switch {
	case m.state != "due" && !back:
		return ErrUnderway
	case back && remake:
		return ErrCameBack
	case back || remake: // a stop of what is merely due keeps money in
		err := statementSays(ctx, tx, m.claim, m.period)
		if errors.Is(err, ErrStatementSays) && !remake {
			err = ErrStopSays
		}
		return err
	}
	return nil
}

// month is an entitlement as its makers and enders need it.
type month struct {
	id     int64
	caseID core.CaseID
	region core.RegionCode
	claim  core.ClaimID
	period Period
	amount core.Fen
	digest string // of its decision
	state  string
}

// entry is a month in the log, from which its state can be replayed.
func (m month) entry(by audit.Actor, act string) audit.Entry {
	return audit.Entry{Actor: by, Act: act, Case: m.caseID, Subject: entitlementSubject(m.id), Region: m.region, Purpose: "payout",
		Detail: map[string]any{"entitlement": m.id, "claim": m.claim, "period": m.period, "fen": int64(m.amount), "decision": m.digest}}
}

func lockFrom(ctx context.Context, tx *pg.Tx, claim core.ClaimID, from Period) ([]month, error) {
	const q = `select id, case_id, region, claim, period, amount, decision_digest, state from payout_entitlement
		where claim = $1 and period >= $2 and state <> 'cancelled' order by id for update`
	rows, err := tx.Query(ctx, q, claim, from)
	if err != nil {
		return nil, pg.Fail(err, "lock the months of a claim")
	}
	return months(rows, "lock the months of a claim")
}

func months(rows pgx.Rows, what string) ([]month, error) {
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m month, err error) {
		err = row.Scan(&m.id, &m.caseID, &m.region, &m.claim, &m.period, &m.amount, &m.digest, &m.state)
		return m, err
	})
	return out, pg.Fail(err, what)
}

// cancel takes a month that nobody was paid out of the books, and ends the task to
// mend its card. Whether its batch is done by that is for a job to see: an officer
// does not see the lines of other townships.
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
	batches, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return pg.Fail(err, "end a fix task")
	}
	for _, b := range batches {
		if err := p.jobs.Insert(ctx, tx, CloseBatch{Batch: b}); err != nil {
			return err
		}
	}
	return nil
}

// remake makes a cancelled month again by the new decision, for the same members
// and to the same account. It goes on with the tries of the one before (00586).
func (p *Payout) remake(ctx context.Context, tx *pg.Tx, old month, o ChangeOrder) error {
	const again = `insert into payout_entitlement (region, case_id, claim, decision, decision_digest, scheme, beneficiary,
			item, item_name, period, monthly, amount, sample, holder, account, last4, created, updated)
		select region, case_id, claim, $2, $3, scheme, beneficiary, item, item_name, period, monthly, $4, $5, holder, account, last4, $6, $6
		from payout_entitlement where id = $1 returning id`
	fresh := old
	fresh.amount, fresh.digest = o.Amount, o.DecisionDigest
	err := tx.QueryRow(ctx, again, old.id, o.Decision, o.DecisionDigest, o.Amount, o.Sample, tx.Now()).Scan(&fresh.id)
	if pg.Constraint(err) == "payout_decided" {
		return ErrUndecided.Wrap(err)
	}
	if err != nil {
		return pg.Fail(err, "make a month again")
	}
	const hold = `insert into payout_member (claim, case_id, region, scheme, member, period)
		select claim, case_id, region, scheme, member, $2 from payout_member where claim = $1 and period = '' and live`
	if _, err := tx.Exec(ctx, hold, fresh.claim, fresh.period); err != nil {
		return pg.Fail(err, "hold a month for the members")
	}
	if err := post(ctx, tx, "entitle", fresh.id, map[string]core.Fen{accEntitled: o.Amount, accOwed: -o.Amount}); err != nil {
		return err
	}
	return p.audit.Write(ctx, tx, fresh.entry(staff(o.By), "payment.entitled"))
}
