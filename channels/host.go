package channels

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lianou/core"
)

// Config is what a Host is set up with.
type Config struct {
	// Deadline bounds one request. Defaults to 15 s.
	Deadline time.Duration
	// MaxBody bounds a request's body in bytes. Defaults to 1 MiB.
	MaxBody int64
	// PerMinute bounds the requests of one source to one endpoint. Defaults to 600.
	PerMinute int
	// Metrics is where counters are registered. Defaults to nowhere.
	Metrics prometheus.Registerer
	// Allow answers whether a source may go on; nil allows all. It must not fail
	// when Redis is away.
	Allow func(ctx context.Context, source string, perMinute int) bool
	// Audit writes one refusal to the audit log; nil writes none. It is called after
	// the answer was decided and before it is forgotten.
	Audit func(ctx context.Context, r Refusal) error
}

// Refusal is one request that was turned away, without anything it said.
type Refusal struct {
	Channel core.ChannelName
	Route   string // "POST /c/app/applications"
	Code    string // of the error; the entry's act is "refusal.<code>"
	Kind    core.Kind
}

// Host runs channels.
type Host struct {
	cfg      Config
	log      *slog.Logger
	channels map[core.ChannelName]Channel
	mux      *http.ServeMux
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// Open opens every channel that has a section; one without is not running. A
// section without a channel of its name stops the start.
func Open(cfg Config, catalogue Catalogue, sections map[core.ChannelName]json.RawMessage, env Env) (*Host, error) {
	cfg = cfg.withDefaults()
	h := &Host{cfg: cfg, log: env.Log, channels: map[core.ChannelName]Channel{}, mux: http.NewServeMux()}
	h.measure(cfg.Metrics)
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		factory, known := catalogue[name]
		if !known {
			return nil, fmt.Errorf("no channel is called %q", name)
		}
		own := env
		own.Name, own.Log = name, componentLog(env.Log, name)
		if env.Intake != nil {
			own.Intake, own.Conversations = stamped{name, env.Intake}, confirmed{env.Intake}
		}
		ch, err := factory(sections[name], own)
		if err != nil {
			return nil, fmt.Errorf("open channel %s: %w", name, err)
		}
		h.channels[name] = ch
		if err := h.mount(name, ch, own.Intake); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (c Config) withDefaults() Config {
	if c.Deadline == 0 {
		c.Deadline = 15 * time.Second
	}
	if c.MaxBody == 0 {
		c.MaxBody = 1 << 20
	}
	if c.PerMinute == 0 {
		c.PerMinute = 600
	}
	return c
}

func (h *Host) measure(reg prometheus.Registerer) {
	h.requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lianou_channel_requests_total", Help: "Requests by channel, route and status.",
	}, []string{"channel", "route", "status"})
	h.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "lianou_channel_seconds", Help: "Time to answer, by channel.", Buckets: []float64{.001, .005, .01, .03, .1, .3, 1, 3, 10},
	}, []string{"channel"})
	if reg != nil {
		reg.MustRegister(h.requests, h.seconds)
	}
}

func (h *Host) mount(name core.ChannelName, ch Channel, submit Submitter) error {
	for _, e := range ch.Endpoints() {
		route := e.Method + " /c/" + string(name) + e.Path
		byParse := e.Parse != nil && e.Reply != nil && e.Serve == nil
		byServe := e.Parse == nil && e.Reply == nil && e.Serve != nil
		if !strings.HasPrefix(e.Path, "/") || e.Method == "" || byParse == byServe {
			return fmt.Errorf("channel %s: endpoint %q needs a path and either Parse and Reply or Serve", name, route)
		}
		serve := e.Serve
		if byParse {
			serve = submitting(e, submit)
		}
		h.mux.Handle(route, h.guard(guarded{name: name, route: route, endpoint: e}, serve))
	}
	return nil
}

// submitting runs Parse, Submit in order, Reply. Half-way through a failure it
// stops: the platform's retry makes the first half duplicates.
func submitting(e Endpoint, submit Submitter) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		subs, err := e.Parse(r)
		var receipts []intakeReceipt
		for i := 0; err == nil && i < len(subs); i++ {
			var receipt intakeReceipt
			if receipt, err = submit.Submit(r.Context(), subs[i]); err == nil {
				receipts = append(receipts, receipt)
			}
		}
		if err != nil {
			Refused(r, err)
			PrepareRefusal(w, err)
		}
		e.Reply(w, r, receipts, err)
	}
}

// Handler serves every endpoint of every channel. What is no endpoint is answered
// in the same form as every other refusal, 405 with the methods there are.
func (h *Host) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := h.mux.Handler(r); pattern != "" {
			h.mux.ServeHTTP(w, r)
			return
		}
		probe := &bare{header: http.Header{}}
		h.mux.ServeHTTP(probe, r)
		if probe.status != http.StatusMethodNotAllowed {
			WriteProblem(w, r, core.E(core.KindNotFound, "no_page", "没有这一页。"))
			return
		}
		w.Header().Set("Allow", probe.header.Get("Allow"))
		writeProblem(w, Problem{Type: "about:blank", Title: http.StatusText(probe.status), Status: probe.status, Code: "method_not_allowed", Detail: "没有这样的办法。"})
	})
}

// bare takes what the mux says about a request that fits no endpoint.
type bare struct {
	header http.Header
	status int
}

func (b *bare) Header() http.Header         { return b.header }
func (b *bare) Write(p []byte) (int, error) { return len(p), nil }
func (b *bare) WriteHeader(status int)      { b.status = status }

// Channel gives an opened channel, for main to find optional interfaces on.
func (h *Host) Channel(name core.ChannelName) (Channel, bool) {
	ch, ok := h.channels[name]
	return ch, ok
}

// Run runs every Runner until ctx ends or one of them fails, and returns when all
// have.
func (h *Host) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for name, ch := range h.channels {
		runner, ok := ch.(Runner)
		if !ok {
			continue
		}
		all.Go(func() {
			err := runner.Run(ctx)
			if err == nil || errors.Is(err, context.Canceled) {
				return
			}
			mu.Lock()
			failed = errors.Join(failed, fmt.Errorf("run channel %s: %w", name, err))
			mu.Unlock()
			cancel()
		})
	}
	<-ctx.Done()
	all.Wait()
	return failed
}
