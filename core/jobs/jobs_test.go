package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

func insert(t *testing.T, db *pg.DB, schema jobs.Schema, args ...jobs.Args) {
	t.Helper()
	in, err := jobs.NewInserter(schema)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return in.Insert(ctx, tx, args...) })
	if err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, db *pg.DB, cfg jobs.Config) *jobs.Client {
	t.Helper()
	cfg.DB, cfg.Log = db, slog.New(slog.DiscardHandler)
	c, err := jobs.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := c.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return c
}

// Both directions, each with its own program's role: what the grants allow.
func TestAcross(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	gateway, platform := env.DB(pgtest.Gateway), env.DB(pgtest.Platform)
	var opened, told atomic.Int64
	p := jobs.NewWorkers()
	jobs.Work(p, 0, func(_ context.Context, j jobs.Job[jobs.OpenCase]) error {
		if j.Args.Application != "a1" || j.Args.Region != "371402001" || j.Attempt != 1 {
			t.Errorf("got %+v", j)
		}
		opened.Add(1)
		return nil
	})
	g := jobs.NewWorkers()
	jobs.Work(g, 0, func(context.Context, jobs.Job[jobs.Notify]) error { told.Add(1); return nil })
	run(t, platform, jobs.Config{Schema: jobs.Platform, Workers: p})
	run(t, gateway, jobs.Config{Schema: jobs.Gateway, Workers: g, Apart: map[string]int{jobs.NotifyQueue: 1}})

	open := jobs.OpenCase{Application: "a1", Region: "371402001"}
	insert(t, gateway, jobs.Platform, open)
	insert(t, gateway, jobs.Platform, open) // unique: a success, and no second job
	insert(t, platform, jobs.Gateway, jobs.Notify{Notice: 7, Region: "371402001"})
	jobstest.Wait(t, platform, jobs.Platform, "open_case", "completed", 1)
	jobstest.Wait(t, gateway, jobs.Gateway, "notify", "completed", 1)
	if n := jobstest.States(t, platform, jobs.Platform, "open_case"); len(n) != 1 || n["completed"] != 1 || opened.Load() != 1 || told.Load() != 1 {
		t.Errorf("jobs %v, opened %d, told %d", n, opened.Load(), told.Load())
	}
}

// A program may add to the other's queue and not take from it.
func TestQueuesAreApart(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	insert(t, env.DB(pgtest.Gateway), jobs.Platform, jobs.OpenCase{Application: "a1"})
	for _, sql := range []string{
		`delete from jobs_platform.river_job`,
		`update jobs_platform.river_job set args = '{}'`,
		`update jobs_platform.river_job set state = 'cancelled'`,
		`select 1 from jobs_platform.river_leader`,
	} {
		if _, err := env.DB(pgtest.Gateway).Pool().Exec(t.Context(), sql); pg.SQLState(err) != "42501" {
			t.Errorf("%s: %v, want 42501", sql, err)
		}
	}
}

// A job exists exactly when its transaction commits.
func TestInsertBelongsToTheTransaction(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	in, err := jobs.NewInserter(jobs.Platform)
	if err != nil {
		t.Fatal(err)
	}
	fault := errors.New("fault")
	err = env.DB(pgtest.Gateway).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := in.Insert(ctx, tx, jobs.OpenCase{Application: "a1"}); err != nil {
			return err
		}
		return fault
	})
	if !errors.Is(err, fault) {
		t.Fatal(err)
	}
	if n := jobstest.States(t, env.DB(pgtest.Platform), jobs.Platform, "open_case"); len(n) != 0 {
		t.Errorf("jobs %v", n)
	}
}

// Nothing a worker says reaches River's table, where it would stay for a week.
// Control: without the quiet middleware the number below is found.
func TestStoredErrorsAreQuiet(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db := env.DB(pgtest.Platform)
	const secret = "371402196703074527"
	w := jobs.NewWorkers()
	jobs.Work(w, 0, func(ctx context.Context, j jobs.Job[jobs.OpenCase]) error {
		switch j.Args.Application {
		case "panic":
			panic("cannot do " + secret)
		case "cancel":
			return jobs.Cancel(core.E(core.KindConflict, "moved_on", "").Wrap(errors.New(secret)))
		case "sql":
			return db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
				_, err := tx.Exec(ctx, `select $1::text::int`, secret+"x")
				return err
			})
		}
		return fmt.Errorf("person %s: %w", secret, core.E(core.KindUnavailable, "verifier_away", ""))
	})
	run(t, db, jobs.Config{Schema: jobs.Platform, Workers: w})
	insert(t, db, jobs.Platform, jobs.OpenCase{Application: "panic"}, jobs.OpenCase{Application: "cancel"},
		jobs.OpenCase{Application: "sql"}, jobs.OpenCase{Application: "plain"})
	var texts []string
	jobstest.Until(t, "four errors", func(ctx context.Context) bool {
		texts = nil
		rows, err := db.Pool().Query(ctx, `select errors::text, errors[1]->>'error' from jobs_platform.river_job where errors is not null order by args->>'application'`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var all, one string
			if err := rows.Scan(&all, &one); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(all, secret) {
				t.Fatalf("stored: %s", all)
			}
			texts = append(texts, one)
		}
		return len(texts) == 4
	})
	want := []string{"JobCancelError: kind=conflict code=moved_on", "kind=internal code=panic type=string",
		"kind=unavailable code=verifier_away", "kind=internal code=database sqlstate=22003"}
	if !slices.Equal(texts, want) {
		t.Errorf("stored %q, want %q", texts, want)
	}
}

