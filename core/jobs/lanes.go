package jobs

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lianou/core"
	"lianou/core/pg"
)

// Townships share one queue badly: when a flood, a firm's end or a link that goes round
// brings one of them a hundred times its requests, everybody else's wait behind them all.
// So each township has two lanes, queues of its own of which few jobs run at once: one for
// our own work and one for what waits for outsiders, who may be slow. The lanes of a kind
// share the places of the program by turns: who waits longest for a place is next, and a
// township waits with no more than laneWorkers at a time.
const (
	laneWorkers = 2
	lanePrefix  = "town_"
	outSuffix   = "_out"

	// A lane is woken by the insert; it looks by itself only in case that was missed, and
	// 296 of them at River's pace of a second would be as many statements a second.
	lanePoll = 20 * time.Second

	// followEvery is how soon a township gets a lane that came after the start.
	followEvery = 5 * time.Second

	// longestWait is how long a job that was fetched waits for a place before it is laid
	// back, so that another program may take it. It ends well before River takes the job for
	// lost with a killed program.
	longestWait = 20 * time.Second
	laidBack    = time.Second
)

// Lane names the queue of a township's or sorting desk's jobs; work without a region goes
// through the queue of all.
func Lane(region core.RegionCode) string {
	if len(region) != 9 || strings.Trim(string(region), "0123456789") != "" {
		return river.QueueDefault
	}
	return lanePrefix + string(region)
}

// InLane is how a job of a township is inserted: once for its unique arguments.
func InLane(region core.RegionCode) river.InsertOpts {
	return river.InsertOpts{Queue: Lane(region), UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// InOutsideLane is InLane for a job that waits for an outsider: whatever waits there, the
// township's own work goes on.
func InOutsideLane(region core.RegionCode) river.InsertOpts {
	opts := InLane(region)
	if opts.Queue != river.QueueDefault {
		opts.Queue += outSuffix
	}
	return opts
}

func laneConfig() river.QueueConfig {
	return river.QueueConfig{MaxWorkers: laneWorkers, FetchPollInterval: lanePoll}
}

// places are what the jobs of all lanes share. Go wakes who has waited longest first, so
// that a lane with thousands of jobs takes its turn like one with a single job.
type places struct {
	river.MiddlewareDefaults
	own, outside chan struct{}
	closing      chan struct{} // closed at the stop: who waits then begins nothing
}

func newPlaces(own, outside int) *places {
	return &places{own: make(chan struct{}, own), outside: make(chan struct{}, outside), closing: make(chan struct{})}
}

// Work holds a place while the job runs. River counts a job's time from within, so that
// waiting here costs no attempt, nor does being laid back.
func (p *places) Work(ctx context.Context, job *rivertype.JobRow, inner func(context.Context) error) error {
	if !strings.HasPrefix(job.Queue, lanePrefix) {
		return inner(ctx)
	}
	of := p.own
	if strings.HasSuffix(job.Queue, outSuffix) {
		of = p.outside
	}
	wait := time.NewTimer(longestWait)
	defer wait.Stop()
	select {
	case <-p.closing:
		return Snooze(laidBack)
	default:
	}
	select {
	case of <- struct{}{}:
	case <-p.closing:
		return Snooze(laidBack)
	case <-wait.C:
		return Snooze(laidBack)
	case <-ctx.Done():
		return ctx.Err() // River gives the attempt back
	}
	defer func() { <-of }()
	return inner(ctx)
}

// close sends away who waits. A client is stopped once.
func (p *places) close() {
	select {
	case <-p.closing:
	default:
		close(p.closing)
	}
}

// lanes are the lanes that a client works, which grow while it runs.
type lanes struct {
	open map[string]bool // of follow alone, once it runs
	stop context.CancelFunc
	done chan struct{}
}

func newLanes(regions []core.RegionCode, queues map[string]river.QueueConfig) *lanes {
	l := &lanes{open: map[string]bool{}}
	for _, r := range regions {
		for _, name := range []string{InLane(r).Queue, InOutsideLane(r).Queue} {
			if name != river.QueueDefault {
				queues[name] = laneConfig()
				l.open[name] = true
			}
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
		// From one queue to the next in River's index: a flood is not walked through.
		rows, err := tx.Query(ctx, `with recursive lane as (
			(select queue from jobs_platform.river_job where state = 'available' and queue > 'town_' order by queue limit 1)
			union all
			select (select j.queue from jobs_platform.river_job j where j.state = 'available' and j.queue > l.queue order by j.queue limit 1) from lane l where l.queue is not null)
			select queue from lane where queue ~ '^town_[0-9]{9}(_out)?$'`)
		if err != nil {
			return pg.Fail(err, "look for lanes")
		}
		found, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return pg.Fail(err, "look for lanes")
	})
	if err != nil {
		return err
	}
	var failed error
	for _, name := range found {
		if c.lanes.open[name] {
			continue
		}
		if err := c.river.Queues().Add(name, laneConfig()); err != nil {
			failed = core.E(core.KindInternal, "job_lane", "").Wrap(err) // the others get theirs
			continue
		}
		c.lanes.open[name] = true
	}
	return failed
}
