package standin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Server is the outside world on one listener. Make one with New; its Handler can
// be mounted in a test, Run serves it until the context ends.
type Server struct {
	cfg      Config
	people   *people
	faults   *faults
	wechat   *wechat
	cloud    *cloud
	bank     *bank
	exchange *exchange
	speech   *speech
	city     *cityClock
	mux      *http.ServeMux
	dirty    atomic.Bool
}

// shared is what every service is given.
type shared struct {
	now     func() time.Time
	stamp   func() time.Time // for what people read; see cityClock
	people  *people
	faults  *faults
	changed func() // the state moved on and wants keeping
}

// New makes a Server, with the state of an earlier run when Config.DataDir has
// one. Errors name the setting that cannot work.
func New(cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, people: newPeople(cfg), mux: http.NewServeMux()}
	s.faults = &faults{hang: cfg.Hang, log: cfg.Log}
	s.city = &cityClock{now: cfg.Now}
	sh := shared{now: cfg.Now, stamp: s.city.stamp, people: s.people, faults: s.faults, changed: func() { s.dirty.Store(true) }}
	s.wechat = newWeChat(cfg.WeChat, sh, cfg.URL)
	s.wechat.gateway = cfg.Gateway
	s.cloud = newCloud(cfg.Cloud, sh)
	s.bank = newBank(cfg.Bank, sh)
	s.speech = newSpeech(sh)
	s.exchange = newExchange(cfg.Exchange, sh, cfg.URL)
	s.exchange.learn = s.speech.learn
	if err := s.load(); err != nil {
		return nil, err
	}
	s.wechat.routes(s.mux)
	s.cloud.routes(s.mux)
	s.bank.routes(s.mux)
	s.exchange.routes(s.mux)
	s.speech.routes(s.mux)
	if err := s.pages(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler serves every service.
func (s *Server) Handler() http.Handler { return s.mux }

// Run listens on Config.Addr until ctx ends, delivers the call exchange's
// webhooks, and keeps the state. A taken port is an error that says so.
func (s *Server) Run(ctx context.Context) error {
	l, err := net.Listen("tcp", s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen for the stand-ins on %s: %w", s.cfg.Addr, err)
	}
	return s.Serve(ctx, l)
}

// Serve is Run on a listener of the caller's, which it closes.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{Handler: s.mux, ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.keep(ctx)
	}()
	go s.exchange.deliver(ctx)
	go s.bank.visit(ctx)
	go s.bank.nights(ctx)
	go func() {
		<-ctx.Done()
		_ = srv.Close() // connections held by ModeTimeout must not outlive us
	}()
	err := srv.Serve(l)
	stop()
	<-done
	if saveErr := s.save(); saveErr != nil {
		return saveErr
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Break switches a fault on. Errors name an unknown service or mode.
func (s *Server) Break(f Fault) error { return s.faults.add(f) }

// Mend switches every fault of a service off; "" mends all. Returns the bank had
// lost turn up.
func (s *Server) Mend(svc Service) {
	s.faults.mend(svc)
	if svc == Bank || svc == "" {
		s.bank.release()
	}
}

// AddPerson registers a synthetic citizen, or replaces the one with that key.
func (s *Server) AddPerson(p Person) { s.people.add(p) }
