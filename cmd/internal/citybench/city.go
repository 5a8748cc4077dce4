package citybench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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

// city is a durable private server with the settings of `lianou up`, and the people in it;
// thrown away at the end, or kept for the next run.
type city struct {
	dir        string
	keep       bool
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
	c, err := newCity(cfg)
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if err := os.Chmod(c.dir, 0o755); err != nil { // the server's user may be another one
		return nil, err
	}
	for _, step := range []func(context.Context) error{c.databases, c.parts, func(ctx context.Context) error { return c.people(ctx, cfg) }} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// newCity makes the folder. One that is kept has its keys beside the people they sealed,
// where the tool looks for them: LIANOU_DATA_DIR=folder runs any command on it.
func newCity(cfg *Config) (c *city, err error) {
	if cfg.Keep == "" {
		dir, err := os.MkdirTemp("", "lianou-bench-")
		return &city{dir: dir}, err
	}
	return &city{dir: cfg.Keep, keep: true}, os.MkdirAll(cfg.Keep, 0o755)
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
	// A measurement that was broken off leaves a scan that nobody will end.
	if _, err = c.admin.Exec(ctx, `update scan set given_up = now() where ended is null and given_up is null`); err != nil {
		return err
	}
	c.db, err = pg.Open(ctx, pg.Config{URL: c.server.URL(platformRole, database), Name: "lianou bench", MaxConns: 2 * hands})
	return err
}

func (c *city) keys() (*seal.Keys, error) {
	if !c.keep {
		return seal.NewKeys(seal.SM4)
	}
	dir := filepath.Join(c.dir, "keys")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, err
		}
		if err := seal.GenerateKeys(dir, seal.SM4); err != nil {
			return nil, err
		}
	}
	return seal.LoadKeys(dir)
}

func (c *city) parts(context.Context) (err error) {
	keys, err := c.keys()
	if err != nil {
		return err
	}
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		return err
	}
	c.log, c.towns = audit.New(keys.Platform.Ring), regions.Expand(core.DezhouCity)
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
	c.watch, err = watch.New(watch.Deps{DB: c.db, Registry: c.reg, Books: books, Audit: c.log, Ring: keys.Platform.Ring})
	return err
}

// people fills the city the way `lianou seed` does, and goes on where that was broken off.
// A city that is kept and full stays as it is, with what was written into it since.
func (c *city) people(ctx context.Context, cfg *Config) error {
	db, err := pg.Open(ctx, pg.Config{URL: c.server.URL(importRole, database), Name: "lianou bench seed", MaxConns: 4, Privileged: "imports write every township"})
	if err != nil {
		return err
	}
	defer db.Close()
	began := time.Now()
	res, err := (seed.Loader{DB: db, Registry: c.reg, Regions: c.reg.Regions()}).Load(ctx, 1, cfg.People)
	switch {
	case c.keep && errors.Is(err, seed.ErrNotEmpty):
		return c.count(ctx, cfg)
	case err != nil:
		return err
	}
	cfg.note("  seeded %d people in %d households in %.0f s", res.People, res.Households, time.Since(began).Seconds())
	// What a running city has behind it: statistics, and no checkpoint in the middle.
	if _, err = c.admin.Exec(ctx, `analyze; checkpoint`); err != nil {
		return err
	}
	return c.count(ctx, cfg) // a part of it may have been there from before
}

func (c *city) count(ctx context.Context, cfg *Config) error {
	var people int
	err := c.admin.QueryRow(ctx, `select (select count(*) from person), (select count(*) from household)`).Scan(&people, &c.households)
	cfg.note("  %d people in %d households are there", people, c.households)
	return err
}

// close stops everything and removes the folder, unless it is kept.
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
	}
	if c.keep {
		return
	}
	if c.server != nil {
		_ = os.RemoveAll(c.server.Dir())
	}
	_ = os.RemoveAll(c.dir)
}
