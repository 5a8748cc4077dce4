package media

import "time"

const (
	wheelTurns = 2 // a call has its tick in one of two turns of 10 ms: more turns wake the process more often for the same work
	wheelStep  = framePace / wheelTurns
)

// wheel is the clock of all calls: one goroutine and one ticker, whatever their number.
type wheel struct {
	*turns[*Session]
	begun time.Time
	turn  int64
	now   []*Session // of the turn that is being ticked
}

func newWheel(now time.Time) *wheel {
	return &wheel{turns: newTurns[*Session](wheelTurns), begun: now}
}

// step ticks the calls of the turns that are due. A process that was held up ticks
// every call once and leaves the catching up to the calls.
func (w *wheel) step(now time.Time) {
	until := int64(now.Sub(w.begun) / wheelStep)
	for w.turn = max(w.turn, until-wheelTurns); w.turn < until; w.turn++ {
		w.now = w.due(int(w.turn%wheelTurns), w.now[:0])
		for _, s := range w.now {
			s.tick(now)
		}
		clear(w.now) // a call that is over must not be kept
	}
}
