package watch

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/pg"
)

// Sensing is a wish to know what other weights of the index would do.
type Sensing struct {
	Proposed *hardship.Weights // nil: how sensitive the weights in force are
	Hands    int               // townships that are read side by side, at least one
	By       audit.Actor
	Progress func(done, of int) // may be nil; called from any goroutine
}

// ErrUnpacked: there is nobody to compare.
var ErrUnpacked = core.E(core.KindConflict, "nobody_scanned", "还没有全库比对过,先运行一次 lianou rescan。")

// Sense reads every household of the city once, compares the orders, and keeps the report
// with its digest. Households count as they were last packed, so a scan should have ended
// before. It changes no place of anybody. Errors: ErrUnpacked.
func (w *Watch) Sense(ctx context.Context, want Sensing) (insight.Kept, error) {
	// Step 1: read.
	cohort, report, err := w.cohort(ctx, want)
	if err != nil {
		return insight.Kept{}, err
	}
	if cohort.Len() == 0 {
		return insight.Kept{}, ErrUnpacked
	}
	// Step 2: compare.
	out := insight.Kept{Sensing: *cohort.Sense(report.Now, want.Proposed)}
	out.Book, out.On = report.Book, report.On
	// Step 3: keep, with one entry for all that was read.
	err = w.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if out.Digest, err = w.found.Keep(ctx, tx, want.By.Kind+":"+want.By.ID, &out.Sensing); err != nil {
			return err
		}
		out.Made = tx.Now()
		return w.Audit.Write(ctx, tx, audit.Entry{Actor: want.By, Act: "index.sensed", Purpose: "weights",
			Detail: map[string]any{"digest": out.Digest, "weights": out.Subject().Digest(), "book": out.Book, "households": out.Households}})
	})
	return out, err
}

// cohort reads every township, and says by which Book and for which day.
func (w *Watch) cohort(ctx context.Context, want Sensing) (*insight.Cohort, insight.Sensing, error) {
	var by insight.Sensing
	var first *insight.Filler
	err := w.DB.Read(ctx, pg.NoScope(), func(_ context.Context, tx *pg.Tx) error {
		book, err := w.Books.On(tx.Today())
		if err != nil {
			return err
		}
		by.Book, by.On, by.Now = book.Digest, tx.Today(), hardship.WeightsOf(book)
		first = insight.NewFiller(book, tx.Today())
		return nil
	})
	if err != nil {
		return nil, by, err
	}
	towns := w.cityTowns()
	parts := make([]*insight.Filler, max(want.Hands, 1))
	var next, done atomic.Int64
	group, inner := errgroup.WithContext(ctx)
	for i := range parts {
		f := first.Twin()
		parts[i] = f
		group.Go(func() error {
			for {
				n := int(next.Add(1)) - 1
				if n >= len(towns) {
					return nil
				}
				if err := w.fill(inner, f, towns[n]); err != nil {
					return err
				}
				if want.Progress != nil {
					want.Progress(int(done.Add(1)), len(towns))
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return nil, by, err
	}
	return insight.Join(parts...), by, nil
}

// fill reads one township. What the transaction read is forgotten when it is run again.
func (w *Watch) fill(ctx context.Context, f *insight.Filler, town core.RegionCode) error {
	back := f.Mark()
	return w.DB.Tx(ctx, pg.Job(town), func(ctx context.Context, tx *pg.Tx) error {
		f.Reset(back)
		f.Town(town)
		return w.Registry.Scan(ctx, tx, town, f.Row)
	})
}
