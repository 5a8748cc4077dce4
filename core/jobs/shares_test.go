package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// outside is a job of a township that waits for somebody outside.
type outside struct {
	N      int             `json:"n"`
	Region core.RegionCode `json:"region"`
}

func (outside) Kind() string { return "outside" }

func (j outside) Of() core.RegionCode { return j.Region }

func (outside) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: "apart"} }

// queues counts a kind's jobs by where they lie.
func queues(t *testing.T, db *pg.DB, kind string) map[string]int {
	t.Helper()
	rows, err := db.Pool().Query(t.Context(), `select queue, count(*) from jobs_platform.river_job where kind = $1 group by 1`, kind)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	var name string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&name, &n}, func() error { out[name] = n; return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// A kind that named a queue of its own stays in it, however much its township sends: in a
// lane it would wait for somebody outside, and everything behind it with it.
//
// Control, seen red: the code before ("where they lie: map[apart:4 lane7:16]").
func TestWhatWaitsForOutsidersShutsNoLane(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db := env.DB(pgtest.Platform)
	list := make([]jobs.Args, 20)
	for n := range list {
		list[n] = outside{n, flooded}
	}
	insert(t, db, jobs.Platform, list...)
	if got := queues(t, db, "outside"); got["apart"] != 20 {
		t.Errorf("where they lie: %v", got)
	}
}

// Notices that wait for slow messengers have places of their own: what else the gateway has
// to do for the same township is done meanwhile.
//
// Control, seen red: Notify without its queue ("waited 30s in vain for jobs of kind untold to be completed").
func TestSlowMessengersHoldUpNothingElse(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	w, let := jobs.NewWorkers(), make(chan struct{})
	jobs.Work(w, 0, func(ctx context.Context, _ jobs.Job[jobs.Notify]) error {
		select {
		case <-let:
		case <-ctx.Done():
		}
		return nil
	})
	jobs.Work(w, 0, func(context.Context, jobs.Job[jobs.Untold]) error { return nil })
	t.Cleanup(func() { close(let) })
	list := make([]jobs.Args, 60)
	for n := range list {
		list[n] = jobs.Notify{Notice: int64(n + 1), Region: core.RegionCode(fmt.Sprintf("371402%03d", n))}
	}
	insert(t, env.DB(pgtest.Platform), jobs.Gateway, append(list, jobs.Untold{Notice: 1, Region: flooded})...)
	run(t, env.DB(pgtest.Gateway), jobs.Config{Schema: jobs.Gateway, Workers: w, Apart: map[string]int{jobs.NotifyQueue: 2}})
	jobstest.Wait(t, env.DB(pgtest.Gateway), jobs.Gateway, "untold", "completed", 1)
}

// A township has one share in a process, whoever inserts: the inserter that every part was
// handed, and the client beside it.
//
// Control, seen red: New with counts of its own ("20 jobs at once: map[default:8 lane7:12]").
func TestATownshipHasOneShareInAProcess(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db := env.DB(pgtest.Platform)
	in, err := jobs.NewInserter(jobs.Platform)
	if err != nil {
		t.Fatal(err)
	}
	w := jobs.NewWorkers()
	jobs.Work(w, 0, func(context.Context, jobs.Job[jobs.OpenCase]) error { return nil })
	client, err := jobs.New(jobs.Config{DB: db, Schema: jobs.Platform, Workers: w, Beside: in, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	again, err := in.Or(jobs.Platform)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	err = db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		for n, by := range []*jobs.Inserter{in, &client.Inserter, again, &client.Inserter} {
			for i := range 5 {
				if err := by.Insert(ctx, tx, jobs.OpenCase{Application: core.ApplicationID(fmt.Sprintf("a%d-%d", n, i)), Region: flooded}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	most := 4 + 6*(int(time.Since(start)/time.Second)+1) // a burst, and what a share gives in the time it took
	if got := queues(t, db, "open_case"); got["default"] > most || time.Since(start) < time.Second/6 && got["default"] != 4 {
		t.Errorf("20 jobs at once: %v", got)
	}
}

// However fast jobs come, the workers are woken ten times a second and no more: a NOTIFY in
// the caller's transaction makes its commit wait for every other one with one.
//
// Control, seen red: tellEach of a millisecond ("woken 45 times in 165.471191ms").
func TestWorkersAreWokenRarely(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db := env.DB(pgtest.Platform)
	in, err := jobs.NewInserter(jobs.Platform)
	if err != nil {
		t.Fatal(err)
	}
	ear, err := pgx.ConnectConfig(t.Context(), db.Pool().Config().ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ear.Close(context.WithoutCancel(t.Context())) }()
	if _, err := ear.Exec(t.Context(), `listen "jobs_platform.river_insert"`); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	for n := range 60 {
		err := db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			return in.Insert(ctx, tx, jobs.OpenCase{Application: core.ApplicationID(fmt.Sprint("a", n)), Region: core.RegionCode(fmt.Sprintf("371402%03d", n))})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	took := time.Since(start)
	if _, err := db.Pool().Exec(t.Context(), `select pg_notify('jobs_platform.river_insert', 'end')`); err != nil {
		t.Fatal(err)
	}
	woken := 0
	for {
		heard, err := ear.WaitForNotification(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if heard.Payload == "end" {
			break
		}
		woken++
	}
	if most := int(took/(100*time.Millisecond)) + 1; woken < 1 || woken > most {
		t.Errorf("woken %d times in %s", woken, took)
	}
}
