package payout

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// LinesAfter goes on with a batch where its view, or an earlier call, ended: at most
// 500 lines after the one with this id.
func (p *Payout) LinesAfter(ctx context.Context, tx *pg.Tx, batch, after int64) ([]Line, error) {
	const q = `select l.id, l.name, l.batch, l.entitlement, l.region, e.case_id, e.claim, l.item, l.item_name, l.period, l.amount,
			e.sample, l.holder, l.last4, l.state, l.code
		from payout_line l join payout_entitlement e on e.id = l.entitlement where l.batch = $1 and l.id > $2 order by l.id limit 500`
	return lines(ctx, tx, q, batch, after)
}

// Sum is what a batch holds of one item in one month: what whoever approves holds
// against the figures they know.
type Sum struct {
	ItemName string
	Period   Period
	Sample   bool
	Totals
}

// Sums parts a batch by item and month. They add up to the batch's totals, or
// something is wrong with it.
func (p *Payout) Sums(ctx context.Context, tx *pg.Tx, batch int64) ([]Sum, error) {
	const q = `select l.item_name, l.period, e.sample, count(*), sum(l.amount)::bigint
		from payout_line l join payout_entitlement e on e.id = l.entitlement where l.batch = $1 group by 1, 2, 3 order by 1, 2, 3`
	rows, err := tx.Query(ctx, q, batch)
	if err != nil {
		return nil, pg.Fail(err, "sum a batch")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (s Sum, err error) {
		var total int64
		err = r.Scan(&s.ItemName, &s.Period, &s.Sample, &s.Lines, &total)
		s.Total = core.Fen(total)
		return s, err
	})
	return list, pg.Fail(err, "sum a batch")
}
