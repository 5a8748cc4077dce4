package citybench

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"lianou/core/audit"
	"lianou/core/watch"
)

// barScan is B5: how many times the bare reading of the columns that the rules ask a scan
// may take.
const barScan = 1.5

// yardsticks is how long a bare reading took: of the columns as the registry keeps them,
// which whoever does not pack has to move, and of the packed rows alone.
type yardsticks struct{ plain, packed []float64 }

// scanning is B5: a first scan, and one after a hundredth of the households changed.
func (c *city) scanning(ctx context.Context, cfg *Config) ([]Line, error) {
	var bare yardsticks
	var first, second []float64
	var changed watch.Progress
	for range cfg.Rounds {
		if err := c.forget(ctx); err != nil {
			return nil, err
		}
		plain, err := timed(func() error { return c.readPlain(ctx) })
		if err != nil {
			return nil, err
		}
		packed, err := timed(func() error { return c.readPacked(ctx) })
		if err != nil {
			return nil, err
		}
		all, p, err := c.scan(ctx)
		if err != nil {
			return nil, err
		}
		if p.Changed != p.Households || p.Households < c.households {
			return nil, fmt.Errorf("a first scan found %d changes in %d households of %d", p.Changed, p.Households, c.households)
		}
		if err := c.change(ctx); err != nil {
			return nil, err
		}
		again, p, err := c.scan(ctx)
		if err != nil {
			return nil, err
		}
		if p.Packed < c.households/120 || p.Changed == 0 || p.Changed > p.Packed {
			return nil, fmt.Errorf("a scan after a change of a hundredth packed %d and found %d", p.Packed, p.Changed)
		}
		changed = p
		cfg.note("  %d households: columns read in %.2f s, packed rows in %.2f s, first scan %.2f s, after a change %.2f s",
			p.Households, plain.Seconds(), packed.Seconds(), all.Seconds(), again.Seconds())
		bare.plain, bare.packed = append(bare.plain, plain.Seconds()), append(bare.packed, packed.Seconds())
		first, second = append(first, all.Seconds()), append(second, again.Seconds())
	}
	return []Line{
		c.line("B5 first scan", first, &bare, cfg, fmt.Sprintf("peak %s with the seeder", peak())),
		c.line("B5 after 1 % of households changed", second, &bare, cfg, fmt.Sprintf("%d packed, %d findings changed", changed.Packed, changed.Changed)),
	}, nil
}

func (c *city) line(what string, ours []float64, bare *yardsticks, cfg *Config, more string) Line {
	us, plain, packed := median(ours), median(bare.plain), median(bare.packed)
	ok := us/plain <= barScan
	return Line{"B5", ok, fmt.Sprintf("%s %.2fx bar <=%.1fx %s (ours %.2fs, COPY of the columns by two connections %.2fs, of the packed rows alone %.2fs: %.1fx, %d households, rounds %d, %s)",
		what, us/plain, barScan, word(ok), us, plain, packed, us/packed, c.households, cfg.Rounds, more)}
}

// forget takes away what scans found, so that the next one is a first one.
func (c *city) forget(ctx context.Context) error {
	_, err := c.admin.Exec(ctx, `truncate finding_page, finding_town, ranking, ranking_count, lead_reopen, lead_trail, lead_event, lead, scan_town, scan; select ranking_cut(1000); checkpoint`)
	return err
}

// scan looks at everybody with two hands and gives how long it took.
func (c *city) scan(ctx context.Context) (time.Duration, watch.Progress, error) {
	var id int64
	took, err := timed(func() (err error) {
		if id, err = c.watch.Begin(ctx, c.into, watch.Request{Towns: c.towns, Reason: "bench", By: audit.Actor{Kind: "operator"}}); err != nil {
			return err
		}
		group, inner := errgroup.WithContext(ctx)
		for range hands {
			group.Go(func() error {
				for {
					if more, err := c.watch.Next(inner, id); err != nil || !more {
						return err
					}
				}
			})
		}
		return group.Wait()
	})
	if err != nil {
		return 0, watch.Progress{}, err
	}
	p, err := c.watch.How(ctx, id)
	if err == nil && p.Ended == nil {
		err = fmt.Errorf("scan %d has not ended", id)
	}
	return took, p, err
}

// plain are the columns that the rules and the index ask of each table, and nothing that
// is sealed.
var plain = []struct{ table, columns string }{
	{"household", "id, region, hukou"}, {"membership", "household, person, ref, since, until"}, {"person", "id, birth, sex"},
	{"household_sheet", "household, source, valid_from, known_at, confidence, facts"}, {"person_sheet", "person, source, valid_from, known_at, confidence, facts"},
}

// readPlain is the yardstick: the columns of everybody by COPY on two connections, thrown
// away. Each reads one half of every table from end to end, past every policy.
func (c *city) readPlain(ctx context.Context) error {
	return c.copies(ctx, func(ctx context.Context, conn *pgx.Conn, hand int) (list []string, err error) {
		for _, t := range plain {
			var blocks int
			if err := conn.QueryRow(ctx, `select pg_relation_size($1::regclass) / 8192`, t.table).Scan(&blocks); err != nil {
				return nil, err
			}
			half := fmt.Sprintf("ctid < '(%d,0)'", blocks/2)
			if hand > 0 {
				half = fmt.Sprintf("ctid >= '(%d,0)'", blocks/2)
			}
			list = append(list, fmt.Sprintf(`copy (select %s from %s where %s) to stdout (format binary)`, t.columns, t.table, half))
		}
		return list, nil
	})
}

// readPacked reads what a scan moves: the packed rows, each hand half of their parts.
func (c *city) readPacked(ctx context.Context) error {
	return c.copies(ctx, func(_ context.Context, _ *pgx.Conn, hand int) (list []string, err error) {
		for part := hand; part < parts; part += hands {
			list = append(list, fmt.Sprintf(`copy (select household, facts from fact_row_%d) to stdout (format binary)`, part))
		}
		return list, nil
	})
}

// copies runs what of gives for each hand, side by side.
func (c *city) copies(ctx context.Context, of func(ctx context.Context, conn *pgx.Conn, hand int) ([]string, error)) error {
	group, inner := errgroup.WithContext(ctx)
	for hand := range hands {
		group.Go(func() error {
			conn, err := pgx.Connect(inner, c.server.Superuser(database))
			if err != nil {
				return err
			}
			defer conn.Close(context.WithoutCancel(inner))
			list, err := of(inner, conn, hand)
			for _, sql := range list {
				if err != nil {
					break
				}
				_, err = conn.PgConn().CopyTo(inner, io.Discard, sql)
			}
			return err
		})
	}
	return group.Wait()
}

// parts is into how many the table of packed rows is cut (00033).
const parts = 16

// change writes a sheet about every hundredth household, as a department would: what it
// earns and what its house is. Which ones changes from round to round.
func (c *city) change(ctx context.Context) error {
	const sql = `insert into household_sheet (region, household, source, valid_from, known_at, confidence, facts)
		select region, id, 'registry:bench', current_date, now(), 95,
			jsonb_build_object('income_per_capita_month', 100 + (id * 37 + n * 11) % 4000, 'house_grade', (array['A', 'B', 'C', 'D'])[1 + (id + n) % 4])
		from household, (select count(*) as n from household_sheet) s where (id * 7919 + n) % 100 = 0`
	_, err := c.admin.Exec(ctx, sql)
	return err
}
