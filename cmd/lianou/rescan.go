package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/rulebook"
	"lianou/core/seal"
	"lianou/core/watch"
)

// rescanCmd judges everybody in the registry by the Book of today.
type rescanCmd struct {
	Town []string `help:"Only these places, by name or code: a township, a county, or several. Defaults to the whole city."`
	Work int      `help:"How many townships this process looks at side by side; 0 leaves all of it to the platform and waits." default:"-1"`
	Join bool     `help:"Take part in the scan that has not ended instead of beginning one; any number of machines may." aliases:"resume"`
	Anew bool     `help:"Give up the scan that has not ended and begin one. What it found stays found."`
}

// Run begins a scan and takes part in it until it has ended. Broken off, the platform
// goes on by itself, or this does with --join: townships that are done stay done.
func (c rescanCmd) Run(t *tool) error {
	if c.Join && (c.Anew || len(c.Town) > 0) {
		return errors.New("--join takes the running scan as it is: leave out --anew and --town")
	}
	cfg, err := t.config()
	if err != nil {
		return err
	}
	w, into, closeDB, err := openWatch(t, cfg)
	if err != nil {
		return err
	}
	defer closeDB()
	id, err := c.begin(t.ctx, w, into)
	if err != nil {
		return err
	}
	if err := c.work(t.ctx, w, id, newScanTeller(os.Stderr, id)); err != nil {
		return unfinished(id, err)
	}
	p, err := w.How(t.ctx, id)
	if err != nil {
		return unfinished(id, err)
	}
	fmt.Fprintln(t.out, scanned(id, p))
	return nil
}

// scanned is the one line about a scan that has ended.
func scanned(id int64, p watch.Progress) string {
	return fmt.Sprintf("scan %d: %d households in %d townships after %.1f s; %d rows packed anew, %d findings changed, %d households newly due, %d with something lost, %d that may be owed more for months already entitled",
		id, p.Households, p.Towns, p.Ended.Sub(p.Begun).Seconds(), p.Packed, p.Changed, p.Newly, p.Lost, p.Raised)
}

func unfinished(id int64, err error) error {
	if errors.Is(err, errGivenUp) {
		return err
	}
	// Not %w: to be stopped by the operator's hand is no silent end here.
	return &verdict{statusUnfinished, fmt.Errorf("scan %d has not ended (%v); the platform goes on with it, or `lianou rescan --join` does", id, boot.Plain(err))}
}

// begin gives the scan to work on.
func (c rescanCmd) begin(ctx context.Context, w *watch.Watch, into *jobs.Inserter) (int64, error) {
	running, err := w.Unfinished(ctx)
	switch {
	case err != nil:
		return 0, err
	case c.Join && running == 0:
		return 0, errors.New("every scan has ended; leave out --join to begin one")
	case c.Join:
		return running, nil
	case running != 0 && !c.Anew:
		return 0, alreadyRuns(ctx, w, running)
	}
	towns, err := c.towns(w.Registry.Regions())
	if err != nil {
		return 0, err
	}
	id, err := w.Begin(ctx, into, watch.Request{Towns: towns, Reason: "operator", By: audit.Actor{Kind: "operator"}, Over: c.Anew})
	if core.KindOf(err) == core.KindConflict { // somebody was quicker
		if running, again := w.Unfinished(ctx); again == nil && running != 0 {
			return 0, alreadyRuns(ctx, w, running)
		}
	}
	return id, err
}

func alreadyRuns(ctx context.Context, w *watch.Watch, id int64) error {
	p, err := w.How(ctx, id)
	if err != nil {
		return err
	}
	return fmt.Errorf("scan %d is under way (%d of %d townships), and there is one at a time; `lianou rescan --join` takes part in it, `--anew` gives it up", id, p.Done, p.Towns)
}

// towns spells the places out.
func (c rescanCmd) towns(regions *registry.Regions) ([]core.RegionCode, error) {
	asked := c.Town
	if len(asked) == 0 {
		asked = []string{string(core.DezhouCity)}
	}
	var out []core.RegionCode
	for _, said := range asked {
		code, err := placeOf(regions, said)
		if err != nil {
			return nil, err
		}
		list := regions.Expand(code)
		if len(list) == 0 {
			return nil, fmt.Errorf("%s is no township or county of this city", said)
		}
		out = append(out, list...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil // a county and one of its townships name it twice
}

// work takes townships until none is left, and then waits for those that others have.
func (c rescanCmd) work(ctx context.Context, w *watch.Watch, id int64, say *scanTeller) error {
	hands := c.Work
	if hands < 0 {
		hands = runtime.GOMAXPROCS(0)
	}
	group, inner := errgroup.WithContext(ctx)
	for range hands {
		group.Go(func() error {
			for {
				if more, err := w.Next(inner, id); err != nil || !more {
					return err
				}
			}
		})
	}
	group.Go(func() error { defer say.end(); return follow(inner, w, id, say.show) })
	return group.Wait()
}

// errGivenUp says that another scan took the place of the one that was followed.
var errGivenUp = errors.New("the scan was given up for a newer one")

// follow shows how far a scan is until it has ended.
func follow(ctx context.Context, w *watch.Watch, id int64, show func(watch.Progress)) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		p, err := w.How(ctx, id)
		if err != nil {
			return err
		}
		show(p)
		switch {
		case p.Ended != nil:
			return nil
		case p.GivenUp != nil:
			return errGivenUp
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// openWatch opens what a scan needs as lianou_platform, whose business it is.
func openWatch(t *tool, cfg *boot.Config) (*watch.Watch, *jobs.Inserter, func(), error) {
	url := cfg.DatabaseURL.Reveal()
	if url == "" {
		place, err := readInstallation(cfg.DataDir)
		if err != nil {
			return nil, nil, nil, err
		}
		url = place.Roles["lianou_platform"]
	}
	return openWatchAt(t.ctx, url, boot.KeyPath(cfg, seal.PlatformFile))
}

func openWatchAt(ctx context.Context, url, keyFile string) (*watch.Watch, *jobs.Inserter, func(), error) {
	keys, err := seal.LoadPlatform(keyFile)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("the keys of the platform cannot be read (%w); `lianou up` makes them, a real installation names them in LIANOU_KEY_FILE", err)
	}
	db, err := pg.Open(ctx, pg.Config{URL: url, Name: "lianou rescan", MaxConns: 2*int32(runtime.GOMAXPROCS(0)) + 2})
	if err != nil {
		return nil, nil, nil, err
	}
	w, into, err := makeWatch(ctx, db, keys)
	if err != nil {
		db.Close()
		return nil, nil, nil, err
	}
	return w, into, db.Close, nil
}

func makeWatch(ctx context.Context, db *pg.DB, keys *seal.PlatformKeys) (*watch.Watch, *jobs.Inserter, error) {
	regions, err := registry.PlacesOf(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	log := audit.New(keys.Ring)
	reg, err := registry.New(registry.Config{Ring: keys.Ring, Log: log, Regions: regions})
	if err != nil {
		return nil, nil, err
	}
	// The rules as published: a scan by the ones built in would undo what two people signed.
	books, err := rulebook.OpenShelf(ctx, rulebook.ShelfConfig{DB: db, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, nil, err
	}
	w, err := watch.New(watch.Deps{DB: db, Registry: reg, Books: books, Audit: log, Ring: keys.Ring})
	if err != nil {
		return nil, nil, err
	}
	into, err := jobs.NewInserter(jobs.Platform)
	return w, into, err
}
