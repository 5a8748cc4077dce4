package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"lianou/cmd/internal/boot"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/seal"
	"lianou/core/staff"
)

type seedCmd struct {
	People int    `help:"How many synthetic people." default:"20000"`
	Number uint64 `help:"Number of the city: the same number, the same people." default:"1"`

	// WhenTold is for "up": people are invented and sealed while the database is still
	// being made, and written at the first line on standard input.
	WhenTold bool `hidden:""`
}

// Run puts a synthetic city into an empty database: places, the families of the
// demo's stories, people, and, where the database was made for show, accounts for
// every role. Broken off, it goes on where it stopped when run again with the same
// numbers.
func (c seedCmd) Run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	keys, err := seal.LoadPlatform(boot.KeyPath(cfg, seal.PlatformFile))
	if err != nil {
		return fmt.Errorf("the keys of the platform cannot be read (%w); `lianou up` makes them", err)
	}
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		return err
	}
	log := audit.New(keys.Ring)
	reg, err := registry.New(registry.Config{Ring: keys.Ring, Log: log, Regions: regions})
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // rows live for one chunk; collecting them early costs a fifth of the time
	loader := seed.Loader{Registry: reg, Regions: regions, Doubles: true}
	if c.WhenTold {
		if loader.Ahead, err = loader.MakeAhead(c.Number, c.People, time.Now()); err != nil {
			return err
		}
		if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
			return errors.New("nobody said that the database is there")
		}
	}
	db, err := openImport(t, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	return c.load(t, loader, db, log)
}

// load writes the people, the note of it in the log and the accounts.
func (c seedCmd) load(t *tool, loader seed.Loader, db *pg.DB, log *audit.Log) error {
	began := time.Now()
	bar := newProgress(os.Stderr)
	loader.DB, loader.Progress = db, bar.show
	res, err := loader.Load(t.ctx, c.Number, c.People)
	bar.end()
	if errors.Is(err, seed.ErrNotEmpty) {
		return errors.New("people are registered in this database already; invented ones are never mixed with others")
	} else if err != nil {
		return err
	}
	if err := noteSeed(t.ctx, db, log, c, res); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d people in %d households after %.1f s\n", res.People, res.Households, time.Since(began).Seconds())
	return seedStaff(t, db, loader.Regions)
}

// noteSeed writes the one audit entry of the whole load.
func noteSeed(ctx context.Context, db *pg.DB, log *audit.Log, c seedCmd, res seed.Result) error {
	return db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return log.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "operator"}, Act: "registry.seeded", Purpose: "demo",
			Detail: map[string]any{"number": c.Number, "people": res.People, "households": res.Households}})
	})
}

func seedStaff(t *tool, db *pg.DB, regions *registry.Regions) error {
	var towns []staff.Town
	for _, county := range regions.Counties() {
		for _, town := range regions.Townships(county.Code) {
			towns = append(towns, staff.Town{Code: town.Code, Name: town.Name, County: county.Name})
		}
	}
	made, err := staff.Seed(t.ctx, db, towns)
	if errors.Is(err, staff.ErrNotDemo) {
		fmt.Fprintln(t.out, "this database was not made for show: no accounts with a known password")
		return nil
	}
	if err == nil {
		fmt.Fprintf(t.out, "%d accounts of staff\n", made)
	}
	return err
}

// openImport opens the database as lianou_import: of LIANOU_DATABASE_URL, or of
// the installation that runs here.
func openImport(t *tool, cfg *boot.Config) (*pg.DB, error) {
	url := cfg.DatabaseURL.Reveal()
	if url == "" {
		place, err := readInstallation(cfg.DataDir)
		if err != nil {
			return nil, err
		}
		url = place.Roles["lianou_import"]
	}
	return pg.Open(t.ctx, pg.Config{URL: url, Name: "lianou import", MaxConns: 4, Privileged: "imports write every township"})
}

// progress draws one line on a terminal and stays silent elsewhere.
type progress struct {
	mu    sync.Mutex
	out   io.Writer // nil: silent
	began time.Time
	drawn time.Time
}

func newProgress(f *os.File) *progress {
	p := &progress{began: time.Now()}
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		p.out = f
	}
	return p
}

// show draws at most ten times a second, and always the last time.
func (p *progress) show(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == nil || (done < total && time.Since(p.drawn) < 100*time.Millisecond) {
		return
	}
	p.drawn = time.Now()
	const width = 40
	full := width * done / total
	rate := float64(done) / max(time.Since(p.began).Seconds(), 0.001)
	left := time.Duration(float64(total-done)/max(rate, 1)) * time.Second
	fmt.Fprintf(p.out, "\r  [%s%s] %d/%d  %.0f/s  %s left   ", strings.Repeat("#", full), strings.Repeat(".", width-full), done, total, rate, left)
}

func (p *progress) end() {
	if p.out != nil {
		fmt.Fprintln(p.out)
	}
}
