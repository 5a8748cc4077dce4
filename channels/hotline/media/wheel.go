package media

import (
	"sync"
	"time"
)

const (
	wheelTurns = 4 // a call has its tick in one of four turns of 5 ms, so that 500 do not send at once
	wheelStep  = framePace / wheelTurns
)

// wheel is the clock of all calls: one goroutine and one ticker, whatever their number.
type wheel struct {
	mu    sync.Mutex
	begun time.Time
	turn  int64
	turns [wheelTurns]map[*Session]struct{}
}

func newWheel(now time.Time) *wheel {
	w := &wheel{begun: now}
	for i := range w.turns {
		w.turns[i] = map[*Session]struct{}{}
	}
	return w
}

func (w *wheel) add(s *Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fewest := w.turns[0]
	for _, t := range w.turns {
		if len(t) < len(fewest) {
			fewest = t
		}
	}
	fewest[s] = struct{}{}
}

func (w *wheel) remove(s *Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.turns {
		delete(t, s)
	}
}

// step ticks the calls of the turns that are due. A process that was held up ticks
// every call once and leaves the catching up to the calls.
func (w *wheel) step(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	until := int64(now.Sub(w.begun) / wheelStep)
	for w.turn = max(w.turn, until-wheelTurns); w.turn < until; w.turn++ {
		for s := range w.turns[w.turn%wheelTurns] {
			s.tick(now)
		}
	}
}
