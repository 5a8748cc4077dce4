package main

import (
	"errors"
	"fmt"

	"lianou/core/pg"
)

type migrateCmd struct{}

// Run migrates the database of LIANOU_DATABASE_URL, or of the installation that
// `up` runs here.
func (migrateCmd) Run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	url := cfg.DatabaseURL.Reveal()
	if url == "" {
		place, err := readInstallation(cfg.DataDir)
		if err != nil {
			return errors.New("LIANOU_DATABASE_URL is not set and nothing runs here; `lianou up` migrates its own database")
		}
		url = place.Admin
	}
	if err := pg.Migrate(t.ctx, pg.MigrateConfig{URL: url}); err != nil {
		return err
	}
	fmt.Fprintln(t.out, "the database is at this version")
	return nil
}
