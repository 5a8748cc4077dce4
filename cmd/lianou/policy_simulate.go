package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/simulate"
)

// policySimulate says what a change of the rules would do to everybody in the registry. It
// changes nothing; the counts are kept and, for a draft, stand on its page.
type policySimulate struct {
	New     string   `arg:"" help:"The rules after: draft:N, the number of an edition, or a folder of YAML files."`
	Against string   `help:"The rules before, in the same words. Defaults to the edition on which the draft stands, else to the newest one."`
	On      string   `help:"The day on which both are asked, such as 2026-07-01. Defaults to the first one from today on that either says something else."`
	Town    []string `help:"Only these places, by name or code: a township, a county, or several. Defaults to the whole city."`
	Work    int      `help:"How many townships are judged side by side." default:"-1"`
	Towns   int      `help:"How many townships to print, those with most families that lose something first; 0 for all." default:"20"`
}

// Run begins a simulation, works it off with progress, and prints what it came to.
func (c policySimulate) Run(t *tool) error {
	return withRules(t, func(r rules) error {
		towns, err := rescanCmd{Town: c.Town}.towns(r.regions)
		if err != nil {
			return err
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
		s, err := simulate.New(simulate.Deps{DB: w.DB, Registry: w.Registry, Rules: r.store, Audit: r.log, Jobs: into})
		if err != nil {
			return err
		}
		return c.run(t, r, s, towns)
	})
}

func (c policySimulate) run(t *tool, r rules, s *simulate.Simulator, towns []core.RegionCode) error {
	req := simulate.Request{Towns: towns, By: r.by}
	var err error
	if req.Draft, req.Books, err = c.books(t, r, s); err != nil {
		return err
	}
	began := time.Now()
	id, err := s.Begin(t.ctx, req)
	if errors.Is(err, simulate.ErrSame) {
		fmt.Fprintf(t.out, "on %s both say the same of everybody: nothing to simulate\n", req.Books.On)
		return nil
	}
	if err != nil {
		return err
	}
	bar := newProgress(os.Stderr)
	err = c.work(t.ctx, s, id, bar)
	bar.end()
	if err != nil {
		return err
	}
	result, err := s.Read(t.ctx, id)
	if err != nil {
		return err
	}
	if result.Stale {
		return errors.New("the draft was changed meanwhile; simulate it again")
	}
	p := simulationReport{Result: result, regions: r.regions, took: time.Since(began), most: c.Towns}
	fmt.Fprint(t.out, p.text())
	return nil
}

// books resolves the two sides. A draft of which nothing else is asked keeps its number, so
// that the result stands on its page.
func (c policySimulate) books(t *tool, r rules, s *simulate.Simulator) (draft int64, b simulate.Books, err error) {
	var today core.Date
	if err = r.db.Read(t.ctx, pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { today = tx.Today(); return nil }); err != nil {
		return 0, b, err
	}
	if number, is := strings.CutPrefix(c.New, "draft:"); is && c.Against == "" && c.On == "" && len(c.Town) == 0 {
		if _, err = fmt.Sscan(number, &draft); err != nil {
			return 0, b, fmt.Errorf("%q is not draft:N", c.New)
		}
		b, err = s.BooksOf(t.ctx, draft, today)
		return draft, b, err
	}
	after, err := c.library(t, r, c.New)
	if err != nil {
		return 0, b, err
	}
	before, err := c.before(t, r)
	if err != nil {
		return 0, b, err
	}
	if c.On == "" {
		b, err = simulate.Differ(before, after, today)
		return 0, b, err
	}
	if b.On, err = core.ParseDate(c.On); err != nil {
		return 0, b, errors.New("--on is a day such as 2026-07-01")
	}
	if b.Before, err = before.On(b.On); err != nil {
		return 0, b, err
	}
	b.After, err = after.On(b.On)
	return 0, b, err
}

// library reads the rules of an edition, a draft or a folder.
func (c policySimulate) library(t *tool, r rules, what string) (*policy.Library, error) {
	if info, err := os.Stat(what); err == nil && info.IsDir() {
		return loadPolicies(t, what)
	}
	set, err := r.set(what)
	if err != nil {
		return nil, err
	}
	return set.Load()
}

func (c policySimulate) before(t *tool, r rules) (*policy.Library, error) {
	if c.Against != "" {
		return c.library(t, r, c.Against)
	}
	edition, err := c.standsOn(t, r)
	if err != nil {
		return nil, err
	}
	if edition == 0 {
		return policy.Embedded()
	}
	set, err := r.store.Sources(t.ctx, edition)
	if err != nil {
		return nil, err
	}
	return set.Load()
}

// standsOn is the edition that a draft changes, else the newest; 0 for none. A draft that
// was begun before the newest one does not undo it.
func (c policySimulate) standsOn(t *tool, r rules) (int, error) {
	if number, is := strings.CutPrefix(c.New, "draft:"); is {
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not draft:N", c.New)
		}
		f, err := r.store.Draft(t.ctx, id)
		return f.Base, err
	}
	editions, err := r.store.Editions(t.ctx)
	if err != nil || len(editions) == 0 {
		return 0, err
	}
	return editions[0].Number, nil
}

// work judges townships until none is left, and waits for those that the platform has.
func (c policySimulate) work(ctx context.Context, s *simulate.Simulator, id int64, bar *progress) error {
	hands := c.Work
	if hands <= 0 {
		hands = runtime.GOMAXPROCS(0)
	}
	group, inner := errgroup.WithContext(ctx)
	for range hands {
		group.Go(func() error {
			for {
				if more, err := s.Next(inner, id); err != nil || !more {
					return err
				}
			}
		})
	}
	group.Go(func() error {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			h, err := s.How(inner, id)
			if err != nil {
				return err
			}
			if bar.show(h.Done, h.Towns); h.Ended != nil {
				return nil
			}
			select {
			case <-inner.Done():
				return context.Cause(inner)
			case <-tick.C:
			}
		}
	})
	return group.Wait()
}