// Stop gives a running job back without counting the attempt.
func TestSoftStop(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db := env.DB(pgtest.Platform)
	began := make(chan struct{})
	w := jobs.NewWorkers()
	jobs.Work(w, 0, func(ctx context.Context, _ jobs.Job[jobs.OpenCase]) error {
		close(began)
		<-ctx.Done()
		return ctx.Err()
	})
	c, err := jobs.New(jobs.Config{DB: db, Schema: jobs.Platform, Workers: w, SoftStop: 50 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	insert(t, db, jobs.Platform, jobs.OpenCase{Application: "slow"})
	<-began
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	var state string
	var attempt int
	if err := db.Pool().QueryRow(t.Context(), `select state::text, attempt from jobs_platform.river_job`).Scan(&state, &attempt); err != nil {
		t.Fatal(err)
	}
	if state != "available" || attempt != 0 {
		t.Errorf("state %s attempt %d, want available 0", state, attempt)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	twice := jobs.NewWorkers()
	one := func(context.Context, jobs.Job[jobs.OpenCase]) error { return nil }
	jobs.Work(twice, 0, one)
	good := jobs.Config{DB: env.DB(pgtest.Platform), Schema: jobs.Platform, Workers: twice, Log: slog.New(slog.DiscardHandler)}
	if _, err := jobs.New(good); err != nil {
		t.Fatalf("the accepted case: %v", err)
	}
	for name, spoil := range map[string]func(*jobs.Config){
		"no pool":         func(c *jobs.Config) { c.DB = nil },
		"no log":          func(c *jobs.Config) { c.Log = nil },
		"unknown schema":  func(c *jobs.Config) { c.Schema = "public" },
		"no worker":       func(c *jobs.Config) { c.Workers = nil },
		"periodic of 0 s": func(c *jobs.Config) { c.Periodic = []jobs.Periodic{{Args: jobs.OpenCase{}}} },
		"same kind twice": func(*jobs.Config) { jobs.Work(twice, 0, one) },
	} {
		if name == "same kind twice" {
			continue // last: it spoils the list for good
		}
		cfg := good
		spoil(&cfg)
		if _, err := jobs.New(cfg); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	jobs.Work(twice, 0, one)
	if _, err := jobs.New(good); core.KindOf(err) != core.KindInvalid {
		t.Errorf("same kind twice: %v", err)
	}
}

func TestSweepNow(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db := env.DB(pgtest.Platform)
	swept := make(chan struct{}, 8)
	w := jobs.NewWorkers()
	jobs.Work(w, 0, func(context.Context, jobs.Job[jobs.Notify]) error { swept <- struct{}{}; return nil })
	c := run(t, db, jobs.Config{Schema: jobs.Platform, Workers: w, Apart: map[string]int{jobs.NotifyQueue: 1}, Periodic: []jobs.Periodic{{Every: time.Hour, Args: jobs.Notify{}}}})
	<-swept // at the start
	if err := c.SweepNow(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-swept
}

func TestHandover(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	gateway, platform := env.DB(pgtest.Gateway), env.DB(pgtest.Platform)
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := keys.Gateway.Platform.NewEnvelope()
	if err != nil {
		t.Fatal(err)
	}
	app := func(region core.RegionCode) core.Application {
		return core.Application{ID: core.ApplicationID(uuid.Must(uuid.NewV7()).String()), At: time.Now(), Story: "家里没有收入", Live: core.Place{Region: region}}
	}
	known, unknown := app("371402001005"), app("371402")
	var batch []jobs.Handover
	for _, a := range []core.Application{known, unknown} {
		h, err := jobs.SealHandover(envelope, a)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(h.Sealed), "家里") {
			t.Error("the story lies in clear")
		}
		batch = append(batch, h)
	}
	put := func() error {
		return gateway.Tx(t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { jobs.PutHandover(tx, batch); return nil })
	}
	if err := put(); err != nil {
		t.Fatal(err)
	}
	if err := put(); core.KindOf(err) != core.KindConflict {
		t.Errorf("a second time: %v", err)
	}
	take := func(db *pg.DB, scope pg.Scope, opener *seal.Opener, id core.ApplicationID) (core.Application, error) {
		var got core.Application
		err := db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
			got, err = jobs.TakeHandover(ctx, tx, opener, id)
			return err
		})
		return got, err
	}
	for _, c := range []struct {
		name   string
		db     *pg.DB
		scope  pg.Scope
		opener *seal.Opener
		id     core.ApplicationID
		kind   core.Kind
		ok     bool
	}{
		{"the platform's job", platform, pg.Job("371402001"), keys.Platform.Opener, known.ID, 0, true},
		{"only the county known", platform, pg.Job("371402000"), keys.Platform.Opener, unknown.ID, 0, true},
		{"job of another township", platform, pg.Job("371402002"), keys.Platform.Opener, known.ID, core.KindNotFound, false},
		{"the gateway", gateway, pg.Job("371402001"), keys.Platform.Opener, known.ID, core.KindInternal, false},
		{"the gateway's key", platform, pg.Job("371402001"), keys.Gateway.Opener, known.ID, core.KindOf(seal.ErrOpen), false},
	} {
		got, err := take(c.db, c.scope, c.opener, c.id)
		if c.ok && (err != nil || got.ID != c.id || got.Story != "家里没有收入") {
			t.Errorf("%s: %v %q", c.name, err, got.Story)
		}
		if !c.ok && (err == nil || core.KindOf(err) != c.kind) {
			t.Errorf("%s: %v, want kind %d", c.name, err, c.kind)
		}
	}
}
