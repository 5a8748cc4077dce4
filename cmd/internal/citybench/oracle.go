package citybench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lianou/cmd/internal/oracle"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/policy"
)

// oracle is B5b: everybody judged in SQL, from the sheets, and held against what the scan
// left.
func (c *city) oracle(ctx context.Context, cfg *Config) ([]Line, error) {
	if _, p, err := c.scan(ctx); err != nil || p.Households < c.households {
		return nil, fmt.Errorf("scan %d households: %w", p.Households, err)
	}
	books, err := policy.Embedded()
	if err != nil {
		return nil, err
	}
	var today core.Date
	if err := c.db.Read(ctx, pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { today = tx.Today(); return nil }); err != nil {
		return nil, err
	}
	book, err := books.On(today)
	if err != nil {
		return nil, err
	}
	var want map[core.HouseholdID]oracle.Found
	took, err := timed(func() error {
		tx, err := c.admin.Begin(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
		want, err = oracle.Judge(ctx, tx, book, today, c.counties())
		return err
	})
	if err != nil {
		return nil, err
	}
	differ, seen, err := c.compare(ctx, book, want)
	if err != nil {
		return nil, err
	}
	ok := differ == 0 && seen == len(want)
	return []Line{{"B5b", ok, fmt.Sprintf("B5b %d of %d outcomes differ bar =0 %s (%d households, %d judged in SQL in %.1fs, sheets laid and all)",
		differ, seen*len(book.Items), word(ok), seen, len(want), took.Round(time.Millisecond).Seconds())}}, nil
}

func (c *city) counties() []core.RegionCode {
	var list []core.RegionCode
	for _, t := range c.towns {
		list = append(list, t.County())
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// compare counts the households with findings, and the outcomes that SQL has otherwise.
func (c *city) compare(ctx context.Context, book *policy.Book, want map[core.HouseholdID]oracle.Found) (differ, seen int, err error) {
	err = c.db.Read(ctx, pg.City("bench: the oracle looks at everybody"), func(ctx context.Context, tx *pg.Tx) error {
		differ, seen = 0, 0
		for _, town := range c.towns {
			found, err := c.watch.Found().All(ctx, tx, town)
			if err != nil {
				return err
			}
			seen += len(found)
			for _, f := range found {
				o := want[f.Household]
				for i := range book.Items {
					no := book.Items[i].No
					if f.Eligible.Has(no) != (o.Eligible>>i&1 == 1) || f.Open.Has(no) != (o.Open>>i&1 == 1) {
						differ++
					}
				}
			}
		}
		return nil
	})
	return differ, seen, err
}
