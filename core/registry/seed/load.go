package seed

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// ErrNotEmpty says that people are registered already; invented ones are never
// mixed with others.
var ErrNotEmpty = core.E(core.KindConflict, "seed_not_empty", "人口库里已经有人,不再写入演示数据。")

// workers is how many chunks are made and loaded at once: one seals while the
// other waits for the database.
const workers = 2

// Loader puts an invented city into the database.
type Loader struct {
	// DB is a pool of the role lianou_import. Required.
	DB *pg.DB
	// Registry seals the rows. Required.
	Registry *registry.Registry
	// Regions is the tree that goes into the table of places. Required.
	Regions *registry.Regions
	// Progress is told how many people are in, from any goroutine. Optional.
	Progress func(done, total int)
	// Ahead is what was made before the database was there. Optional.
	Ahead *Ahead
	// Doubles puts the pairs of Doubles in too. Defaults to false: figures and tests count
	// the Stories and whom their number gives.
	Doubles bool
}

// Result counts what was loaded.
type Result struct{ Households, People int }

// Load writes the places, the Stories and cfg.People invented people. A load that
// was broken off goes on: chunks that are in stay as they are. Errors: ErrNotEmpty
// when other people are there, or all of these.
func (l Loader) Load(ctx context.Context, number uint64, people int) (Result, error) {
	var g *Generator
	var missing []int
	var now time.Time
	err := l.DB.Tx(ctx, pg.City("seed: places and stories"), func(ctx context.Context, tx *pg.Tx) (err error) {
		g, err = NewGenerator(Config{Number: number, People: people, Today: tx.Today(), Regions: l.Regions})
		if err != nil {
			return err
		}
		if err := l.stories(ctx, tx); err != nil {
			return err
		}
		now = tx.Now()
		missing, err = l.missing(ctx, tx, g)
		if err == nil && len(missing) == 0 {
			err = ErrNotEmpty
		}
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return l.chunks(ctx, g, missing, now)
}

// stories writes the places and the Stories into an empty store. In one that is
// not empty the Stories must stand already: they are what marks it as invented.
func (l Loader) stories(ctx context.Context, tx *pg.Tx) error {
	empty, err := l.Registry.Empty(ctx, tx)
	if err != nil {
		return err
	}
	var known []registry.NewHousehold
	for _, s := range Stories() {
		known = append(known, s.Known(tx.Today()))
	}
	if empty && l.Doubles {
		for _, d := range Doubles() {
			known = append(known, d.Known(tx.Today())...)
		}
	}
	if empty {
		if err := registry.SaveRegions(ctx, tx, l.Regions); err != nil {
			return err
		}
		sealed, err := l.Registry.Seal(known, tx.Now())
		if err != nil {
			return err
		}
		return l.Registry.Load(ctx, tx, sealed)
	}
	for _, h := range known {
		for _, m := range h.Members {
			flagged, err := l.Registry.Flagged(ctx, tx, m.IDNumber)
			if err == nil && !flagged {
				err = ErrNotEmpty
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// missing lists the chunks that are not in yet. A chunk is one transaction, so its
// first household stands for it.
func (l Loader) missing(ctx context.Context, tx *pg.Tx, g *Generator) ([]int, error) {
	ids := make([]core.HouseholdID, g.Chunks())
	for i := range ids {
		ids[i] = core.HouseholdID(firstHousehold + i*chunkPeople)
	}
	found, err := l.Registry.Has(ctx, tx, ids)
	var out []int
	for i, id := range ids {
		if !found[id] {
			out = append(out, i)
		}
	}
	return out, err
}

// chunks makes and loads chunks, a few at a time, and moves the numbering on.
func (l Loader) chunks(ctx context.Context, g *Generator, missing []int, now time.Time) (Result, error) {
	var households, people atomic.Int64
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, i := range missing {
		if inner.Err() != nil {
			break
		}
		group.Go(func() error {
			sealed, err := l.sealed(g, i, now)
			if err != nil {
				return err
			}
			err = l.DB.Tx(inner, pg.City("seed: people"), func(ctx context.Context, tx *pg.Tx) error {
				return l.Registry.Load(ctx, tx, sealed)
			})
			if err != nil {
				return err
			}
			households.Add(int64(sealed.Households))
			if done := people.Add(int64(sealed.People)); l.Progress != nil {
				l.Progress(int(done), g.cfg.People)
			}
			return nil
		})
	}
	res := func() Result { return Result{int(households.Load()), int(people.Load())} }
	if err := group.Wait(); err != nil {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return res(), core.E(core.KindUnavailable, "seed_stopped", "").Wrap(ctx.Err())
		}
		return res(), err
	}
	return res(), l.DB.Tx(ctx, pg.City("seed: numbering"), func(ctx context.Context, tx *pg.Tx) error {
		return l.Registry.AfterLoad(ctx, tx)
	})
}
