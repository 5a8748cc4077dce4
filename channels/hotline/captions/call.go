package captions

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"lianou/channels/hotline/media"
	"lianou/intake/calls"
)

// Call is one call that is written down. Hear and End are for one goroutine.
type Call struct {
	scribe *Scribe
	id     func() (string, bool)
	sides  [2]side
	runs   sync.WaitGroup // its streams

	mu   sync.Mutex
	kept *calls.Captions // nil until the call is in the record
}

// Begin takes on a call; nil when there are as many as may be.
func (s *Scribe) Begin(id func() (string, bool)) *Call {
	select {
	case s.seats <- struct{}{}:
	default:
		s.count.full.Inc()
		return nil
	}
	s.count.running.Inc()
	c := &Call{scribe: s, id: id}
	for i := range c.sides {
		c.sides[i] = side{call: c, channel: i}
	}
	return c
}

// Hear takes what both sides say in n samples of 8 kHz that begin at a place of the
// recording; a side that says nothing is nil. It never waits.
func (c *Call) Hear(at int64, n int, left, right []int16) {
	c.sides[0].hear(at, n, left)
	c.sides[1].hear(at, n, right)
}

// End says that the call is over. What the engine still has to say is kept; End does not
// wait for it.
func (c *Call) End() {
	for i := range c.sides {
		c.sides[i].end()
	}
	leave := func() {
		c.runs.Wait()
		c.scribe.count.running.Dec()
		<-c.scribe.seats
	}
	if !c.scribe.goes(leave) {
		leave()
	}
}

// record gives where captions of the call are kept, nil while the call is not in the
// record yet.
func (c *Call) record() (*calls.Captions, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept != nil {
		return c.kept, nil
	}
	id, ok := c.id()
	if !ok {
		return nil, nil
	}
	kept, err := c.scribe.deps.Calls.Captions(id)
	c.kept = kept
	return kept, err
}

const (
	pieceTime = 200 * time.Millisecond // of sound that goes to the engine at a time
	mostAhead = 5 * time.Second        // how far the engine may fall behind
	lastWords = 8 * time.Second        // how long it may take to say the rest
)

// pieceBytes is a piece of 16-bit samples at the engine's rate.
const pieceBytes = int(2 * engineRate * pieceTime / time.Second)

// side is one side of a call.
type side struct {
	call    *Call
	channel int
	up      doubler
	piece   []byte
	stream  *stream     // nil while none is open
	hushed  atomic.Bool // for the rest of the call: the engine said what nobody can
}

// hear hands sound to the engine's stream, if it has room. A side that has said nothing
// yet needs none.
func (s *side) hear(at int64, n int, sound []int16) {
	if s.stream != nil && s.stream.over() {
		s.stream = nil
	}
	if s.stream == nil {
		if sound == nil {
			return
		}
		if !s.open(at) {
			s.call.scribe.count.dropped.Add(float64(n) / media.Rate)
			return
		}
	}
	s.piece = s.up.double(s.piece, n, sound)
	if len(s.piece) >= pieceBytes {
		s.send()
	}
}

// send gives the piece to the stream. An engine that is so far behind would write down
// what was said long ago: it is left, and asked again later.
func (s *side) send() {
	select {
	case s.stream.pcm <- s.piece:
	default:
		s.call.scribe.count.dropped.Add((mostAhead + pieceTime).Seconds())
		s.call.scribe.failed("slow", nil)
		s.stream.left.Store(true)
		s.stream.cancel()
		s.stream = nil
	}
	s.piece = nil
}

// open begins a stream, unless the engine is to be left alone.
func (s *side) open(at int64) bool {
	scribe := s.call.scribe
	if s.hushed.Load() || scribe.engine.Closed(time.Now()) > 0 {
		return false
	}
	var name [8]byte
	rand.Read(name[:])
	st := &stream{side: s, name: "live-" + hex.EncodeToString(name[:]) + "-" + strconv.Itoa(s.channel), base: at * 1000 / media.Rate,
		pcm: make(chan []byte, mostAhead/pieceTime), done: make(chan struct{})}
	var ctx context.Context
	ctx, st.cancel = context.WithCancel(scribe.ctx)
	s.call.runs.Add(1)
	if !scribe.goes(func() { defer s.call.runs.Done(); st.run(ctx) }) {
		s.call.runs.Done()
		st.cancel()
		return false
	}
	s.stream, s.piece, s.up = st, nil, doubler{}
	return true
}

// end closes the stream behind what was said last.
func (s *side) end() {
	if s.stream == nil {
		return
	}
	if len(s.piece) > 0 {
		s.send()
	}
	if st := s.stream; st != nil {
		close(st.pcm)
		time.AfterFunc(lastWords, st.cancel)
		s.stream = nil
	}
}
