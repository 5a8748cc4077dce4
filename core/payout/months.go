package payout

import (
	"context"
	"time"

	"github.com/riverqueue/river"

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
// thousand in a transaction; called again it makes nothing.
func (p *Payout) Months(ctx context.Context) error {
	for back := catchUp; back >= 0; {
		made := 0
		err := p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			made, err = p.NextMonth(ctx, tx, PeriodOf(PeriodOf(tx.Today()).Start().AddDate(0, -back, 0)))
			return err
		})
		if err != nil {
			return err
		}
		if made == 0 {
			back--
		}
	}
	return nil
}
