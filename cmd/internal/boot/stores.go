package boot

import (
	"context"
	"log/slog"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/pg"
)

// Stores are the two services every program shares with the others.
type Stores struct {
	DB   *pg.DB
	Bell *bell.Bell
}

// OpenStores connects with the program's own role. PostgreSQL must answer; Redis
// need not.
func OpenStores(ctx context.Context, cfg *Config, program string, log *slog.Logger) (*Stores, error) {
	if cfg.DatabaseURL == "" {
		return nil, core.E(core.KindInvalid, "no_database_url", "").Wrap(errMissing("LIANOU_DATABASE_URL"))
	}
	if cfg.RedisURL == "" {
		return nil, core.E(core.KindInvalid, "no_redis_url", "").Wrap(errMissing("LIANOU_REDIS_URL"))
	}
	rings, err := bell.Open(bell.Config{URL: cfg.RedisURL.Reveal(), Log: log.With(KeyComponent, "bell")})
	if err != nil {
		return nil, err
	}
	// The gateway's statements are few and short and name their rows by key.
	db, err := pg.Open(ctx, pg.Config{URL: cfg.DatabaseURL.Reveal(), Name: "lianou " + program, MaxConns: cfg.DatabasePool, GenericPlans: program == "gateway"})
	if err != nil {
		_ = rings.Close()
		return nil, err
	}
	if err := admit(ctx, cfg, db); err != nil {
		db.Close()
		_ = rings.Close()
		return nil, err
	}
	return &Stores{DB: db, Bell: rings}, nil
}

// admit refuses a database older than the program, and a real one with a secret of
// the demo.
func admit(ctx context.Context, cfg *Config, db *pg.DB) error {
	if err := db.CheckCurrent(ctx); err != nil {
		return err
	}
	clock, err := db.ReadClock(ctx)
	if err != nil || clock.Demo {
		return err
	}
	return RefusePublished(cfg)
}

// Close hangs up both.
func (s *Stores) Close() {
	s.DB.Close()
	_ = s.Bell.Close()
}

// Checks are what /readyz asks. Redis is not among them: without it intake and
// casework go on.
func (s *Stores) Checks() []Check {
	return []Check{{Name: "the database", Ask: s.DB.Ping}}
}

type errMissing string

func (e errMissing) Error() string {
	return string(e) + " is not set; `lianou up` sets it for the programs it starts"
}
