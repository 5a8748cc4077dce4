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
}
