package pg

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// MigrateTo brings a database's tables to a version, as Migrate does to the last.
func MigrateTo(ctx context.Context, url string, version int64) error {
	cfg, err := asOwner(url)
	if err != nil {
		return err
	}
	return tables(ctx, cfg, version)
}

// MigrateOne takes one migration by itself, up or down.
func MigrateOne(ctx context.Context, url string, version int64, up bool) error {
	cfg, err := asOwner(url)
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*cfg)
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		return err
	}
	_, err = p.ApplyVersion(ctx, version, up)
	return err
}

func asOwner(url string) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.RuntimeParams["role"] = Owner
	return cfg, nil
}
