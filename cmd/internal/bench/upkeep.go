package bench

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/registry/twins"
)

// upkeep notes what finding costs beside the searches: making all tokens anew after a
// release that changed them, and looking for pairs that may be one person.
func (h *townHall) upkeep(ctx context.Context, cfg *Config, admin string) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `truncate person_token; update token_renewal set through = 0, done = false`); err != nil {
		return err
	}
	began := time.Now()
	for more := true; more; {
		if more, err = h.reg.Renew(ctx, h.db, 2000); err != nil {
			return err
		}
	}
	cfg.note("B8 all tokens made anew in %.1f s, %.0f people/s", time.Since(began).Seconds(), float64(cfg.People)/time.Since(began).Seconds())
	if _, err := conn.Exec(ctx, `vacuum analyze person_token`); err != nil {
		return err
	}
	queue, err := jobs.NewInserter(jobs.Platform)
	if err != nil {
		return err
	}
	pairs, err := twins.New(twins.Deps{DB: h.db, Registry: h.reg, Audit: audit.New(h.keys.Platform.Ring), Jobs: queue, Ring: h.keys.Platform.Ring})
	if err != nil {
		return err
	}
	began = time.Now()
	done, err := pairs.Scan(ctx)
	cfg.note("B8 looked for pairs in %.1f s: %d compared, %d flagged, %d groups too large", time.Since(began).Seconds(), done.Compared, done.Flagged, done.Skipped)
	return err
}

// alone is how long the transaction of a search takes without the search: its begin,
// its entry and its commit. What is above it is the search.
func (h *townHall) alone(ctx context.Context, cfg *Config) ([]float64, error) {
	log := audit.New(h.keys.Platform.Ring)
	var took []float64
	for range cfg.Rounds * searches {
		began := time.Now()
		err := h.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			return log.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "staff", ID: "1"}, Act: "person.searched", Purpose: "bench"})
		})
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(began).Seconds()*1000)
	}
	return took, nil
}
