package journal

import (
	"context"
	"sync"
	"time"
)

// task is an entry with something to deliver.
type task struct {
	name  string
	after time.Time // not before
}

const (
	workers  = 4               // sealing a recording takes tens of milliseconds; a storm brings twenty a second
	retry    = 2 * time.Second // how long an entry rests after it could not be delivered
	idle     = time.Minute
	farewell = 5 * time.Second // for what is left when the program stops in order
)

// Waiting is how many entries have something to deliver.
func (j *Journal) Waiting() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.queue) + len(j.busy)
}

func (j *Journal) push(t task) {
	j.mu.Lock()
	j.queue = append(j.queue, t)
	j.mu.Unlock()
	j.stir()
}

func (j *Journal) stir() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// next takes the first entry that may be delivered now. One entry is in one hand at a
// time, so that its reports stay in order. Without one it gives how long to wait.
func (j *Journal) next(now time.Time) (name string, wait time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	wait = idle
	for i, t := range j.queue {
		switch {
		case j.busy[t.name]:
		case t.after.After(now):
			wait = min(wait, t.after.Sub(now))
		default:
			j.queue = append(j.queue[:i], j.queue[i+1:]...)
			j.busy[t.name] = true
			return t.name, 0
		}
	}
	return "", wait
}

func (j *Journal) put(name string, err error) {
	j.mu.Lock()
	delete(j.busy, name)
	if err != nil {
		j.queue = append(j.queue, task{name: name, after: time.Now().Add(retry)})
	}
	j.mu.Unlock()
	j.stir()
}

// Run delivers until ctx ends, and then for a moment what is left.
func (j *Journal) Run(ctx context.Context) {
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { j.work(ctx) })
	}
	all.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	for {
		name, _ := j.next(time.Now())
		if name == "" {
			return
		}
		j.put(name, j.deliver(last, name))
	}
}

func (j *Journal) work(ctx context.Context) {
	for ctx.Err() == nil {
		name, wait := j.next(time.Now())
		if name != "" {
			j.stir() // there may be more
			err := j.deliver(ctx, name)
			if err != nil && ctx.Err() == nil {
				j.deps.Log.WarnContext(ctx, "a call stays on the disk and is delivered later", "entry", name, "error", err)
			}
			j.put(name, err)
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-j.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}
