package jobs

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lianou/core"
	"lianou/core/pg"
)

// Townships share one queue badly: when a flood, a firm's end or a link that goes round
// brings one of them a hundred times its requests, everybody else's wait behind them all.
// So each township has a lane, a queue of its own of which few jobs run at once, and the
// lanes share the places of the program by turns: who waits longest for a place is next,
// and a township waits with no more than laneWorkers at a time.
const (
	laneWorkers = 2
	lanePrefix  = "town_"

	// A lane is woken by the insert; it looks by itself only in case that was missed, and
	// 148 of them at River's pace of a second would be as many statements a second.
	lanePoll = 10 * time.Second

	// followEvery is how soon a township gets a lane that came after the start.
	followEvery = 5 * time.Second
)

// Lane names the queue of a township's or sorting desk's jobs; work without a region goes
// through the queue of all.
func Lane(region core.RegionCode) string {
	if len(region) != 9 {
		return river.QueueDefault
	}
	return lanePrefix + string(region)
}

// InLane is how a job of a township is inserted: once for its unique arguments.
func InLane(region core.RegionCode) river.InsertOpts {
	return river.InsertOpts{Queue: Lane(region), UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

func laneConfig() river.QueueConfig {
	return river.QueueConfig{MaxWorkers: laneWorkers, FetchPollInterval: lanePoll}
}

// places are what the jobs of all lanes share. Go wakes who has waited longest first, so
// that a lane with thousands of jobs takes its turn like one with a single job.
type places struct {
	river.MiddlewareDefaults
	own   chan struct{}
	kinds map[string]chan struct{} // of kinds that wait for outsiders
}

func newPlaces(parallel int, outside map[string]int) *places {
	p := &places{own: make(chan struct{}, parallel), kinds: map[string]chan struct{}{}}
	for kind, n := range outside {
		p.kinds[kind] = make(chan struct{}, n)
	}
	return p
}

// Work holds a place while the job runs. River counts a job's time from within, so that
// waiting here costs no attempt.
func (p *places) Work(ctx context.Context, job *rivertype.JobRow, inner func(context.Context) error) error {
	if !strings.HasPrefix(job.Queue, lanePrefix) {
		return inner(ctx)
	}
	of := p.own
	if kind, ok := p.kinds[job.Kind]; ok {
		of = kind
	}
	select {
	case of <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err() // the program stops: River gives the attempt back
	}
	defer func() { <-of }()
	return inner(ctx)
}

// lanes are the lanes that a client works, which grow while it runs.
type lanes struct {
	mu   sync.Mutex
	open map[string]bool
	stop context.CancelFunc
	done chan struct{}
}

func newLanes(regions []core.RegionCode, queues map[string]river.QueueConfig) *lanes {
	l := &lanes{open: map[string]bool{}}
	for _, r := range regions {
		if name := Lane(r); name != river.QueueDefault {
			queues[name] = laneConfig()
			l.open[name] = true
		}
	}
	return l
}

// start runs what opens lanes until end.
func (l *lanes) start(ctx context.Context, follow func(context.Context)) {
	if l == nil {
		return
	}
	ctx, l.stop = context.WithCancel(context.WithoutCancel(ctx))
	l.done = make(chan struct{})
	go func() { defer close(l.done); follow(ctx) }()
}

// end stops it and waits, before River stops: no lane is added to a client that ends.
func (l *lanes) end() {
	if l == nil || l.stop == nil {
		return
	}
	l.stop()
	<-l.done
}

// follow opens lanes for townships that were imported since the start: their jobs lie in
// a queue that nobody works yet.
func (c *Client) follow(ctx context.Context) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		if err := c.openLanes(ctx); err != nil && ctx.Err() == nil {
			c.log.WarnContext(ctx, "look for townships without a lane", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *Client) openLanes(ctx context.Context) error {
	var found []string
	err := c.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select distinct queue from jobs_platform.river_job where state = 'available' and queue like 'town\_%'`)
		if err != nil {
			return pg.Fail(err, "look for lanes")
		}
		found, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return pg.Fail(err, "look for lanes")
	})
	if err != nil {
		return err
	}
	c.lanes.mu.Lock()
	defer c.lanes.mu.Unlock()
	for _, name := range found {
		if c.lanes.open[name] {
			continue
		}
		if err := c.river.Queues().Add(name, laneConfig()); err != nil {
			return core.E(core.KindInternal, "job_lane", "").Wrap(err)
		}
		c.lanes.open[name] = true
	}
	return nil
}
