package citybench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/local"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/seal"
	"lianou/core/watch"
)

// city is a throw-away city: a durable private server with the settings of `lianou up`,
// and the people in it.
type city struct {
	dir        string
	server     *local.Server
	admin      *pgx.Conn // past every policy: set-ups and yardsticks
	db         *pg.DB    // as lianou_platform, as a scan runs
	reg        *registry.Registry
	log        *audit.Log
	into       *jobs.Inserter
	watch      *watch.Watch
	towns      []core.RegionCode
	households int
}

const (
	database     = "lianou"
	platformRole = "lianou_platform"
	importRole   = "lianou_import"
)

// hands is how many townships are looked at side by side, and how many connections the
// yardstick reads with: two, the cores that the bars are meant for.
const hands = 2

func openCity(ctx context.Context, cfg *Config) (_ *city, err error) {
	dir, err := os.MkdirTemp(cfg.Dir, "lianou-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	c := &city{dir: dir}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if err := os.Chmod(dir, 0o755); err != nil { // the server's user may be another one
		return nil, err
	}
	for _, step := range []func(context.Context) error{c.databases, c.parts, func(ctx context.Context) error { return c.people(ctx, cfg) }} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *city) databases(ctx context.Context) (err error) {
	if c.server, err = local.Start(ctx, local.Config{Dir: filepath.Join(c.dir, "postgres")}); err != nil {
		return err
	}
	if _, err = c.server.CreateDatabase(ctx, database); err != nil {
		return err
	}
	admin := c.server.Superuser(database)
	if err := pg.Migrate(ctx, pg.MigrateConfig{URL: admin, Demo: true}); err != nil {
		return err
	}
	if err := pg.AllowLogin(ctx, admin, map[string]string{platformRole: "", importRole: ""}); err != nil {
		return err
	}
	if c.admin, err = pgx.Connect(ctx, admin); err != nil {
		return err
	}
	c.db, err = pg.Open(ctx, pg.Config{URL: c.server.URL(platformRole, database), Name: "lianou bench", MaxConns: 2 * hands})
	return err
}

func (c *city) parts(context.Context) (err error) {
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		return err
	}
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		return err
	}
	c.log, c.towns = audit.New(keys.Platform.Ring), regions.Expand("371400")
	if c.reg, err = registry.New(registry.Config{Ring: keys.Platform.Ring, Log: c.log, Regions: regions}); err != nil {
		return err
	}
	if c.into, err = jobs.NewInserter(jobs.Platform); err != nil {
		return err
	}
	books, err := policy.Embedded()
	if err != nil {
		return err
	}
	c.watch, err = watch.New(watch.Deps{DB: c.db, Registry: c.reg, Books: books, Audit: c.log})
	return err
}

// people fills the city the way `lianou seed` does.
func (c *city) people(ctx context.Context, cfg *Config) error {
	db, err := pg.Open(ctx, pg.Config{URL: c.server.URL(importRole, database), Name: "lianou bench seed", MaxConns: 4, Privileged: "imports write every township"})
	if err != nil {
		return err
	}
	defer db.Close()
	began := time.Now()
	res, err := (seed.Loader{DB: db, Registry: c.reg, Regions: c.reg.Regions()}).Load(ctx, 1, cfg.People)
	if err != nil {
		return err
	}
	cfg.note("  seeded %d people in %d households in %.0f s", res.People, res.Households, time.Since(began).Seconds())
	c.households = res.Households
	// What a running city has behind it: statistics, and no checkpoint in the middle.
	_, err = c.admin.Exec(ctx, `analyze; checkpoint`)
	return err
}

// close stops everything and removes the folder.
func (c *city) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if c.admin != nil {
		_ = c.admin.Close(ctx)
	}
	if c.db != nil {
		c.db.Close()
	}
	if c.server != nil {
		_ = c.server.Stop(ctx)
		_ = os.RemoveAll(c.server.Dir())
	}
	_ = os.RemoveAll(c.dir)
}
