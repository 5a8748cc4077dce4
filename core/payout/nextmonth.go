package payout

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// monthBatch is how many entitlements NextMonth makes at most.
const monthBatch = 1000

// unmade are the monthly entitlements of the month $1 that go on in the month $2:
// not cancelled, not stopped, not made yet. A claim whose member another claim has in
// that month already is left out: the first one pays.
const unmade = ` from payout_entitlement e
	where e.period = $1 and e.monthly and e.state <> 'cancelled'
		and not exists (select 1 from payout_stop s where s.claim = e.claim and s.from_period <= $2)
		and not exists (select 1 from payout_entitlement n where n.claim = e.claim and n.period = $2 and n.state <> 'cancelled')
		and not exists (select 1 from payout_member m join payout_member o on o.scheme = m.scheme and o.member = m.member
			where m.claim = e.claim and m.period = $1 and m.live and o.period = $2 and o.live and o.claim <> e.claim)`

// NextMonth makes the entitlements of `next` out of those of the month before it:
// every monthly one that was not cancelled and not stopped, once, for the same
// members, with its account as it is now and the amount decided last. It gives how
// many it made; the sweeper calls it until 0.
func (p *Payout) NextMonth(ctx context.Context, tx *pg.Tx, next Period) (int, error) {
	if _, err := ParsePeriod(string(next)); err != nil {
		return 0, err
	}
	before := PeriodOf(next.Start().AddDate(0, -1, 0))
	claims, err := goingOn(ctx, tx, before, next)
	if err != nil || len(claims) == 0 {
		return 0, err
	}
	// What was stopped, changed or sent elsewhere until here is seen from here on.
	if err := lockOnward(ctx, tx, claims...); err != nil {
		return 0, err
	}
	made, err := makeMonths(ctx, tx, claims, next)
	if err != nil {
		return 0, err
	}
	trace := make([]audit.Entry, 0, len(made))
	for _, m := range made {
		if err := post(ctx, tx, "entitle", m.id, map[string]core.Fen{accEntitled: m.amount, accOwed: -m.amount}); err != nil {
			return 0, err
		}
		trace = append(trace, m.entry(robot(), "payment.entitled"))
	}
	return len(made), p.audit.Write(ctx, tx, trace...)
}

func goingOn(ctx context.Context, tx *pg.Tx, before, next Period) ([]core.ClaimID, error) {
	rows, err := tx.Query(ctx, `select e.claim`+unmade+` order by e.id limit $3`, before, next, monthBatch)
	if err != nil {
		return nil, pg.Fail(err, "look for what goes on next month")
	}
	claims, err := pgx.CollectRows(rows, pgx.RowTo[core.ClaimID])
	return claims, pg.Fail(err, "look for what goes on next month")
}

// makeMonths makes the month for claims that lockOnward holds, by the newest decision
// that has come into force: what was decided later counts, though it begins earlier.
func makeMonths(ctx context.Context, tx *pg.Tx, claims []core.ClaimID, next Period) ([]month, error) {
	const q = `with fresh as (
		insert into payout_entitlement (region, case_id, claim, decision, decision_digest, scheme, beneficiary,
			item, item_name, period, monthly, amount, sample, holder, account, last4, created, updated)
		select e.region, e.case_id, e.claim, coalesce(c.decision, e.decision), coalesce(c.decision_digest, e.decision_digest), e.scheme,
			e.beneficiary, e.item, e.item_name, $2, true, coalesce(c.amount, e.amount), coalesce(c.sample, e.sample), e.holder, e.account,
			e.last4, $4, $4
		from (select e.*` + unmade + ` and e.claim = any ($3)) e
			left join lateral (select decision, decision_digest, amount, sample from payout_change c
				where c.claim = e.claim and c.from_period <= $2 order by c.decision desc limit 1) c on true
		order by e.id on conflict do nothing
		returning id, case_id, region, claim, period, amount, decision_digest, state),
	held as (
		insert into payout_member (claim, case_id, region, scheme, member, period)
		select m.claim, m.case_id, m.region, m.scheme, m.member, $2 from fresh f join payout_member m on m.claim = f.claim
		where m.period = $1 and m.live and not exists (select 1 from payout_member h
			where h.claim = m.claim and h.scheme = m.scheme and h.member = m.member and h.period = $2 and h.live))
	select * from fresh`
	rows, err := tx.Query(ctx, q, PeriodOf(next.Start().AddDate(0, -1, 0)), next, claims, tx.Now())
	if err != nil {
		return nil, pg.Fail(err, "make the next month")
	}
	return months(rows, "make the next month")
}
