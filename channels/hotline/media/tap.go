package media

import (
	"bytes"
	"time"
)

// tapPiece is how much a Tap gives at a time.
const tapPiece = Rate / 5 // 200 ms

var hushed = []byte{silence}

// Tap is an ear on a call while it lasts: what the other sides say, at its place in the
// time of the recording. Receivers put sound in as they put it into the recording and
// never wait; whoever listens takes what is old enough to be whole. A listener who falls
// behind loses sound, which is counted, and nobody else notices. One goroutine listens.
//
// What we say ourselves is not in it: its words are known.
type Tap struct {
	call  *Session
	line  *timeline
	now   func() time.Time
	start time.Time
	wait  time.Duration
	at    int64

	raw   [2 * tapPiece]byte
	sides [2][tapPiece]int16
	one   [tapPiece]byte
}

// Tap listens from here on. Its time is that of the recording, so call it after Record;
// without one it is that of the session. A second one takes the place of the first.
// Returns ErrClosed.
func (s *Session) Tap() (*Tap, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	t := &Tap{call: s, line: newTimeline(samples(s.engine.cfg.MaxLength)), now: s.engine.cfg.Now, start: s.epoch.Add(s.recordFrom), wait: lag}
	t.at = max(samples(t.now().Add(-lag).Sub(t.start)), 0)
	t.line.taken, t.line.sealed = t.at, t.at
	s.tap = t.line
	return t, nil
}

// Close takes the ear off the call, which then pays nothing for it.
func (t *Tap) Close() {
	t.call.mu.Lock()
	defer t.call.mu.Unlock()
	if t.call.tap == t.line {
		t.call.tap = nil
	}
}

// Take gives the next stretch that is whole: where in the recording it begins and how
// many samples it has, 0 while there is none; and what each side says, nil for a side
// that is silent. Both are valid until the next call.
func (t *Tap) Take() (at int64, n int, left, right []int16) {
	raw := t.line.peek(samples(t.now().Add(-t.wait).Sub(t.start)), t.raw[:])
	at, n = t.at, len(raw)/frameSize
	left, right = t.side(raw, Left), t.side(raw, Right)
	t.line.commit(int64(n))
	t.at += int64(n)
	return at, n, left, right
}

func (t *Tap) side(raw []byte, ch Channel) []int16 {
	one := t.one[:len(raw)/frameSize]
	for i := range one {
		one[i] = raw[i*frameSize+int(ch)]
	}
	if bytes.Count(one, hushed) == len(one) {
		return nil
	}
	out := t.sides[ch][:len(one)]
	PCMA.Decode(out, one)
	return out
}

// Over says that the call is: what was said last need not wait for what may come late.
// It is called by whoever listens.
func (t *Tap) Over() { t.wait = 0 }

// Lost is the sound that came too late, or for which there was no room because nobody
// listened.
func (t *Tap) Lost() time.Duration {
	late, overrun := t.line.lost()
	return length(late + overrun)
}
