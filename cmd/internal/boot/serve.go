package boot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lianou/core"
)

// Check is one thing a program needs in order to serve.
type Check struct {
	Name string
	Ask  func(context.Context) error
}

// NewMetrics makes a registry with the process's own figures.
func NewMetrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Operator adds the operator's three pages: /healthz (the process lives),
// /readyz (what it needs answers; what is away is named), /metrics (loopback only).
func Operator(mux *http.ServeMux, metrics *prometheus.Registry, checks ...Check) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		for _, c := range checks {
			if err := c.Ask(ctx); err != nil {
				http.Error(w, c.Name+" is away", http.StatusServiceUnavailable) // no more: the page is public
				return
			}
		}
		fmt.Fprintln(w, "ready")
	})
	page := promhttp.HandlerFor(metrics, promhttp.HandlerOpts{})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if !local(r) {
			http.NotFound(w, r)
			return
		}
		page.ServeHTTP(w, r)
	})
}

// local reports whether the request was made on this machine and not passed on
// by a proxy on it.
func local(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	for _, passedOn := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(passedOn) != "" {
			return false
		}
	}
	return err == nil && ip != nil && ip.IsLoopback() && r.ProtoAtLeast(1, 1) // nginx passes on as HTTP/1.0 unless told otherwise
}

// HTTP is a part that serves a handler on the address of a setting.
func HTTP(setting, addr string, handler http.Handler, log *slog.Logger) Part {
	// A request that is read or answered slowly must not hold a connection for ever.
	// Websockets set their own deadlines after the upgrade.
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	failed := make(chan error, 1)
	return Part{Name: "http", Failed: failed, Stop: server.Shutdown, Start: func(ctx context.Context) error {
		listener, err := Listen(ctx, setting, addr)
		if err != nil {
			return err
		}
		log.InfoContext(ctx, "listening", KeyAddr, listener.Addr().String())
		go func() {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
		return nil
	}}
}

// Listen opens a TCP listener on the address of a setting; a taken port is said in
// one sentence that names the setting.
func Listen(ctx context.Context, setting, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, core.E(core.KindConflict, "port_taken", "").Wrap(fmt.Errorf("%s is taken by another program; stop it, or choose another address in %s", addr, setting))
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s of %s: %w", addr, setting, err)
	}
	return listener, nil
}
