package insight

import (
	"context"
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// TestStepsAreCutWhileSomebodyMoves: a household that moves within one tenth, so that no
// count changes, and a cut of the steps at the same moment lose nothing, whichever is first.
// Controls: step without holding the city's row ("the steps have [5 5 5 5 5 5], plainly
// [4 5 5 6 5 5]" and "household 4 stands [… {3 30}], plainly {2 30}"); cut without holding it.
func TestStepsAreCutWhileSomebodyMoves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, cut int // sizes of the steps
		cutFirst    bool
	}{
		// All stand in one step: the move within it changes no row of it.
		"the move is first": {stepSize, 5, false},
		// There are steps to move between, and they are gone when the move comes to them.
		"the cut is first": {5, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := pgtest.New(t)
			w := moving{env, model{towns[0]: {}, towns[2]: {}}}
			for i := range 30 { // at one tenth, the first the hardest
				id := core.HouseholdID(i + 1)
				w.m[towns[0]][id] = Finding{Household: id, Place: within(900 - i)}
			}
			w.tx(t, func(ctx context.Context, tx *pg.Tx) error {
				_, err := Store{size: c.before}.Replace(ctx, tx, towns[0], w.m.sorted(towns[0]), Scanned{Book: "b", On: tx.Today()})
				return err
			})
			was := w.steps(t)
			moved := Finding{Household: 3, Place: within(880)} // from near the top to below the twentieth
			move := func(ctx context.Context, tx *pg.Tx) error {
				_, err := Store{}.Set(ctx, tx, towns[0], moved, false)
				return err
			}
			cut := func(ctx context.Context, tx *pg.Tx) error { // nothing is found in the other township, and steps are too long
				_, err := Store{size: c.cut}.Replace(ctx, tx, towns[2], nil, Scanned{Book: "b", On: tx.Today()})
				return err
			}
			if c.cutFirst {
				w.interleaved(t, cut, move)
			} else {
				w.interleaved(t, move, cut)
			}
			w.m[towns[0]][3] = moved
			if is := w.steps(t); is <= was {
				t.Errorf("%d steps, %d before: nothing was cut", is, was)
			}
			for _, f := range w.m.sorted(towns[0]) {
				r := Ranked{towns[0], f.Household, f.Place}
				var got [3]Standing
				w.tx(t, func(ctx context.Context, tx *pg.Tx) (err error) {
					got, err = Store{}.Standings(ctx, tx, r)
					return err
				})
				if want := w.m.standing(r, towns[0]); got != [3]Standing{want, want, want} {
					t.Errorf("household %d stands %v, plainly %v", f.Household, got, want)
				}
			}
		})
	}
}

// within is a place at the tenth 400, the higher the higher it may be.
func within(most int) Place {
	p := hardship.Points{}
	p.Low[0], p.High[0] = 400, int16(most)
	return PlaceOf(&p, false)
}

// moving is a city in which two transactions meet.
type moving struct {
	env *pgtest.Env
	m   model
}

func (w moving) tx(t *testing.T, do func(context.Context, *pg.Tx) error) {
	t.Helper()
	if err := w.env.DB(pgtest.Platform).Tx(t.Context(), pg.City("test"), do); err != nil {
		t.Fatal(err)
	}
}

// interleaved runs first and then second: second begins when everything of first is written
// and not committed, and first commits when second waits for it or has ended.
func (w moving) interleaved(t *testing.T, first, second func(context.Context, *pg.Tx) error) {
	t.Helper()
	db, wrote, commit, over := w.env.DB(pgtest.Platform), make(chan struct{}), make(chan struct{}), make(chan error, 2)
	go func() {
		over <- db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			err := first(ctx, tx)
			if err == nil {
				_, err = tx.Exec(ctx, `select`) // what was put off goes out
			}
			close(wrote)
			<-commit
			return err
		})
	}()
	<-wrote
	ended := make(chan error, 1)
	go func() { ended <- db.Tx(t.Context(), pg.City("test"), second) }()
	jobstest.Until(t, "the second to wait or end", func(ctx context.Context) (waits bool) {
		select {
		case err := <-ended:
			ended <- err
			return true
		default:
		}
		const q = `select exists (select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database())`
		err := w.env.DB(pgtest.Owner).Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, q).Scan(&waits) })
		return err == nil && waits
	})
	close(commit)
	for _, c := range []chan error{over, ended} {
		if err := <-c; err != nil {
			t.Fatal(err)
		}
	}
}

// steps holds every step to how many stand in it, the plain way, and counts the steps.
func (w moving) steps(t *testing.T) (n int) {
	t.Helper()
	const sql = `select array_agg(n order by key), array_agg((select count(*)::int from ranking
			where ranking_key(place, household) >= key and (next is null or ranking_key(place, household) < next)) order by key)
		from (select key, n, lead(key) over (order by key) as next from ranking_step) s`
	var kept, plain []int
	w.tx(t, func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, sql).Scan(&kept, &plain) })
	if !slices.Equal(kept, plain) {
		t.Errorf("the steps have %v, plainly %v", kept, plain)
	}
	return len(kept)
}
