package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"lianou/cmd/internal/boot"
)

// wiring is what the gateway's parts are made from.
type wiring struct {
	cfg     *boot.Config
	stores  *boot.Stores
	log     *slog.Logger
	metrics *prometheus.Registry
	mux     *http.ServeMux
}

// channelParts opens intake and the channels of the catalogue whose section is
// configured, mounts their endpoints under /c/<channel>/ and gives the parts that
// run, in the order they are to start.
func channelParts(_ context.Context, _ wiring) ([]boot.Part, error) {
	return nil, nil
}
