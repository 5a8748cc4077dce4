package calls

import (
	"sync"
	"time"
)

// breaker leaves an engine that is away alone for a while, so that recordings wait in
// the queue and not in the worker, and all of them are heard soon after it is back.
type breaker struct {
	mu       sync.Mutex
	failures int
	until    time.Time
	ok       time.Time
}

const (
	firstPause = 2 * time.Second
	mostPause  = time.Minute
)

// closed gives how long nobody is to be asked.
func (b *breaker) closed(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(b.until.Sub(now), 0)
}

// failed begins a pause, twice as long as the last.
func (b *breaker) failed(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	wait := min(firstPause<<min(b.failures, 10), mostPause)
	b.failures++
	b.until = now.Add(wait)
	return wait
}

// served ends the pauses.
func (b *breaker) served(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures, b.until, b.ok = 0, time.Time{}, now
}

// servedSince reports that the engine answered after a moment.
func (b *breaker) servedSince(t time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ok.After(t)
}
