package media

import (
	"errors"
	"sync"
	"time"
)

// Session is the sound of one call. Its methods may be called from any goroutine.
type Session struct {
	engine *Engine
	call   Call
	epoch  time.Time
	digits chan Digit
	silent chan struct{}

	mu         sync.Mutex
	sdp        writer
	lines      []Line // as the other side last described them, or as we offered
	legs       []*leg // by line; nil where we refuse
	started    bool
	listens    bool // nothing goes out yet
	closed     bool
	mute       bool      // silent is closed
	asked      time.Time // when the ports were last
	heard      time.Time
	recording  *recording
	recordFrom time.Duration
	tap        *timeline // of whoever listens to the call while it lasts
	playback   *Playback
}

// Listen lets sound in. Call it before the 200 is sent: the first packets come within a
// millisecond of it. Nothing goes out before Start: until the other side has confirmed
// the call, its address is what one datagram claimed, and whoever forged it would have
// us send to a third.
func (s *Session) Listen() { s.begin(true) }

// Start lets sound in and out.
func (s *Session) Start() { s.begin(false) }

func (s *Session) begin(listens bool) {
	s.mu.Lock()
	s.listens = listens
	if s.started || s.closed {
		s.mu.Unlock()
		return
	}
	now := s.engine.cfg.Now()
	s.hear(now) // what came before is nobody's
	for _, l := range s.legs {
		if l != nil {
			l.out = newSender(now)
		}
	}
	s.started, s.heard = true, now
	s.mu.Unlock()
	s.engine.wheel.add(s)
}

// Record begins the recording; from here its time is the time of the call. The name
// is of letters, digits and dashes. Returns ErrRecording if the name is taken or a
// recording runs, ErrDisk, ErrClosed.
func (s *Session) Record(name string) error {
	path, err := s.engine.recordingPath(name)
	if err != nil {
		return err
	}
	// The file is made outside the lock: a slow disk must not hold up the sound.
	r, err := newRecording(path, s.engine.cfg.MaxLength)
	if err != nil {
		return err
	}
	if err := s.attach(r); err != nil {
		return errors.Join(err, r.abandon())
	}
	s.engine.disk.add(r)
	return nil
}

func (s *Session) attach(r *recording) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if s.recording != nil {
		return ErrRecording
	}
	r.start = s.engine.cfg.Now()
	s.recording, s.recordFrom = r, r.start.Sub(s.epoch)
	return nil
}

// Digits gives the keys that are pressed. It is closed with the session. A caller who
// presses more than 64 that nobody reads loses the later ones.
func (s *Session) Digits() <-chan Digit { return s.digits }

// Silent is closed when no RTP came for Config.Silent while some was due.
func (s *Session) Silent() <-chan struct{} { return s.silent }

func (s *Session) pressed(d Digit) {
	select {
	case s.digits <- d:
	default:
	}
	s.yield(yieldsToKey)
}

// yield stops a prompt that gives way to as much.
func (s *Session) yield(to yield) {
	if p := s.playback; p != nil && p.to >= to {
		p.end(false)
		s.playback = nil
	}
}

// Play says a prompt from the next frame on, in place of one that is being said.
func (s *Session) Play(p *Prompt) *Playback { return s.play(p, yieldsToNothing) }

// PlayUntilKey is Play, but the prompt falls silent at a key.
func (s *Session) PlayUntilKey(p *Prompt) *Playback { return s.play(p, yieldsToKey) }

// PlayUntilSpeech is PlayUntilKey, but the prompt also falls silent when the other side
// speaks on: nobody is talked over who has begun to tell.
func (s *Session) PlayUntilSpeech(p *Prompt) *Playback { return s.play(p, yieldsToSpeech) }

func (s *Session) play(p *Prompt, to yield) *Playback {
	b := &Playback{prompt: p, to: to, done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		b.end(false)
		return b
	}
	if s.playback != nil {
		s.playback.end(false)
	}
	s.playback = b
	return b
}

// Stop ends what is being said.
func (s *Session) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.playback != nil {
		s.playback.end(false)
		s.playback = nil
	}
}

// say gives the next frame of the prompt, or nil.
func (s *Session) say() (alaw, ulaw []byte) {
	b := s.playback
	if b == nil {
		return nil, nil
	}
	from := b.next * frame
	if from >= len(b.prompt.alaw) {
		b.end(true)
		s.playback = nil
		return nil, nil
	}
	b.next++
	return b.prompt.alaw[from : from+frame], b.prompt.ulaw[from : from+frame]
}

// hearEvery is how long the ports are not asked. Sound is placed by its timestamps and
// written half a second later, so four frames at a time lose nothing, and a call costs a
// quarter of the asking; a key stops a prompt that much later, which nobody notices. It is
// a little less than four turns, so that the fourth is never a hair too early.
const hearEvery = 4*framePace - framePace/2

// tick is the session's turn on the wheel.
func (s *Session) tick(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if now.Sub(s.asked) >= hearEvery || s.fresh() {
		s.asked = now
		s.hear(now)
		if s.playback != nil && s.speaking(now) >= talksOver {
			s.yield(yieldsToSpeech)
		}
	}
	listening, speaker := false, true
	for _, l := range s.legs {
		if l == nil {
			continue
		}
		listening = listening || l.active && l.direction.receives()
		if l.out == nil { // it joined in mid-call
			l.out = newSender(now)
		}
		l.send(now, speaker)
		speaker = false
	}
	if !listening {
		s.heard = now // on hold nothing is due
	}
	if !s.mute && now.Sub(s.heard) >= s.engine.cfg.Silent {
		s.mute = true
		close(s.silent)
	}
}

// fresh reports whether a source is still to be heard for the first time: its first packet
// is placed by when it was taken, and all others by it.
func (s *Session) fresh() bool {
	for _, l := range s.legs {
		if l != nil && l.active && !l.in.stream.began {
			return true
		}
	}
	return false
}

// hear takes what came to the ports.
func (s *Session) hear(now time.Time) {
	b := s.engine.batches.Get().(*batch)
	defer s.engine.batches.Put(b)
	for _, l := range s.legs {
		if l != nil {
			l.take(now, b)
			l.in.tick(now)
		}
	}
}

// Close ends the call's sound, gives its ports back to drain and finishes the
// recording; without one Recorded.Path is empty. A second Close returns ErrClosed.
// With ErrDisk, Recorded says what is there.
func (s *Session) Close() (Recorded, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return Recorded{}, ErrClosed
	}
	now := s.engine.cfg.Now()
	s.hear(now)
	for _, l := range s.legs {
		if l != nil {
			l.in.order.reset() // what waits for the missing is spoken all the same
		}
	}
	s.closed = true
	if s.playback != nil {
		s.playback.end(false)
	}
	close(s.digits)
	r := s.recording
	s.mu.Unlock()

	s.engine.wheel.remove(s)
	s.release()
	s.engine.mu.Lock()
	delete(s.engine.calls, s)
	s.engine.mu.Unlock()
	if r == nil {
		return Recorded{}, nil
	}
	s.engine.disk.remove(r)
	return r.finish(now)
}

// release gives the ports back.
func (s *Session) release() {
	for _, l := range s.legs {
		if l != nil {
			s.engine.ports.put(l.pair)
		}
	}
}
