package workflow_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
)

// A case of which only the county is known is late as any other is: the county is told, then
// the city, each once, however many sweeps look at the same moment, and nobody after them.
//
// Control: leave Await out of toSorting (nobody is ever told); begin it at level 0 (镇上 is
// told of a case that no township has); leave the level out of Climb's condition.
func TestTheSortingDeskIsNotForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.work()
	app := w.application("4071882635")
	app.Live = core.Place{Region: town.County()}
	w.handOver(app)
	jobstest.Until(t, "the clock of the sorting desk", func(ctx context.Context) bool {
		n := 0
		err := w.db.Read(ctx, pg.Regions(jobs.ScopeRegion(town.County())), func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from deadline where kind = 'accept'`).Scan(&n)
		})
		return err == nil && n == 1
	})
	told := func() (list []string) {
		w.must(w.db.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			rows, err := tx.Query(ctx, `select right(staff, 2) from case_event where kind = 'deadline.late' order by id`)
			if err != nil {
				return err
			}
			list = nil
			defer rows.Close()
			for rows.Next() {
				var one string
				if err := rows.Scan(&one); err != nil {
					return err
				}
				list = append(list, one)
			}
			return rows.Err()
		}))
		return list
	}
	for _, want := range [][]string{nil, {"县里"}, {"县里", "市里"}, {"县里", "市里"}} {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := w.flow.Sweep(context.WithoutCancel(t.Context())); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := told(); !slices.Equal(got, want) {
			t.Fatalf("told %v, want %v", got, want)
		}
		w.env.Advance(15 * 24 * time.Hour)
	}
}
