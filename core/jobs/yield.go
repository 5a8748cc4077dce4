package jobs

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// yield keeps lanes back while the common places are at work. A lane has one place, but on a
// machine of two cores one place is half of what there is: what a flood in one township takes is
// taken from every other. So a lane rests restFor times as long as it worked, mostRest at most,
// where a job of the common queue was at work meanwhile; on a quiet machine it never rests. Queues
// apart wait for outsiders and need no machine: a lane that rested for a bank that does not answer
// would rest for nobody. One whose jobs have waited patience rests a quarter as long: a city that is busy
// for days holds a township back no further than that.
type yield struct {
	river.MiddlewareDefaults
	busy  atomic.Int64 // jobs of the common places at work
	ended atomic.Int64 // when the last of them ended, in nanoseconds of Unix time

	mu   sync.Mutex
	lane map[string]worked
}

// worked is the last job of a lane.
type worked struct {
	until time.Time
	took  time.Duration
}

const (
	restFor  = 4
	mostRest = 500 * time.Millisecond
	lately   = 250 * time.Millisecond // a common job that ended no longer ago will be followed by another
	patience = time.Minute
)

func newYield() *yield { return &yield{lane: make(map[string]worked)} }

// rest is how long a lane waits before its next job, which has waited so long already.
func rest(last worked, now time.Time, waited time.Duration) time.Duration {
	times := time.Duration(restFor)
	if waited >= patience {
		times = 1
	}
	return max(0, min(times*last.took, mostRest)-now.Sub(last.until))
}

// Work lets a job of a lane wait for its turn, and counts the others.
func (y *yield) Work(ctx context.Context, job *rivertype.JobRow, inner func(context.Context) error) error {
	switch {
	case job.Queue == river.QueueDefault:
		y.busy.Add(1)
		defer func() {
			y.ended.Store(time.Now().UnixNano())
			y.busy.Add(-1)
		}()
		return inner(ctx)
	case !strings.HasPrefix(job.Queue, laneName):
		return inner(ctx)
	}
	if err := y.wait(ctx, job); err != nil {
		return err
	}
	began := time.Now()
	defer func() {
		y.mu.Lock()
		defer y.mu.Unlock()
		y.lane[job.Queue] = worked{until: time.Now(), took: time.Since(began)}
	}()
	return inner(ctx)
}

func (y *yield) wait(ctx context.Context, job *rivertype.JobRow) error {
	y.mu.Lock()
	last := y.lane[job.Queue]
	y.mu.Unlock()
	now := time.Now()
	if y.busy.Load() == 0 && now.UnixNano()-y.ended.Load() >= int64(lately) {
		return nil
	}
	pause := rest(last, now, now.Sub(job.ScheduledAt))
	if pause == 0 {
		return nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var _ rivertype.WorkerMiddleware = &yield{}
