package journal

import (
	"context"
	"slices"
	"sync"
	"time"
)

// task is an entry with something to deliver. An entry has one, however often it
// changes.
type task struct {
	after time.Time     // not before
	rest  time.Duration // after the next failure
	busy  bool          // a worker has it in hand
	again bool          // it changed meanwhile
}

const (
	workers   = 4               // sealing a recording takes tens of milliseconds; a storm brings twenty a second
	firstRest = time.Second     // after a failure; it doubles
	longRest  = 5 * time.Minute // and no longer than this
	idle      = time.Minute
	farewell  = 5 * time.Second // for what is left when the program stops in order
)

// Farewell is how long Run may take after its context ended.
const Farewell = farewell

// Waiting is how many calls have something to deliver.
func (j *Journal) Waiting() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.tasks)
}

// push queues an entry, or has one that rests looked at again at once: it is news.
func (j *Journal) push(name string) {
	j.mu.Lock()
	t, queued := j.tasks[name]
	if !queued {
		t = &task{rest: firstRest}
		j.tasks[name] = t
		j.order = append(j.order, name)
	}
	t.again, t.after = t.busy, time.Time{}
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
	for _, name := range j.order {
		t := j.tasks[name]
		switch {
		case t.busy:
		case t.after.After(now):
			wait = min(wait, t.after.Sub(now))
		default:
			t.busy = true
			return name, 0
		}
	}
	return "", wait
}

// put ends a worker's hold. What failed rests, twice as long each time.
func (j *Journal) put(name string, now time.Time, err error) {
	j.mu.Lock()
	t := j.tasks[name]
	switch {
	case err != nil && !t.again:
		t.after, t.rest = now.Add(t.rest), min(2*t.rest, longRest)
	case err == nil && !t.again:
		delete(j.tasks, name)
		j.order = slices.DeleteFunc(j.order, func(n string) bool { return n == name })
	}
	t.busy, t.again = false, false
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
	for last.Err() == nil {
		name, _ := j.next(time.Now())
		if name == "" {
			return
		}
		j.handle(last, name)
	}
}

func (j *Journal) work(ctx context.Context) {
	for ctx.Err() == nil {
		name, wait := j.next(time.Now())
		if name != "" {
			j.stir() // there may be more
			j.handle(ctx, name)
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

func (j *Journal) handle(ctx context.Context, name string) {
	err := j.deliver(ctx, name)
	if err != nil && ctx.Err() == nil {
		j.deps.Log.WarnContext(ctx, "a call stays on the disk and is delivered later", "entry", name, "error", err)
	}
	j.put(name, time.Now(), err)
	if err != nil && ctx.Err() != nil {
		j.push(name) // the stop cut it short: the farewell may still deliver it
	}
}
