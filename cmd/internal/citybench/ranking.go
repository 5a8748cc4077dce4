package citybench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/pg"
)

// asks is how often each question of B7 is asked in a round.
const asks = 400

// ranking is B7: the first fifty of a township, the place of one household in the city,
// and a household that moves, each against `select 1` on the same connection.
func (c *city) ranking(ctx context.Context, cfg *Config) ([]Line, error) {
	if _, _, err := c.scan(ctx); err != nil {
		return nil, err
	}
	if _, err := c.admin.Exec(ctx, `analyze; checkpoint`); err != nil {
		return nil, err
	}
	q := &questions{c: c, r: rand.New(rand.NewPCG(1, 7))}
	if err := q.someone(ctx); err != nil {
		return nil, err
	}
	var out []Line
	for _, bar := range []struct {
		what string
		most float64
		ask  func(context.Context, *pg.Tx, insight.Ranked) error
	}{{"first 50 of a township", 5, q.top}, {"place of one household in the city", 12, q.standing}, {"re-rank after one change", 20, q.move}} {
		var ours, theirs []float64
		for range cfg.Rounds {
			us, them, err := q.round(ctx, bar.ask)
			if err != nil {
				return nil, err
			}
			ours, theirs = append(ours, us), append(theirs, them)
		}
		us, them := median(ours), median(theirs)
		ok := us/them <= bar.most
		out = append(out, Line{"B7", ok, fmt.Sprintf("B7 %s %.1fx bar <=%.0fx %s (p99 %.2f ms, select 1 p99 %.2f ms, %d households, %d listed, rounds %d)",
			bar.what, us/them, bar.most, word(ok), us, them, c.households, len(q.all), cfg.Rounds)})
	}
	return out, nil
}

// questions asks about households that are listed.
type questions struct {
	c   *city
	r   *rand.Rand
	all []insight.Ranked
}

func (q *questions) someone(ctx context.Context) error {
	rows, err := q.c.admin.Query(ctx, `select region, place, household from ranking`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r insight.Ranked
		if err := rows.Scan(&r.Region, &r.Place, &r.Household); err != nil {
			return err
		}
		q.all = append(q.all, r)
	}
	return rows.Err()
}

// round gives the p99 of a question and of `select 1`, in milliseconds, asked in turn in
// one transaction each: both pay for the same beginning, which is left out of both.
func (q *questions) round(ctx context.Context, ask func(context.Context, *pg.Tx, insight.Ranked) error) (us, them float64, err error) {
	var ours, theirs []float64
	for range asks {
		r := q.all[q.r.IntN(len(q.all))]
		var our, their time.Duration
		err := q.c.db.Tx(ctx, pg.Regions(r.Region), func(ctx context.Context, tx *pg.Tx) (err error) {
			their, err = timed(func() error {
				var one int
				return tx.QueryRow(ctx, `select 1`).Scan(&one)
			})
			if err != nil {
				return err
			}
			our, err = timed(func() error { return ask(ctx, tx, r) })
			return err
		})
		if err != nil {
			return 0, 0, err
		}
		ours, theirs = append(ours, ms(our)), append(theirs, ms(their))
	}
	return p99(ours), p99(theirs), nil
}

func (q *questions) top(ctx context.Context, tx *pg.Tx, r insight.Ranked) error {
	list, err := q.c.watch.Found().Top(ctx, tx, []core.RegionCode{r.Region}, insight.Page{N: 50})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("nobody is listed in %s", r.Region)
	}
	return err
}

func (q *questions) standing(ctx context.Context, tx *pg.Tx, r insight.Ranked) error {
	s, err := q.c.watch.Found().Standings(ctx, tx, r)
	if err == nil && s[2].Of < s[0].Of {
		err = fmt.Errorf("the city has %d households, a township %d", s[2].Of, s[0].Of)
	}
	return err
}

// move gives the household another place: its page, the list and the counts of its
// township, its county and the city.
func (q *questions) move(ctx context.Context, tx *pg.Tx, r insight.Ranked) error {
	s := q.c.watch.Found()
	s.Beside(tx, r.Region)
	p := hardship.Points{}
	p.Low[0] = int16(150 + q.r.IntN(500))
	p.High = p.Low
	if _, err := s.Set(ctx, tx, r.Region, insight.Finding{Household: r.Household, Place: insight.PlaceOf(&p, true)}, false); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `select 1`) // sends what waits for the commit, which is left out
	return err
}

func ms(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

func p99(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)*99/100]
}
