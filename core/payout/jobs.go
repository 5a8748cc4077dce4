package payout

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// SendBatch asks for an approved batch to go to the bank.
type SendBatch struct {
	Batch int64 `json:"batch" river:"unique"`
}

// Kind is the stable name.
func (SendBatch) Kind() string { return "send_batch" }

// InsertOpts lets one send of a batch wait or run at a time; the poll may ask for
// another once that has ended.
func (SendBatch) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: alive()}}
}

// CloseBatch asks whether a batch is done, after a task of it has ended. Whoever ends
// the task may see one township only; the job sees the lines of all.
type CloseBatch struct {
	Batch int64 `json:"batch"`
}

// Kind is the stable name.
func (CloseBatch) Kind() string { return "close_batch" }

// InsertOpts lets each ended task ask: a look that runs already may have missed it.
func (CloseBatch) InsertOpts() river.InsertOpts { return river.InsertOpts{} }

// PollBank asks the bank's outbox for answers; it also takes up batches that were
// left half-sent. Periodic.
type PollBank struct{}

// Kind is the stable name.
func (PollBank) Kind() string { return "poll_bank" }

// InsertOpts lets one poll wait or run at a time.
func (PollBank) InsertOpts() river.InsertOpts {
	return jobs.Single()
}

// alive is every state of a job that has not ended.
func alive() []rivertype.JobState {
	return []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
		rivertype.JobStateRetryable, rivertype.JobStateScheduled}
}

// Settled says that a line is on the card. core/workflow works it.
type Settled struct {
	Claim  core.ClaimID    `json:"claim"`
	Line   int64           `json:"line" river:"unique"`
	Region core.RegionCode `json:"region"`
}

// Kind is the stable name.
func (Settled) Kind() string { return "payout_settled" }

// Of is its township.
func (j Settled) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by line.
func (Settled) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Returned says that the bank sent a line back and a fix task is open.
// core/workflow works it: the citizen is told what to bring.
type Returned struct {
	Claim  core.ClaimID    `json:"claim"`
	Line   int64           `json:"line" river:"unique"`
	Region core.RegionCode `json:"region"`
}

// Kind is the stable name.
func (Returned) Kind() string { return "payout_returned" }

// Of is its township.
func (j Returned) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by line.
func (Returned) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Register adds the workers of send_batch, close_batch and poll_bank to the platform's list
// and gives the periodic job. Settled and Returned are workflow's to register.
func (p *Payout) Register(list *jobs.Workers, every time.Duration) jobs.Periodic {
	jobs.Work(list, 2*time.Minute, func(ctx context.Context, job jobs.Job[SendBatch]) error {
		return p.Send(ctx, job.Args.Batch)
	})
	jobs.Work(list, time.Minute, func(ctx context.Context, job jobs.Job[CloseBatch]) error { return p.Close(ctx, job.Args.Batch) })
	jobs.Work(list, 5*time.Minute, func(ctx context.Context, _ jobs.Job[PollBank]) error { return p.Poll(ctx) })
	return jobs.Periodic{Every: every, Args: PollBank{}}
}

func bankScope() pg.Scope { return pg.City("the bank file holds lines of every township") }
