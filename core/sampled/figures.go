package sampled

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Figures are what the calls of one county and month came to. Whoever shows them hides small ones
// (core/discreet).
type Figures struct {
	Called  int // rung or gone to, once at least
	Reached int // who said something
	Right   int // the sum that was paid
	Wrong   int // another, none, or somebody else has it
}

// Figures counts what was paid in a month, by county, in the scope of tx.
func (s *Sampled) Figures(ctx context.Context, tx *pg.Tx, month core.Date) (map[core.RegionCode]Figures, error) {
	from := core.NewDate(month.Time().Year(), month.Time().Month(), 1)
	const sql = `select left(c.region, 6), count(*) filter (where c.outcome <> '' or exists (select from sampled_try t where t.call = c.id)),
			count(*) filter (where c.outcome in ('right', 'amount', 'vague', 'missing', 'taken', 'unsure')), count(*) filter (where c.outcome = 'right'), count(*) filter (where c.outcome in ('amount', 'missing', 'taken'))
		from sampled_round r join sampled_call c on c.round = r.id where r.day >= $1 and r.day < $2 group by 1`
	rows, err := tx.Query(ctx, sql, from.Time(), from.AddDate(0, 1, 0).Time())
	if err != nil {
		return nil, pg.Fail(err, "count sampled calls of a month")
	}
	out := map[core.RegionCode]Figures{}
	var county core.RegionCode
	var f Figures
	_, err = pgx.ForEachRow(rows, []any{&county, &f.Called, &f.Reached, &f.Right, &f.Wrong}, func() error { out[county] = f; return nil })
	return out, pg.Fail(err, "count sampled calls of a month")
}

// MonthOf is the first day of a month written as 2026-11; this month for anything else.
func MonthOf(text string, today core.Date) core.Date {
	if at, err := time.Parse("2006-01", text); err == nil && at.Year() > 2000 {
		return core.NewDate(at.Year(), at.Month(), 1)
	}
	return core.NewDate(today.Time().Year(), today.Time().Month(), 1)
}
