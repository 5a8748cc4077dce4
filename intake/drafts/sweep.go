package drafts

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"lianou/core/jobs"
)

// SweepDrafts asks the platform to forget drafts that nobody came back to.
type SweepDrafts struct{}

// Kind is the stable name.
func (SweepDrafts) Kind() string { return "sweep_drafts" }

// InsertOpts keeps nothing back: one sweep after another does no harm.
func (SweepDrafts) InsertOpts() river.InsertOpts { return river.InsertOpts{} }

// Register adds the worker and gives what is to be inserted again and again.
func (s *Store) Register(list *jobs.Workers) jobs.Periodic {
	jobs.Work(list, 0, func(ctx context.Context, _ jobs.Job[SweepDrafts]) error { return s.Sweep(ctx) })
	return jobs.Periodic{Every: time.Hour, Args: SweepDrafts{}}
}
