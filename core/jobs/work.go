package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"lianou/core"
	"lianou/core/pg"
)

// Job is one attempt at a job.
type Job[A Args] struct {
	ID      int64
	Args    A
	Attempt int  // from 1
	Last    bool // no further attempt follows a failure
}

// Workers is the typed list of what a program can work.
type Workers struct {
	river  *river.Workers
	queues []string // that the kinds ask for by name
	err    error
}

// NewWorkers makes an empty list.
func NewWorkers() *Workers { return &Workers{river: river.NewWorkers()} }

const defaultTimeout = time.Minute

// fetchEach is how often a queue may be asked for jobs. lookEach is how often it is asked
// without being woken, and bounds how long a job lies there unseen; a lane, whose jobs wait
// anyway, is asked more rarely.
const (
	fetchEach    = 20 * time.Millisecond
	lookEach     = 100 * time.Millisecond
	laneLookEach = 500 * time.Millisecond
)

// Work adds a worker for the kind of A. Timeout 0 means one minute. The function
// may run more than once for one job and must then find its own work done. A
// second worker of a kind is an error that New reports.
func Work[A Args](list *Workers, timeout time.Duration, fn func(context.Context, Job[A]) error) {
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	var none A
	if own, ok := any(none).(river.JobArgsWithInsertOpts); ok && own.InsertOpts().Queue != "" {
		list.queues = append(list.queues, own.InsertOpts().Queue)
	}
	err := river.AddWorkerSafely(list.river, &worker[A]{fn: fn, timeout: timeout})
	if err != nil && list.err == nil {
		list.err = err
	}
}

type worker[A Args] struct {
	river.WorkerDefaults[A]
	fn      func(context.Context, Job[A]) error
	timeout time.Duration
}

func (w *worker[A]) Timeout(*river.Job[A]) time.Duration { return w.timeout }

func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	return w.fn(ctx, Job[A]{ID: job.ID, Args: job.Args, Attempt: job.Attempt, Last: job.Attempt >= job.MaxAttempts})
}

// Periodic is a job inserted again and again: a sweeper of due rows. Its Args
// should be unique, so that a slow sweep is not followed by a heap of them.
type Periodic struct {
	Every time.Duration
	Args  Args
}

// Config is what New needs.
type Config struct {
	// DB is the program's own pool. Required.
	DB *pg.DB

	// Schema is the program's own queue. Required.
	Schema Schema

	// Workers is what the program can do. Required, at least one.
	Workers *Workers

	// Periodic lists the sweepers. Defaults to none.
	Periodic []Periodic

	// Parallel bounds how many jobs of the common queue run at once. Defaults to 8. Each
	// lane has one more.
	Parallel int

	// Apart bounds further queues by name: work that waits for outsiders and must not
	// take the places of the rest. Defaults to none.
	Apart map[string]int

	// Beside is the process's inserter for the same queue: the client counts townships'
	// shares with it. Defaults to none, and counts of its own.
	Beside *Inserter

	// SoftStop is how long Stop lets running jobs finish before it cancels them.
	// Defaults to 10 s.
	SoftStop time.Duration

	// Log receives River's own warnings. Required.
	Log *slog.Logger
}

// Client works one program's queue and inserts into it.
type Client struct {
	Inserter
	db       *pg.DB
	periodic []Periodic
}

// New checks the configuration and makes a client that has not started.
func New(cfg Config) (*Client, error) {
	switch {
	case cfg.DB == nil || cfg.Log == nil || cfg.Workers == nil:
		return nil, core.E(core.KindInvalid, "job_config", "")
	case cfg.Schema != Gateway && cfg.Schema != Platform:
		return nil, core.E(core.KindInvalid, "job_schema", "")
	case cfg.Workers.err != nil:
		return nil, core.E(core.KindInvalid, "job_workers", "").Wrap(cfg.Workers.err)
	}
	for _, name := range cfg.Workers.queues {
		if cfg.Apart[name] <= 0 { // its jobs would lie there for ever
			return nil, core.E(core.KindInvalid, "job_queue", "").Wrap(errors.New(name))
		}
	}
	if cfg.Parallel <= 0 {
		cfg.Parallel = 8
	}
	if cfg.SoftStop <= 0 {
		cfg.SoftStop = 10 * time.Second
	}
	periodic := make([]*river.PeriodicJob, len(cfg.Periodic))
	for i, p := range cfg.Periodic {
		if p.Every < time.Second || p.Args == nil {
			return nil, core.E(core.KindInvalid, "job_periodic", "")
		}
		make := func() (river.JobArgs, *river.InsertOpts) { return p.Args, nil }
		periodic[i] = river.NewPeriodicJob(river.PeriodicInterval(p.Every), make, &river.PeriodicJobOpts{ID: p.Args.Kind(), RunOnStart: true})
	}
	queues := map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: cfg.Parallel, FetchCooldown: fetchEach, FetchPollInterval: lookEach}}
	for n := range lanes {
		queues[lane(n)] = river.QueueConfig{MaxWorkers: 1, FetchCooldown: fetchEach, FetchPollInterval: laneLookEach}
	}
	for name, parallel := range cfg.Apart {
		queues[name] = river.QueueConfig{MaxWorkers: parallel, FetchCooldown: fetchEach, FetchPollInterval: lookEach}
	}
	client, err := river.NewClient(riverpgxv5.New(cfg.DB.Pool()), &river.Config{
		Schema:       string(cfg.Schema),
		Workers:      cfg.Workers.river,
		Queues:       queues,
		PeriodicJobs: periodic,
		Middleware:   []rivertype.Middleware{&quiet{}, newYield()},
		// River's default of an hour would leave a killed program's jobs lying that long. It
		// takes no job for lost before the time that its own kind may take is over.
		JobTimeout:           defaultTimeout,
		RescueStuckJobsAfter: 2 * defaultTimeout,
		FetchCooldown:        tellEach,
		SoftStopTimeout:      cfg.SoftStop,
		Logger:               cfg.Log,
	})
	if err != nil {
		return nil, core.E(core.KindInvalid, "job_client", "").Wrap(err)
	}
	counted := newShares()
	if cfg.Beside != nil {
		counted = cfg.Beside.shares
	}
	return &Client{Inserter: Inserter{river: client, shares: counted}, db: cfg.DB, periodic: cfg.Periodic}, nil
}

// Start begins to work and goes on until Stop; the context is for the start alone,
// or the end of it would cancel running jobs instead of letting them finish.
func (c *Client) Start(ctx context.Context) error {
	return pg.Fail(c.river.Start(context.WithoutCancel(ctx)), "start the job client")
}

// Stop takes no new job, lets running ones finish for Config.SoftStop, then
// cancels them, and waits until ctx ends. A cancelled job is tried again without
// loss of an attempt.
func (c *Client) Stop(ctx context.Context) error {
	return pg.Fail(c.river.Stop(ctx), "stop the job client")
}

// SweepNow inserts every periodic job at once: after the demo clock has moved.
func (c *Client) SweepNow(ctx context.Context) error {
	return c.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		for _, p := range c.periodic {
			if err := c.Insert(ctx, tx, p.Args); err != nil {
				return err
			}
		}
		return nil
	})
}

var _ rivertype.WorkerMiddleware = &quiet{}
