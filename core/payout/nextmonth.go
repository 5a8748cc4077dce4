package payout

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// NextMonth makes the entitlements of `next` out of those of the month before it:
// every monthly one that was not cancelled and not stopped, once, with its account
// as it is now and the amount decided last. It gives how many it made; the sweeper
// calls it until 0.
func (p *Payout) NextMonth(ctx context.Context, tx *pg.Tx, next Period) (int, error) {
	if _, err := ParsePeriod(string(next)); err != nil {
		return 0, err
	}
	before := PeriodOf(next.Start().AddDate(0, -1, 0))
	// A claim whose member another claim has in that month already is left out: the
	// first one pays.
	const q = `with fresh as (
		insert into payout_entitlement (region, case_id, claim, decision, decision_digest, scheme, beneficiary,
			item, item_name, period, monthly, amount, sample, holder, account, last4, created, updated)
		select e.region, e.case_id, e.claim, coalesce(c.decision, e.decision), coalesce(c.decision_digest, e.decision_digest), e.scheme,
			e.beneficiary, e.item, e.item_name, $2, true, coalesce(c.amount, e.amount), coalesce(c.sample, e.sample), e.holder, e.account,
			e.last4, $3, $3
		from payout_entitlement e left join lateral (select decision, decision_digest, amount, sample from payout_change c
				where c.claim = e.claim and c.from_period <= $2 order by c.from_period desc, c.decision desc limit 1) c on true
		where e.period = $1 and e.monthly and e.state <> 'cancelled'
			and not exists (select 1 from payout_stop s where s.claim = e.claim and s.from_period <= $2)
			and not exists (select 1 from payout_entitlement n where n.claim = e.claim and n.period = $2)
			and not exists (select 1 from payout_member m join payout_member o on o.scheme = m.scheme and o.member = m.member
				where m.claim = e.claim and m.period = '' and m.live and o.period = $2 and o.live and o.claim <> e.claim)
		order by e.id limit 1000
		on conflict do nothing returning id, claim, amount),
	held as (
		insert into payout_member (claim, case_id, region, scheme, member, period)
		select m.claim, m.case_id, m.region, m.scheme, m.member, $2 from fresh f join payout_member m on m.claim = f.claim
		where m.period = '' and m.live)
	select id, amount from fresh`
	rows, err := tx.Query(ctx, q, before, next, tx.Now())
	if err != nil {
		return 0, pg.Fail(err, "make the next month")
	}
	made := map[int64]core.Fen{}
	for rows.Next() {
		var id int64
		var amount core.Fen
		if err := rows.Scan(&id, &amount); err != nil {
			rows.Close()
			return 0, pg.Fail(err, "make the next month")
		}
		made[id] = amount
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return 0, pg.Fail(err, "make the next month")
	}
	for id, amount := range made {
		if err := post(ctx, tx, "entitle", id, map[string]core.Fen{accEntitled: amount, accOwed: -amount}); err != nil {
			return 0, err
		}
	}
	return len(made), nil
}
