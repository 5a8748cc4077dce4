package payout

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// unlaid is granted money of one county, item and month that was to be on the card by a day and
// lies in no run.
type unlaid struct {
	county core.RegionCode
	item   core.ItemCode
	period Period
	by     core.Date
}

// climbDue tells the next rung of money that was granted and that nobody lays into a run. What is
// held back or in a batch climbs as that does.
func (p *Payout) climbDue(ctx context.Context, tx *pg.Tx, row days) error {
	list, err := p.unlaid(ctx, tx, row)
	if err != nil {
		return err
	}
	cal, today := p.calendar(), tx.Today()
	for _, w := range list {
		rung, told, err := w.climbed(ctx, tx)
		if err != nil {
			return err
		}
		next := w.by
		if rung > 0 {
			next = cal.Add(told, rungDays)
		}
		if rung >= RungCity || today <= next {
			continue
		}
		if err := p.tellDue(ctx, tx, w, rung+1); err != nil {
			return err
		}
	}
	return nil
}

// unlaid lists what is past its day, each county, item, month and day once.
func (p *Payout) unlaid(ctx context.Context, tx *pg.Tx, row days) ([]unlaid, error) {
	const q = `select left(e.region, 6), e.item, e.period, case when e.monthly then 'month' when c.emergency then 'emergency' else 'once' end,
			(e.created at time zone interval '8 hours')::date` + dueNow + ` group by 1, 2, 3, 4, 5`
	rows, err := tx.Query(ctx, q, payable(tx))
	if err != nil {
		return nil, pg.Fail(err, "look for granted money in no run")
	}
	cal, today := p.calendar(), tx.Today()
	var list []unlaid
	seen := make(map[unlaid]bool)
	var w unlaid
	var kind string
	var made time.Time
	_, err = pgx.ForEachRow(rows, []any{&w.county, &w.item, &w.period, &kind, &made}, func() error {
		w.by = row.payBy(cal, w.item, kind, w.period, core.NewDate(made.Date()))
		if today > w.by && !seen[w] {
			seen[w] = true
			list = append(list, w)
		}
		return nil
	})
	return list, pg.Fail(err, "look for granted money in no run")
}

// climbed is how far it was told, and when last; 0 for not yet.
func (w unlaid) climbed(ctx context.Context, tx *pg.Tx) (rung Rung, told core.Date, err error) {
	const q = `select coalesce(max(rung), 0), coalesce(max(told), 'epoch') from payout_climb where kind = 'due' and counties = array[$1::text] and item = $2 and period = $3 and due = $4`
	var at time.Time
	err = tx.QueryRow(ctx, q, string(w.county), w.item, w.period, w.by.Time()).Scan(&rung, &at)
	return rung, core.DateOf(at), pg.Fail(err, "look how far granted money climbed")
}

// tellDue tells a rung, if nobody else just did.
func (p *Payout) tellDue(ctx context.Context, tx *pg.Tx, w unlaid, rung Rung) error {
	const q = `insert into payout_climb (kind, counties, item, period, rung, due, told) values ('due', array[$1::text], $2, $3, $4, $5, $6) on conflict do nothing`
	tag, err := tx.Exec(ctx, q, string(w.county), w.item, w.period, rung, w.by.Time(), tx.Now())
	if err != nil || tag.RowsAffected() == 0 {
		return pg.Fail(err, "tell that granted money is in no run")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: robot(), Act: "payment.escalated", Purpose: "payout", Region: w.county,
		Detail: map[string]any{"kind": "due", "level": rung, "item": w.item, "period": w.period, "by": w.by.String()}})
}

// latesDue lists what was told to a rung and lies in no run still.
func latesDue(ctx context.Context, tx *pg.Tx, on Rung, counties []string) ([]Late, error) {
	const q = `select c.id, c.kind, '', 0, min(e.item_name) || '(' || left(c.period, 4) || ' 年 ' || right(c.period, 2)::int || ' 月)', count(*), sum(e.amount)::bigint, bool_or(e.sample), c.due, c.told,
			(select max(h.rung) from payout_climb h where h.kind = 'due' and (h.counties, h.item, h.period, h.due) = (c.counties, c.item, c.period, c.due))
		from payout_climb c join payout_entitlement e on e.state = 'due' and e.item = c.item and e.period = c.period and left(e.region, 6) = c.counties[1]
		where c.kind = 'due' and c.rung = $1 and (cardinality($2::text[]) = 0 or c.counties && $2::text[]) group by c.id order by c.due, c.id limit 100`
	rows, err := tx.Query(ctx, q, on, counties)
	if err != nil {
		return nil, pg.Fail(err, "list granted money in no run")
	}
	list, err := pgx.CollectRows(rows, scanLate)
	return list, pg.Fail(err, "list granted money in no run")
}
