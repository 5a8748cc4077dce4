package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
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
	Town   []string `help:"Only these places: a township, a county, or several. Defaults to the whole city."`
	Work   int      `help:"How many townships this process looks at side by side; 0 leaves all of it to the platform and waits." default:"-1"`
	Resume bool     `help:"Go on with the newest scan that has not ended instead of beginning one."`
}

// Run begins a scan and takes part in it until it has ended. Broken off, the platform
// goes on by itself, or this does with --resume: townships that are done stay done.
func (c rescanCmd) Run(t *tool) error {
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
	bar := newProgress(os.Stderr)
	err = c.work(t.ctx, w, id, bar)
	bar.end()
	if err != nil {
		return fmt.Errorf("scan %d has not ended (%w); the platform goes on with it, or `lianou rescan --resume` does", id, err)
	}
	p, err := w.How(t.ctx, id)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "scan %d: %d households in %d townships after %.1f s; %d rows packed anew, %d findings changed, %d households newly due, %d with something lost\n",
		id, p.Households, p.Towns, p.Ended.Sub(p.Begun).Seconds(), p.Packed, p.Changed, p.Newly, p.Lost)
	return nil
}

// begin gives the scan to work on.
func (c rescanCmd) begin(ctx context.Context, w *watch.Watch, into *jobs.Inserter) (int64, error) {
	if c.Resume {
		id, err := w.Unfinished(ctx)
		if err == nil && id == 0 {
			err = errors.New("every scan has ended")
		}
		return id, err
	}
	towns, err := c.towns(w.Registry.Regions())
	if err != nil {
		return 0, err
	}
	return w.Begin(ctx, into, watch.Request{Towns: towns, Reason: "operator", By: audit.Actor{Kind: "operator"}})
}

// towns spells the places out.
func (c rescanCmd) towns(regions *registry.Regions) ([]core.RegionCode, error) {
	if len(c.Town) == 0 {
		return regions.Expand("371400"), nil
	}
	var out []core.RegionCode
	for _, code := range c.Town {
		list := regions.Expand(core.RegionCode(code))
		if len(list) == 0 {
			return nil, fmt.Errorf("%s is no township or county of this city", code)
		}
		out = append(out, list...)
	}
	return out, nil
}

// work takes townships until none is left, and then waits for those that others have.
func (c rescanCmd) work(ctx context.Context, w *watch.Watch, id int64, bar *progress) error {
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
	group.Go(func() error { return follow(inner, w, id, bar) })
	return group.Wait()
}

// follow shows how far a scan is until it has ended.
func follow(ctx context.Context, w *watch.Watch, id int64, bar *progress) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		p, err := w.How(ctx, id)
		if err != nil {
			return err
		}
		bar.show(p.Done, p.Towns)
		if p.Ended != nil {
			return nil
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
	keys, err := seal.LoadPlatform(filepath.Join(cfg.DataDir, "keys", seal.PlatformFile))
	if err != nil {
		return nil, nil, nil, fmt.Errorf("the keys of the platform cannot be read (%w); `lianou up` makes them", err)
	}
	db, err := pg.Open(t.ctx, pg.Config{URL: url, Name: "lianou rescan", MaxConns: 2*int32(runtime.GOMAXPROCS(0)) + 2})
	if err != nil {
		return nil, nil, nil, err
	}
	w, into, err := makeWatch(t.ctx, db, keys)
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
	w, err := watch.New(watch.Deps{DB: db, Registry: reg, Books: books, Audit: log})
	if err != nil {
		return nil, nil, err
	}
	into, err := jobs.NewInserter(jobs.Platform)
	return w, into, err
}
