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
		sec, _, err := c.by(ctx, books, books.Before, true)
		if err != nil {
			return Line{}, err
		}
		first = append(first, sec)
		if sec, p, err = c.by(ctx, books, books.After, false); err != nil {
			return Line{}, err
		}
		some = append(some, sec)
		if sec, _, err = c.by(ctx, books, books.After, false); err != nil { // by the same Book: everybody
			return Line{}, err
		}
		all = append(all, sec)
	}
	share := float64(p.Judged) / float64(p.Households)
	// Reading and the bookkeeping of each township stay whatever is touched, so the bar is
	// loose; the share and the seconds beside it are what to look at.
	ok := median(some) <= barScan*median(first)
	return Line{"B6", ok, fmt.Sprintf("B6 %s: %.2fs, %.2fx of a first scan (%.2fs), everybody again %.2fs, %s (%d of %d judged: %.1f %%, %d findings changed, rounds %d)",
		what, median(some), median(some)/median(first), median(first), median(all), word(ok), p.Judged, p.Households, 100*share, p.Changed, cfg.Rounds)}, nil
}

// by scans everybody by a Book, at first or after what was found before.
func (c *city) by(ctx context.Context, books *shelf, now *policy.Book, first bool) (sec float64, p watch.Progress, err error) {
	if first {
		if err := c.forget(ctx); err != nil {
			return 0, p, err
		}
	}
	books.now = now
	if c.watch, err = watch.New(watch.Deps{DB: c.db, Registry: c.reg, Books: books, Audit: c.log}); err != nil {
		return 0, p, err
	}
	took, p, err := c.scan(ctx)
	return took.Seconds(), p, err
}
