package transcription

import (
	"sync"
	"time"
)

// Breaker leaves an engine that is away alone for a while, so that work waits where it
// is kept and not on the engine, and all of it is done soon after it is back. The zero
// value asks at once.
type Breaker struct {
	mu       sync.Mutex
	failures int
	until    time.Time
	ok       time.Time
}

const (
	firstPause = 2 * time.Second
	mostPause  = time.Minute
)

// Closed gives how long nobody is to be asked.
func (b *Breaker) Closed(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(b.until.Sub(now), 0)
}

// Failed begins a pause, twice as long as the last.
func (b *Breaker) Failed(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	wait := min(firstPause<<min(b.failures, 10), mostPause)
	b.failures++
	b.until = now.Add(wait)
	return wait
}

// Served ends the pauses.
func (b *Breaker) Served(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures, b.until, b.ok = 0, time.Time{}, now
}

// ServedSince reports that the engine answered after a moment.
func (b *Breaker) ServedSince(t time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ok.After(t)
}
