package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"lianou/cmd/internal/boot"
)

// wiring is what the platform's parts are made from.
type wiring struct {
	cfg     *boot.Config
	stores  *boot.Stores
	log     *slog.Logger
	metrics *prometheus.Registry
	mux     *http.ServeMux
}

// workerParts makes the job client with every worker and sweeper of the back
// office, and the integrator of the audit log.
func workerParts(_ context.Context, _ wiring) ([]boot.Part, error) {
	return nil, nil
}
