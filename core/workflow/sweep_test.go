package workflow_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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

// TestWhoLayAtTheSortingDeskBefore: a case that came there before cases had a clock gets one by
// the sweep, counted from the day on which it was opened, and the county is told in its time.
//
// Control: Sweep without sweepDesks ("swept: clocks 0, told 0; due 1970-01-01, was 2026-12-02").
func TestWhoLayAtTheSortingDeskBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.work()
	app := w.application("4071882635")
	app.Live = core.Place{Region: town.County()}
	w.handOver(app)
	clocks, told := 0, 0
	count := func(ctx context.Context) error {
		return w.db.Read(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select (select count(*) from deadline d join casefile c on c.id = d.case_id and c.accept_due = d.due where d.kind = 'accept' and d.met is null),
				(select count(*) from case_event where kind = 'deadline.late')`).Scan(&clocks, &told)
		})
	}
	jobstest.Until(t, "the clock of the sorting desk", func(ctx context.Context) bool { return count(ctx) == nil && clocks == 1 })
	conn, err := pgx.Connect(t.Context(), w.env.Superuser())
	w.must(err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	var due, again core.Date
	w.must(conn.QueryRow(t.Context(), `delete from deadline where kind = 'accept' returning due - date '1970-01-01'`).Scan(&due))
	_, err = conn.Exec(t.Context(), `update casefile set accept_due = null`)
	w.must(err)
	w.env.Advance(24 * time.Hour)
	w.must(w.flow.Sweep(t.Context()))
	w.must(count(t.Context()))
	w.must(conn.QueryRow(t.Context(), `select coalesce(max(due) - date '1970-01-01', 0) from deadline where kind = 'accept'`).Scan(&again))
	if clocks != 1 || told != 0 || again != due {
		t.Errorf("swept: clocks %d, told %d; due %s, was %s", clocks, told, again, due)
	}
	w.env.Advance(15 * 24 * time.Hour)
	w.must(w.flow.Sweep(t.Context()))
	w.must(count(t.Context()))
	if clocks != 1 || told != 1 {
		t.Errorf("late: clocks %d, told %d", clocks, told)
	}
}
