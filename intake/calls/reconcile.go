package calls

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// ReconcileCalls asks the gateway to count the days that are over; inserted every hour.
type ReconcileCalls struct{}

// Kind is the stable name.
func (ReconcileCalls) Kind() string { return "reconcile_calls" }

// InsertOpts keeps a slow count from being followed by another.
func (ReconcileCalls) InsertOpts() riverOpts { return uniqueWhileWaiting() }

// Day is the count of a day's calls: what exchanges reported, what was recorded, what
// became of it. Answered = Recorded + Explained + Alerted, or Unaccounted is not 0.
type Day struct {
	Day         core.Date
	Calls       int
	Answered    int
	Recorded    int // with audio of the right length
	Explained   int // without, and an agent said why
	Alerted     int // without, and an alert stands open
	Unaccounted int // none of the three
	Attended    int // somebody said what became of the call
	Applied     int // it became an application, somebody said
	Unfiled     int // and no application bears it
}

// Whole reports whether nothing of the day is missing unseen.
func (d Day) Whole() bool { return d.Unaccounted == 0 && d.Unfiled == 0 }

// nightHours is how long after a day's end it is counted: its last calls are over (the
// sweeper ends one whose hang-up nobody reported after four), their audio came or its
// alert opened.
const nightHours = 5

// countedBack is how many days are made up for after a stop.
const countedBack = 7

const daySQL = `
	with one as (
		select answered is not null as answered, sound_settled, done is not null as attended, outcome = 'applied' as applied,
			a.closed_by is not null as explained, a.call is not null and a.closed is null as alerted,
			exists (select from application p where p.channel = 'agent'
				and p.key collate "C" >= c.id || '#' and p.key collate "C" < c.id || '$') as filed
		from call c left join call_alert a on a.call = c.id
		where c.began >= $2 and c.began < $3
	)
	insert into call_day (day, calls, answered, recorded, explained, alerted, unaccounted, attended, applied, unfiled)
	select $1, count(*), count(*) filter (where answered),
		count(*) filter (where answered and sound_settled and not explained),
		count(*) filter (where answered and explained),
		count(*) filter (where answered and alerted),
		count(*) filter (where answered and not sound_settled and not explained and not alerted),
		count(*) filter (where attended), count(*) filter (where applied), count(*) filter (where applied and not filed)
	from one
	on conflict (day) do nothing
	returning ` + dayColumns

const dayColumns = `calls, answered, recorded, explained, alerted, unaccounted, attended, applied, unfiled`

// Reconcile counts the days that are over and were not counted yet, as many as a week
// back, and gives them, oldest first. A counted day stays as it was that night.
func (l *Log) Reconcile(ctx context.Context, now time.Time) ([]Day, error) {
	last := core.DateOf(now.Add(-nightHours*time.Hour)).AddDate(0, 0, -1)
	var out []Day
	for back := countedBack - 1; back >= 0; back-- {
		d, fresh, err := l.reconcile(ctx, last.AddDate(0, 0, -back))
		if err != nil {
			return out, err
		}
		if fresh {
			out = append(out, d)
		}
	}
	return out, nil
}

func (l *Log) reconcile(ctx context.Context, day core.Date) (d Day, fresh bool, err error) {
	from := time.Date(day.Time().Year(), day.Time().Month(), day.Time().Day(), 0, 0, 0, 0, core.China)
	err = l.db.Tx(ctx, pg.City("the night's count of calls"), func(ctx context.Context, tx *pg.Tx) error {
		var counted bool // a week is asked for every hour, and read once
		if err := tx.QueryRow(ctx, `select exists (select from call_day where day = $1)`, day.Time()).Scan(&counted); err != nil || counted {
			return pg.Fail(err, "look for a day's count")
		}
		rows, err := tx.Query(ctx, daySQL, day.Time(), from, from.AddDate(0, 0, 1))
		if err != nil {
			return pg.Fail(err, "count a day of calls")
		}
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Day, error) { return scanDay(row, day) })
		if fresh = err == nil && len(list) == 1; fresh {
			d = list[0]
		}
		return pg.Fail(err, "count a day of calls")
	})
	return d, fresh, err
}

// LastDay gives the last day that was counted. Errors: KindNotFound when none was.
func (l *Log) LastDay(ctx context.Context) (d Day, err error) {
	err = l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var day time.Time
		if err := tx.QueryRow(ctx, `select day from call_day order by day desc limit 1`).Scan(&day); err != nil {
			return pg.Fail(err, "read the last counted day")
		}
		d, err = scanDay(tx.QueryRow(ctx, `select `+dayColumns+` from call_day where day = $1`, day), core.NewDate(day.Date()))
		return pg.Fail(err, "read the last counted day")
	})
	return d, err
}

func scanDay(row scanner, day core.Date) (Day, error) {
	d := Day{Day: day}
	err := row.Scan(&d.Calls, &d.Answered, &d.Recorded, &d.Explained, &d.Alerted, &d.Unaccounted, &d.Attended, &d.Applied, &d.Unfiled)
	return d, err
}
