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

// tellEach is how often an inserter may wake the workers of a queue. The waking is a NOTIFY
// in the caller's transaction, and commits with one wait for each other, so it stays rare; a
// job whose waking is kept back lies until the next look (lookEach).
const tellEach = 100 * time.Millisecond

// Inserter puts jobs into one program's queue and works none: what the other
// program holds, and what stores hold on their own side. It has no connection of
// its own. A process makes one for each queue and hands it on: it counts what each
// township sends, and how often workers were woken. Safe for concurrent use.
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

// Or is the inserter, or a new one for a queue where none was handed over.
func (i *Inserter) Or(schema Schema) (*Inserter, error) {
	if i != nil {
		return i, nil
	}
	return NewInserter(schema)
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
		// What waits for outsiders has a queue of its own, and would shut a lane.
		if of, ok := args.(Of); ok && opts.Queue == "" {
			opts.Queue = i.shares.queue(of.Of())
		}
		opts.ScheduledAt = at
		params[n] = river.InsertManyParams{Args: args, InsertOpts: &opts}
	}
	_, err := i.river.InsertManyTx(ctx, tx, params)
	return pg.Fail(err, "enqueue "+jobs[0].Kind())
}
