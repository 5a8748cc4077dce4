package captions

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lianou/channels/hotline/media"
	"lianou/intake/calls"
	"lianou/transcription"
)

// Config is how much a Scribe takes on.
type Config struct {
	// MostCalls bounds the calls that are written down at one time; the others have their
	// recordings heard afterwards, as without captions. Required.
	MostCalls int
	// Hotwords are words that are likely to be said, the likeliest first.
	Hotwords []transcription.Hotword
	// Metrics is where counters are registered. Defaults to nowhere.
	Metrics prometheus.Registerer
}

// Deps is what a Scribe works with; all are required.
type Deps struct {
	Engine transcription.Streamer
	Calls  *calls.Log
	Log    *slog.Logger
}

// Scribe writes down running calls.
type Scribe struct {
	cfg    Config
	deps   Deps
	engine transcription.Breaker
	seats  chan struct{}
	count  *counters

	ctx  context.Context // done when everything is to stop
	stop context.CancelFunc
	mu   sync.Mutex
	over bool
	all  sync.WaitGroup
}

// New checks what it needs.
func New(cfg Config, deps Deps) (*Scribe, error) {
	if deps.Engine == nil || deps.Calls == nil || deps.Log == nil || cfg.MostCalls <= 0 {
		return nil, errors.New("live captions need an engine, the record of calls, and a number of calls")
	}
	s := &Scribe{cfg: cfg, deps: deps, seats: make(chan struct{}, cfg.MostCalls), count: newCounters(cfg.Metrics)}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// Close cuts off what is still being written down and returns when nothing of it runs.
func (s *Scribe) Close() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.stop()
	s.all.Wait()
}

// goes runs f unless the Scribe is closed.
func (s *Scribe) goes(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.all.Go(f)
	return true
}

// takeEvery is how often a tap is emptied; it holds forty times as much.
const takeEvery = 100 * time.Millisecond

// Listen writes down what a tap hears until over is called, which does not wait. The tap
// is opened once there is a seat, so that a call that nobody writes down pays for none. id
// gives the call's name in the record once it has one.
func (s *Scribe) Listen(open func() (*media.Tap, error), id func() (string, bool)) (over func()) {
	c := s.Begin(id)
	if c == nil {
		return func() {}
	}
	tap, err := open()
	if err != nil { // the call is over already
		c.End()
		return func() {}
	}
	end := make(chan struct{})
	if !s.goes(func() { c.follow(tap, end) }) {
		tap.Close()
		c.End()
	}
	return sync.OnceFunc(func() { close(end) })
}

// follow empties a tap into a call.
func (c *Call) follow(tap *media.Tap, end <-chan struct{}) {
	defer c.End()
	defer tap.Close()
	tick := time.NewTicker(takeEvery)
	defer tick.Stop()
	for last := false; !last; {
		select {
		case <-tick.C:
		case <-end:
			last = true
			tap.Over()
		case <-c.scribe.ctx.Done():
			return
		}
		for {
			at, n, left, right := tap.Take()
			if n == 0 {
				break
			}
			c.Hear(at, n, left, right)
		}
	}
	c.scribe.count.dropped.Add(tap.Lost().Seconds())
}

// failed leaves the engine alone for a while. Streams that fail together are one failure.
func (s *Scribe) failed(why string, err error) {
	s.count.failed.WithLabelValues(why).Inc()
	now := time.Now()
	if s.engine.Closed(now) > 0 {
		return
	}
	wait := s.engine.Failed(now)
	s.deps.Log.Warn("live captions rest", "why", why, "seconds", wait.Seconds(), "error", err)
}

// counters are what an operator sees of captions; none names a call.
type counters struct {
	running prometheus.Gauge
	full    prometheus.Counter
	dropped prometheus.Counter
	failed  *prometheus.CounterVec
}

func newCounters(reg prometheus.Registerer) *counters {
	c := &counters{
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "lianou_captions_calls", Help: "Calls that are written down at this moment."}),
		full: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lianou_captions_full_total", Help: "Calls without live captions because as many as may be had them."}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lianou_captions_dropped_seconds_total", Help: "Sound that no engine heard while the call lasted; the recording has it."}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lianou_captions_failed_total", Help: "Streams to the speech engine that broke, by reason."}, []string{"why"}),
	}
	if reg != nil {
		reg.MustRegister(c.running, c.full, c.dropped, c.failed)
	}
	return c
}
