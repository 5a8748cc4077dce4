package watch

import (
	"context"

	"lianou/core/jobs"
)

// Register adds the workers of this package to a program's list.
func (w *Watch) Register(list *jobs.Workers) {
	jobs.Work(list, TownTimeout, func(ctx context.Context, job jobs.Job[Town]) error {
		_, err := w.Work(ctx, job.Args.Scan, job.Args.Region)
		return err
	})
	jobs.Work(list, SenseTimeout, func(ctx context.Context, job jobs.Job[SenseAsked]) error {
		return w.SenseAsked(ctx, job.Args.Ask, job.Last)
	})
	jobs.Work(list, 0, func(ctx context.Context, job jobs.Job[jobs.HouseholdTouched]) error {
		return w.Touch(ctx, job.Args.Region, job.Args.Household)
	})
}
