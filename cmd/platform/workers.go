package main

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lianou/cmd/internal/boot"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/simulate"
	"lianou/core/watch"
	"lianou/core/workflow"
	"lianou/intake/calls"
	"lianou/intake/talks"
)

// wiring is what the platform's parts are made from.
type wiring struct {
	cfg     *boot.Config
	stores  *boot.Stores
	log     *slog.Logger
	metrics *prometheus.Registry
	mux     *http.ServeMux
}

// How often due rows are looked for, and the bank is asked.
const (
	sweepEvery  = 5 * time.Second
	bankEvery   = 3 * time.Second
	monthsEvery = time.Minute
	// Re-checks move by the day, and a look at them reads all monthly money.
	reviewsEvery = time.Hour
)

// verifiers is how many persons are asked about side by side: a slow identity service
// holds these places, and no others.
const verifiers = 8

// scanners is how many townships one platform looks at side by side.
const scanners = 2

// workerParts makes the job client with every worker and sweeper of the back
// office, and the integrator of the audit log.
func workerParts(ctx context.Context, h *house) ([]boot.Part, error) {
	list := jobs.NewWorkers()
	sweeps := []jobs.Periodic{h.flow.Register(list, sweepEvery), h.flow.RegisterReviews(list, reviewsEvery), h.payout.Register(list, bankEvery), h.payout.RegisterMonths(list, monthsEvery), h.payout.RegisterEmergency(list, monthsEvery), h.payout.RegisterLate(list, monthsEvery), h.sampled.Register(list, monthsEvery), h.drafts.Register(list), h.begun.Register(list), h.records.Register(list), h.registry.Register(h.stores.DB, list), h.life.Register(h.stores.DB, list),
		h.twins.Register(list, sweepEvery), h.quota.Register(list)}
	h.speech.Register(list)
	h.voices.Register(list)
	h.watch.Register(list)
	h.simulate.Register(list)
	client, err := jobs.New(jobs.Config{DB: h.stores.DB, Schema: jobs.Platform, Workers: list, Periodic: sweeps, Beside: h.own,
		Apart: map[string]int{calls.SpeechQueue: h.cfg.Speech.Parallel, talks.VoiceQueue: h.cfg.Speech.Parallel, watch.Queue: scanners, simulate.Queue: scanners, workflow.IdentityQueue: verifiers}, Log: h.log.With(boot.KeyComponent, "jobs")})
	if err != nil {
		return nil, err
	}
	integrator, err := h.integrator(ctx)
	if err != nil {
		return nil, err
	}
	return []boot.Part{
		{Name: "intake", Start: func(context.Context) error { return nil }, Stop: func(context.Context) error { return h.intake.Close() }},
		{Name: "jobs", Start: client.Start, Stop: client.Stop},
		integrator,
		boot.Background("files", h.sweepBlobs),
		boot.Background("rules", h.books.Run),
		boot.Background("words", h.sealWords),
		boot.Background("scans", func(ctx context.Context) error {
			return h.watch.Keep(ctx, watch.Keeping{Hour: h.cfg.ScanHour, Into: &client.Inserter, Log: h.log.With(boot.KeyComponent, "scans")})
		}),
	}, nil
}

// integrator numbers the audit log. It has a role and a connection of its own: the
// rest of the platform may write entries and not order them.
func (h *house) integrator(ctx context.Context) (boot.Part, error) {
	db, err := pg.Open(ctx, pg.Config{URL: h.cfg.AuditURL.Reveal(), Name: "lianou audit", MaxConns: 2})
	if err != nil {
		return boot.Part{}, err
	}
	in, err := audit.NewIntegrator(audit.IntegratorConfig{DB: db, Signer: h.keys.Audit.Signer, Key: h.keys.Audit.Verifier,
		Dir: filepath.Join(h.cfg.DataDir, "checkpoints"), Log: h.log.With(boot.KeyComponent, "audit")})
	if err != nil {
		db.Close()
		return boot.Part{}, err
	}
	part := boot.Background("audit", in.Integrate)
	stop := part.Stop
	part.Stop = func(ctx context.Context) error { defer db.Close(); return stop(ctx) }
	return part, nil
}
