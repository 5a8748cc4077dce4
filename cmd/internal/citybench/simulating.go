package citybench

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/rulebook"
	"lianou/core/simulate"
)

// barMinute is how long a simulation, or a report on the weights, may take at two million
// households, in seconds.
const barMinute = 60

// millions is how many households the bars that name no yardstick are meant for.
const millions = 2_000_000

// changes are what the city is simulated and scanned again under: one that touches
// everybody in the country, and nearly every item; one that touches a single county; one
// that touches a single item everywhere.
func changes(today core.Date) []change {
	amount := func(param string, area core.Area, value string, counties ...core.RegionCode) rulebook.Op {
		return rulebook.Op{Amount: &rulebook.Amount{Param: param, Area: area, Value: value, From: today, Counties: counties, Source: "样本", Sample: true}}
	}
	return []change{
		{"the rural standard of dibao everywhere", amount("dibao.standard", "rural", "780")},
		{"the rural standard of dibao in one county", amount("dibao.standard", "rural", "780", "371426")},
		{"one grant", amount("heating.season", "", "350")},
	}
}

type change struct {
	what string
	op   rulebook.Op
}

// books are the rules that ship with the program, and the same after a change.
func (ch change) books(today core.Date) (b simulate.Books, err error) {
	files, err := policy.Shipped()
	if err != nil {
		return b, err
	}
	set, err := rulebook.ReadSources(files)
	if err != nil {
		return b, err
	}
	after, err := ch.op.Apply(set)
	if err != nil {
		return b, err
	}
	libs := make([]*policy.Library, 2)
	for i, s := range []rulebook.Sources{set, after} {
		if libs[i], err = s.Load(); err != nil {
			return b, err
		}
	}
	b.On = today
	if b.Before, err = libs[0].On(today); err != nil {
		return b, err
	}
	b.After, err = libs[1].On(today)
	return b, err
}

func (c *city) today(ctx context.Context) (day core.Date, err error) {
	err = c.db.Read(ctx, pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { day = tx.Today(); return nil })
	return day, err
}

// simulating is `lianou policy simulate`: each change judged for everybody, by two hands.
func (c *city) simulating(ctx context.Context, cfg *Config) ([]Line, error) {
	rules, err := rulebook.New(rulebook.Deps{DB: c.db, Audit: c.log})
	if err != nil {
		return nil, err
	}
	s, err := simulate.New(simulate.Deps{DB: c.db, Registry: c.reg, Rules: rules, Audit: c.log, Jobs: c.into})
	if err != nil {
		return nil, err
	}
	today, err := c.today(ctx)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, ch := range changes(today) {
		line, err := c.simulate(ctx, s, ch, today, cfg)
		if err != nil {
			return lines, fmt.Errorf("%s: %w", ch.what, err)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (c *city) simulate(ctx context.Context, s *simulate.Simulator, ch change, today core.Date, cfg *Config) (Line, error) {
	books, err := ch.books(today)
	if err != nil {
		return Line{}, err
	}
	var walls, busies []float64
	var r simulate.Result
	for range cfg.Rounds {
		m, err := c.meter(ctx)
		if err != nil {
			return Line{}, err
		}
		if r, err = c.simulateOnce(ctx, s, books); err != nil {
			return Line{}, err
		}
		wall, busy, err := m.spent(ctx)
		if err != nil {
			return Line{}, err
		}
		if r.Ended == nil || r.Whole.Households < c.households || r.Whole.Touched == 0 {
			return Line{}, fmt.Errorf("a simulation came to %+v", r.Whole)
		}
		walls, busies = append(walls, wall.Seconds()), append(busies, busy.Seconds())
	}
	w := &r.Whole
	whole := forTwoMillion(median(walls), median(busies), float64(w.Households))
	return Line{"simulate", whole.ok(), fmt.Sprintf("simulate %s %.2fs for %d households, %v (%d judged, %d touched, %d newly, %d lose something, %+d yuan a month, rounds %d)",
		ch.what, median(walls), w.Households, whole, w.Judged, w.Touched, w.Newly, w.Worse, int64(simulate.CostOf(r.Items, w).Month())/100, cfg.Rounds)}, nil
}

func (c *city) simulateOnce(ctx context.Context, s *simulate.Simulator, books simulate.Books) (simulate.Result, error) {
	id, err := s.Begin(ctx, simulate.Request{Books: books, Towns: c.towns, By: audit.Actor{Kind: "operator"}})
	if err != nil {
		return simulate.Result{}, err
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
	if err := group.Wait(); err != nil {
		return simulate.Result{}, err
	}
	return s.Read(ctx, id)
}
