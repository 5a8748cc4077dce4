package sampled

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// Rounds asks for the steps of the rounds that are due. Periodic.
type Rounds struct{}

// Kind is the stable name.
func (Rounds) Kind() string { return "sampled_rounds" }

// InsertOpts lets one wait or run at a time.
func (Rounds) InsertOpts() river.InsertOpts { return jobs.Single() }

// Register adds the worker of sampled_rounds and gives the periodic job.
func (s *Sampled) Register(list *jobs.Workers, every time.Duration) jobs.Periodic {
	jobs.Work(list, 5*time.Minute, func(ctx context.Context, _ jobs.Job[Rounds]) error { return s.Work(ctx) })
	return jobs.Periodic{Every: every, Args: Rounds{}}
}

// settle is how long after midnight a day's list waits: what was being taken in is there by then.
const settle = 30 * time.Minute

// MakeUp is how many days back a day on which something was paid gets its round still: a platform that
// stood still over a midnight chooses nobody's day. verify names what is older (sampled.listed).
const MakeUp = 6

// Work commits to a seed for today and tomorrow in every county, and for the days before that were paid
// on and have none; and takes the other two steps of each round whose day is over. A county that cannot
// be worked keeps the others from nothing.
func (s *Sampled) Work(ctx context.Context) error {
	var now time.Time
	var open []int64
	var missed []countyDay
	have := map[core.RegionCode]map[core.Date]bool{}
	err := s.d.DB.Read(ctx, scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		now = tx.Now()
		if err := s.committed(ctx, tx, have); err != nil {
			return err
		}
		if missed, err = s.missed(ctx, tx); err != nil {
			return err
		}
		before := core.DateOf(now.Add(-settle))
		rows, err := tx.Query(ctx, `select id from sampled_round where state <> 'drawn' and day < $1 order by day, id limit 200`, before.Time())
		if err != nil {
			return pg.Fail(err, "look for rounds that are due")
		}
		open, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return pg.Fail(err, "look for rounds that are due")
	})
	if err != nil {
		return err
	}
	var failed error
	today := core.DateOf(now)
	for _, c := range s.d.Regions.Counties() {
		for _, day := range []core.Date{today, today.AddDate(0, 0, 1)} {
			if !have[c.Code][day] {
				failed = errors.Join(failed, s.commit(ctx, c.Code, day))
			}
		}
	}
	for _, m := range missed {
		failed = errors.Join(failed, s.commit(ctx, m.County, m.Day))
	}
	for _, id := range open {
		if err := s.list(ctx, id); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		failed = errors.Join(failed, s.draw(ctx, id))
	}
	return failed
}

type countyDay struct {
	County core.RegionCode
	Day    core.Date
}

// missed are the days of the last MakeUp on which a county paid something and has no round.
func (s *Sampled) missed(ctx context.Context, tx *pg.Tx) ([]countyDay, error) {
	var counties []string
	for _, c := range s.d.Regions.Counties() {
		counties = append(counties, string(c.Code))
	}
	const sql = `select c.county, d.day from unnest($1::text[]) c (county) cross join generate_series(1, $3::integer) k cross join lateral (select $2::date - k as day) d
		where not exists (select from sampled_round r where r.county = c.county and r.day = d.day)
			and exists (select from payout_line l where l.state = 'paid' and left(l.region, 6) = c.county
				and l.answered >= d.day::timestamp at time zone 'Asia/Shanghai' and l.answered < (d.day + 1)::timestamp at time zone 'Asia/Shanghai')
		order by 2, 1`
	rows, err := tx.Query(ctx, sql, counties, tx.Today().Time(), MakeUp)
	if err != nil {
		return nil, pg.Fail(err, "look for days that nobody drew")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (m countyDay, err error) {
		var day time.Time
		err = r.Scan(&m.County, &day)
		m.Day = core.NewDate(day.Date())
		return m, err
	})
	return list, pg.Fail(err, "look for days that nobody drew")
}

// committed marks which rounds of today and later there are.
func (s *Sampled) committed(ctx context.Context, tx *pg.Tx, have map[core.RegionCode]map[core.Date]bool) error {
	rows, err := tx.Query(ctx, `select county, day from sampled_round where day >= $1`, tx.Today().Time())
	if err != nil {
		return pg.Fail(err, "read the rounds of sampled calls")
	}
	var county core.RegionCode
	var day time.Time
	_, err = pgx.ForEachRow(rows, []any{&county, &day}, func() error {
		if have[county] == nil {
			have[county] = map[core.Date]bool{}
		}
		have[county][core.NewDate(day.Date())] = true
		return nil
	})
	return pg.Fail(err, "read the rounds of sampled calls")
}
