package payout

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Calendar knows the working days. policy.Calendar is one.
type Calendar interface {
	Working(d core.Date) bool
	Add(d core.Date, n int) core.Date // the n-th working day after d
	Between(from, to core.Date) int   // working days after from, up to to
}

// dayRow is a row of payout_day.
type dayRow struct {
	Item core.ItemCode
	Kind string
	Days int
}

type days []dayRow

// of gives an item's own day, else the one for all.
func (d days) of(item core.ItemCode, kind string) int {
	all := 0
	for _, r := range d {
		if r.Kind == kind && r.Item == item {
			return r.Days
		}
		if r.Kind == kind && r.Item == "" {
			all = r.Days
		}
	}
	return all
}

func readDays(ctx context.Context, tx *pg.Tx) (days, error) {
	rows, err := tx.Query(ctx, `select item, kind, days from payout_day`)
	if err != nil {
		return nil, pg.Fail(err, "read the days of payment")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[dayRow])
	return list, pg.Fail(err, "read the days of payment")
}

// payBy is the last day on which money made on a day may come to the card. Monthly money is due on
// a day of its month, or the working day before; what was decided or caught up on after that day
// goes with the next month's.
func (d days) payBy(cal Calendar, item core.ItemCode, kind string, period Period, made core.Date) core.Date {
	n := d.of(item, kind)
	if kind != "month" {
		return cal.Add(made, n)
	}
	for {
		last := period.Start().AddDate(0, 0, n-1)
		for !cal.Working(last) {
			last = last.AddDate(0, 0, -1)
		}
		if made <= last {
			return last
		}
		period = period.Next()
	}
}

// Unpaid is what is not on the card yet of one item and month, and by when it has to be.
type Unpaid struct {
	Item     core.ItemCode
	ItemName string
	Period   Period
	Kind     string // month, once, emergency
	By       core.Date
	Late     int // working days past By; 0 for not late
	InHand   int // of them in a batch or at the bank
	Held     int // of them held back until two people have looked
	Sample   bool
	Totals
}

// Unpaid lists what is not on the card in the caller's scope, the latest first. Money that came
// back has a clock of its own and is not in it. nil without a calendar.
func (p *Payout) Unpaid(ctx context.Context, tx *pg.Tx) ([]Unpaid, error) {
	if p.calendar == nil {
		return nil, nil
	}
	row, err := readDays(ctx, tx)
	if err != nil {
		return nil, err
	}
	const q = `select e.item, min(e.item_name), e.period, case when e.monthly then 'month' when c.emergency then 'emergency' else 'once' end,
			(e.created at time zone interval '8 hours')::date, bool_or(e.sample), count(*), sum(e.amount)::bigint, count(*) filter (where e.state <> 'due'),
			count(*) filter (where exists (select from payout_overlap x where x.entitlement = e.id and x.confirmed is null))
		from payout_entitlement e join claim c on c.id = e.claim where e.state in ('due', 'batched', 'sent') and e.period <= $1 group by 1, 3, 4, 5`
	rows, err := tx.Query(ctx, q, payable(tx))
	if err != nil {
		return nil, pg.Fail(err, "look for what is not paid")
	}
	cal, today := p.calendar(), tx.Today()
	var out []Unpaid
	var u Unpaid
	var made time.Time
	_, err = pgx.ForEachRow(rows, []any{&u.Item, &u.ItemName, &u.Period, &u.Kind, &made, &u.Sample, &u.Lines, &u.Total, &u.InHand, &u.Held}, func() error {
		u.By = row.payBy(cal, u.Item, u.Kind, u.Period, core.NewDate(made.Date()))
		u.Late = 0
		if today > u.By {
			u.Late = max(cal.Between(u.By, today), 1)
		}
		out = merge(out, u)
		return nil
	})
	slices.SortStableFunc(out, func(a, b Unpaid) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Period, b.Period))
	})
	return out, pg.Fail(err, "look for what is not paid")
}

// merge adds a row to the one of the same item, month and day, if there is one.
func merge(list []Unpaid, u Unpaid) []Unpaid {
	for i := range list {
		o := &list[i]
		if o.Item == u.Item && o.Period == u.Period && o.Kind == u.Kind && o.By == u.By {
			o.Lines, o.Total, o.InHand, o.Held, o.Sample = o.Lines+u.Lines, o.Total+u.Total, o.InHand+u.InHand, o.Held+u.Held, o.Sample || u.Sample
			return list
		}
	}
	return append(list, u)
}
