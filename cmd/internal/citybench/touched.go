package citybench

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/policy"
	"lianou/core/simulate"
	"lianou/core/watch"
)

// shelf are the Books before and after one change, found by day and by digest as on the
// platform's shelf; now is the one in force.
type shelf struct {
	simulate.Books
	now *policy.Book
}

func (s *shelf) On(core.Date) (*policy.Book, error) { return s.now, nil }

func (s *shelf) Book(digest string) (*policy.Book, error) {
	for _, b := range []*policy.Book{s.Before, s.After} {
		if b.Digest == digest {
			return b, nil
		}
	}
	return nil, core.E(core.KindNotFound, "bench_no_book", "")
}

// rescanning is B6: after a change of the rules, a scan that judges only whom the change
// can touch, beside one of everybody by the same Book. What it costs has to fall with the
// share that is judged.
func (c *city) rescanning(ctx context.Context, cfg *Config) ([]Line, error) {
	today, err := c.today(ctx)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, ch := range changes(today) {
		books, err := ch.books(today)
		if err != nil {
			return lines, err
		}
		line, err := c.rescan(ctx, ch.what, &shelf{books, books.Before}, cfg)
		if err != nil {
			return lines, fmt.Errorf("%s: %w", ch.what, err)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (c *city) rescan(ctx context.Context, what string, books *shelf, cfg *Config) (Line, error) {
	kept := c.watch
	defer func() { c.watch = kept }()
	var first, all, some []float64
	var p watch.Progress
	for range cfg.Rounds {
		// The same news twice: by whom the change can touch, and by looking at everybody.
		for _, look := range []struct {
			by   watch.Books
			took *[]float64
		}{{books, &some}, {blind{books}, &all}} {
			books.now = books.Before
			sec, _, err := c.by(ctx, books, true)
			if err != nil {
				return Line{}, err
			}
			first = append(first, sec)
			books.now = books.After
			sec, found, err := c.by(ctx, look.by, false)
			if err != nil {
				return Line{}, err
			}
			if look.took == &some {
				p = found
			} else if found.Changed != p.Changed {
				return Line{}, fmt.Errorf("%d findings changed, %d by looking at everybody", p.Changed, found.Changed)
			}
			*look.took = append(*look.took, sec)
		}
	}
	share := float64(p.Judged) / float64(p.Households)
	ok := median(some) <= barTouched*median(all)
	return Line{"B6", ok, fmt.Sprintf("B6 %s: %.2fs, %.2fx of the same news by looking at everybody (%.2fs) bar <=%.1fx %s (%d of %d judged: %.1f %%, %d findings changed, a first scan %.2fs, rounds %d)",
		what, median(some), median(some)/median(all), median(all), barTouched, word(ok), p.Judged, p.Households, 100*share, p.Changed, median(first), cfg.Rounds)}, nil
}

// barTouched leaves room for what two scans of the same differ by: where more than half has
// to be judged, what is written is most of the cost, and that is the same.
const barTouched = 1.1

// blind is a shelf that knows no Book of before, so that a scan judges everybody.
type blind struct{ books *shelf }

func (b blind) On(on core.Date) (*policy.Book, error) { return b.books.On(on) }

// by scans everybody by a Book, at first or after what was found before.
func (c *city) by(ctx context.Context, books watch.Books, first bool) (sec float64, p watch.Progress, err error) {
	if first {
		if err := c.forget(ctx); err != nil {
			return 0, p, err
		}
	}
	if c.watch, err = watch.New(watch.Deps{DB: c.db, Registry: c.reg, Books: books, Audit: c.log, Ring: c.watch.Ring}); err != nil {
		return 0, p, err
	}
	took, p, err := c.scan(ctx)
	return took.Seconds(), p, err
}
