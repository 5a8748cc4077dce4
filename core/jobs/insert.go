package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"lianou/core"
	"lianou/core/pg"
)

// Schema is the queue of one program.
type Schema string

// The two queues.
const (
	Gateway  Schema = pg.GatewayJobs
	Platform Schema = pg.PlatformJobs
)

// tellEach is how often an inserter may wake the workers of a queue. River keeps the
// waking back for a tenth of a second by itself, and what is kept back is not made up for:
// a job inserted right after another would lie until the next poll.
const tellEach = time.Millisecond

// Inserter puts jobs into one program's queue and works none: what the other
// program holds, and what stores hold on their own side. It has no connection of
// its own. Safe for concurrent use.
type Inserter struct {
	river  *river.Client[pgx.Tx]
	shares *shares
}

// NewInserter makes an inserter for a queue.
func NewInserter(schema Schema) (*Inserter, error) {
	if schema != Gateway && schema != Platform {
		return nil, core.E(core.KindInvalid, "job_schema", "")
	}
	client, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: string(schema), FetchCooldown: tellEach, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, core.E(core.KindInternal, "job_client", "").Wrap(err)
	}
	return &Inserter{river: client, shares: newShares()}, nil
}

// Insert enqueues jobs in the transaction, so they exist exactly when it commits.
// A unique job that is there already counts as inserted.
func (i *Inserter) Insert(ctx context.Context, tx *pg.Tx, jobs ...Args) error {
	return i.InsertAt(ctx, tx, time.Time{}, jobs...)
}

// InsertAt enqueues jobs that are not to start before a real time (River runs on
// the real clock; deadlines of the city's clock are rows that a sweeper reads).
func (i *Inserter) InsertAt(ctx context.Context, tx *pg.Tx, at time.Time, jobs ...Args) error {
	if len(jobs) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(jobs))
	for n, args := range jobs {
		opts := river.InsertOpts{}
		if own, ok := args.(river.JobArgsWithInsertOpts); ok {
			opts = own.InsertOpts()
		}
		if of, ok := args.(Of); ok {
			opts.Queue = i.shares.queue(of.Of(), opts.Queue)
		}
		opts.ScheduledAt = at
		params[n] = river.InsertManyParams{Args: args, InsertOpts: &opts}
	}
	_, err := i.river.InsertManyTx(ctx, tx, params)
	return pg.Fail(err, "enqueue "+jobs[0].Kind())
}
