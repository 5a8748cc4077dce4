package payout

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Anew makes the draft of every batch anew that one change dissolved before the bank had it, in
// nobody's name: somebody takes it over and another approves it, as with emergency money. It takes
// what is still due of that batch and no other money, once: what people discard stays theirs. Where
// nothing of it is due, or the budget has no money, it does nothing.
func (p *Payout) Anew(ctx context.Context) error {
	list, err := p.withdrawn(ctx)
	if err != nil {
		return err
	}
	for _, r := range list {
		err := p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error { _, err := p.HoldBack(ctx, tx, r.pick); return err })
		if err != nil {
			return err
		}
		err = p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error { _, err := p.createBatch(ctx, tx, 0, r); return err })
		if k := core.KindOf(err); err != nil && k != core.KindNotFound && k != core.KindConflict {
			return err
		}
	}
	return nil
}

// run is what a batch is made of.
type run struct {
	pick Choice
	of   int64 // the dissolved batch whose money it takes again; 0: all that is due
}

// onlyOf narrows what is due to the money of a dissolved batch ($8) that nothing was tried with since.
const onlyOf = ` and ($8::bigint = 0 or exists (select from payout_line l where l.entitlement = e.id and l.batch = $8 and l.attempt = e.attempts))`

// withdrawn gives the batches that a change dissolved, that were not made anew yet and of which
// something is due, at most 20.
func (p *Payout) withdrawn(ctx context.Context) (list []run, err error) {
	err = p.db.Read(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select b.county, b.item, b.period, b.emergency, b.id from payout_batch b
			where b.state = 'closed' and b.held is not null and b.offered = 0 and not exists (select from payout_batch n where n.again_of = b.id)
				and exists (select from payout_line l join payout_entitlement e on e.id = l.entitlement and e.state = 'due' and e.attempts = l.attempt where l.batch = b.id)
			order by b.id limit 20`
		rows, err := tx.Query(ctx, q)
		if err != nil {
			return pg.Fail(err, "look for dissolved batches")
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r run, err error) {
			err = row.Scan(&r.pick.County, &r.pick.Item, &r.pick.Period, &r.pick.Emergency, &r.of)
			return r, err
		})
		return pg.Fail(err, "look for dissolved batches")
	})
	return list, err
}

// whyHeld writes down what changed in a held batch since it was approved, by how much of it.
func whyHeld(ctx context.Context, tx *pg.Tx, batch int64) error {
	const q = `select count(*) filter (where e.card <> l.card),
			count(*) filter (where exists (select from payout_stop s where s.claim = e.claim and (s.from_period <= e.period or s.at > b.approved))),
			count(*) filter (where exists (select from person_death d join life_event v on v.id = d.event where d.person = e.beneficiary and v.known_at > b.approved)),
			count(*) filter (where l.attempt > 1 and (e.claim, e.period) in (select claim, period from payout_contradicted_months()))
		from payout_line l join payout_entitlement e on e.id = l.entitlement join payout_batch b on b.id = l.batch where l.batch = $1`
	var cards, stops, deaths, said int
	if err := tx.QueryRow(ctx, q, batch).Scan(&cards, &stops, &deaths, &said); err != nil {
		return pg.Fail(err, "count what changed since")
	}
	var parts []string
	for _, one := range []struct {
		n   int
		say string
	}{{cards, "%d 笔换了卡"}, {stops, "%d 笔停了发"}, {deaths, "%d 笔的人不在了"}, {said, "%d 笔银行对账单上付过了"}} {
		if one.n > 0 {
			parts = append(parts, fmt.Sprintf(one.say, one.n))
		}
	}
	_, err := tx.Exec(ctx, `update payout_batch set held_why = $2 where id = $1`, batch, strings.Join(parts, ","))
	return pg.Fail(err, "write down what changed since")
}
