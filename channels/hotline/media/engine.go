package media

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Config is what an Engine is told.
type Config struct {
	// Bind is the address the ports are bound to. Required.
	Bind netip.Addr
	// Host is the address that descriptions name. Defaults to Bind, which then must be
	// an address of one host.
	Host netip.Addr
	// Sources are the networks that sound is believed from beside the host that a
	// description names: a trunk behind address translation. Empty believes anybody.
	Sources []netip.Prefix
	// FirstPort and LastPort bound the RTP and RTCP ports; a call takes two, a forked one
	// four. Default to 20000 and 23999: 2,000 calls, of which Drain keeps some back.
	FirstPort, LastPort uint16
	// Drain is how long a pair of ports rests between two calls. Defaults to 5 s.
	Drain time.Duration
	// Folder holds the recordings of running calls; it is made with mode 0700. Required.
	Folder string
	// MaxLength ends a recording, not the call. Defaults to 4 h, 230 MB.
	MaxLength time.Duration
	// Idle is how often a frame of silence goes out while nothing is said, to keep the
	// path open. Defaults to 200 ms, the silence suppression of RFC 3551, 4.1: while a
	// caller speaks nine of ten frames would say nothing, at near half of what a call costs.
	// 20 ms is what a telephone without it does.
	Idle time.Duration
	// Silent is how long a call may be without any RTP. Defaults to 30 s.
	Silent time.Duration
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Log defaults to nothing. No address and no key is ever logged.
	Log *slog.Logger
}

func (c *Config) fill() error {
	if !c.Host.IsValid() {
		c.Host = c.Bind
	}
	if !c.Bind.IsValid() || c.Host.IsUnspecified() || c.Folder == "" {
		return errors.New("media needs an address to bind, one to be reached at, and a folder")
	}
	if c.FirstPort == 0 && c.LastPort == 0 {
		c.FirstPort, c.LastPort = 20000, 23999
	}
	for _, d := range []struct {
		of *time.Duration
		is time.Duration
	}{{&c.Drain, 5 * time.Second}, {&c.MaxLength, 4 * time.Hour}, {&c.Silent, 30 * time.Second}, {&c.Idle, 200 * time.Millisecond}} {
		if *d.of == 0 {
			*d.of = d.is
		}
	}
	if samples(c.MaxLength)*frameSize > maxSound {
		return fmt.Errorf("a WAV file cannot hold %s", c.MaxLength)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return os.MkdirAll(c.Folder, 0o700)
}

// Engine is the sound of all calls of a process.
type Engine struct {
	cfg   Config
	ports *ports
	wheel *wheel
	disk  *disk
	stop  chan struct{}
	runs  sync.WaitGroup

	batches sync.Pool // of *batch

	mu     sync.Mutex
	calls  map[*Session]struct{}
	closed bool
}

// New starts an engine.
func New(cfg Config) (*Engine, error) {
	e, err := newEngine(cfg)
	if err != nil {
		return nil, err
	}
	e.runs.Go(func() { every(e.stop, wheelStep, func() { e.wheel.step(e.cfg.Now()) }) })
	e.runs.Go(func() { e.disk.run(e.stop, e.cfg.Now) })
	return e, nil
}

// newEngine makes an engine whose clock does not run.
func newEngine(cfg Config) (*Engine, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	pool, err := newPorts(cfg)
	if err != nil {
		return nil, err
	}
	return &Engine{
		cfg: cfg, ports: pool, wheel: newWheel(cfg.Now()), disk: newDisk(cfg.Log),
		stop: make(chan struct{}), calls: map[*Session]struct{}{},
		batches: sync.Pool{New: func() any { return newBatch() }},
	}, nil
}

// Ports counts the port pairs.
func (e *Engine) Ports() PortStats { return e.ports.stats() }

// Call is what the SIP side wants of a session.
type Call struct {
	// Streams is how many lines of sound are taken; the others are refused. Defaults to
	// 1; a forked call (SIPREC) has 2, and we only listen.
	Streams int
	// Channels says which label belongs to which side of the recording. Without it the
	// first line is the left, the second the right.
	Channels map[string]Channel
}

// Answer opens a session for an offer. Session.SDP is the answer. Returns ErrNoCodec,
// ErrPorts, ErrClosed.
func (e *Engine) Answer(offer *Description, call Call) (*Session, error) {
	s := e.session(call)
	if _, err := s.Reoffer(offer); err != nil {
		return nil, err
	}
	return s, e.enrol(s)
}

// Offer opens a session for a call that we make, or for one that came without an
// offer. Session.SDP is the offer; the answer goes to Session.Accept. Returns ErrPorts,
// ErrClosed.
func (e *Engine) Offer(call Call) (*Session, error) {
	s := e.session(call)
	for range s.call.Streams {
		l, err := s.open(Line{Media: "audio", Proto: "RTP/AVP", Format: "8"}, s.legs)
		if err != nil {
			s.release()
			return nil, err
		}
		s.legs = append(s.legs, l)
		s.lines = append(s.lines, l.from)
	}
	s.Offer()
	return s, e.enrol(s)
}

func (e *Engine) session(call Call) *Session {
	call.Streams = max(call.Streams, 1)
	return &Session{
		engine: e, call: call, epoch: e.cfg.Now(),
		digits: make(chan Digit, 64), silent: make(chan struct{}),
		sdp: writer{id: rand.Uint64N(1 << 62), host: e.cfg.Host},
	}
}

func (e *Engine) enrol(s *Session) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		s.release()
		return ErrClosed
	}
	e.calls[s] = struct{}{}
	return nil
}

// Close ends the calls that are left, whose recordings are whole, and the engine.
func (e *Engine) Close() error {
	e.mu.Lock()
	left := make([]*Session, 0, len(e.calls))
	for s := range e.calls {
		left = append(left, s)
	}
	was := e.closed
	e.closed = true
	e.mu.Unlock()
	if was {
		return ErrClosed
	}
	var err error
	for _, s := range left {
		_, ended := s.Close()
		if !errors.Is(ended, ErrClosed) {
			err = errors.Join(err, ended)
		}
	}
	close(e.stop)
	e.runs.Wait()
	return err
}

// recordingPath is the file of a recording; its name comes from our side of the call,
// never from a Call-ID.
func (e *Engine) recordingPath(name string) (string, error) {
	if !token(name) || filepath.Base(name) != name || name[0] == '.' {
		return "", ErrRecording
	}
	return filepath.Join(e.cfg.Folder, name+".wav"), nil
}
