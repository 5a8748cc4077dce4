package payout

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// NewMonths asks for the entitlements of the months that have begun. Periodic.
type NewMonths struct{}

// Kind is the stable name.
func (NewMonths) Kind() string { return "payout_months" }

// InsertOpts lets one wait or run at a time.
func (NewMonths) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: alive()}}
}

// RegisterMonths adds the worker of payout_months and gives the periodic job.
func (p *Payout) RegisterMonths(list *jobs.Workers, every time.Duration) jobs.Periodic {
	jobs.Work(list, 5*time.Minute, func(ctx context.Context, _ jobs.Job[NewMonths]) error { return p.Months(ctx) })
	return jobs.Periodic{Every: every, Args: NewMonths{}}
}

// catchUp is how many months back Months looks, after a stop of the system or a
// step of the demo clock.
const catchUp = 12

// Months makes every monthly entitlement up to the month the clock is in, a
// thousand in a transaction; called again it makes nothing. A day on which it has
// looked through all months is not looked through again by this process: the look
// reads a year of rows, and what is decided later that day makes its own month.
func (p *Payout) Months(ctx context.Context) error {
	var today core.Date
	err := p.db.Read(ctx, bankScope(), func(_ context.Context, tx *pg.Tx) error { today = tx.Today(); return nil })
	if err != nil || core.Date(p.looked.Load()) == today {
		return err
	}
	for back := catchUp; back >= 0; {
		made := 0
		err := p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			made, err = p.NextMonth(ctx, tx, PeriodOf(PeriodOf(today).Start().AddDate(0, -back, 0)))
			return err
		})
		if err != nil {
			return err
		}
		if made == 0 {
			back--
		}
	}
	p.looked.Store(int64(today))
	return nil
}
