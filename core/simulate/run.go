package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// Queue is the platform's queue for Town: a simulation must not take the places of cases,
// nor those of a scan that people wait for.
const Queue = "simulation"

// TownTimeout bounds one township: a hundred times what the largest one takes.
const TownTimeout = 5 * time.Minute

// Town is the job that judges one township of a simulation.
type Town struct {
	Simulation int64           `json:"simulation" river:"unique"`
	Region     core.RegionCode `json:"region" river:"unique"`
}

// Kind is the stable name.
func (Town) Kind() string { return "simulate_town" }

// InsertOpts makes the job unique by simulation and township, on its own queue.
func (Town) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Register adds the worker of this package to a program's list.
func (s *Simulator) Register(list *jobs.Workers) {
	jobs.Work(list, TownTimeout, func(ctx context.Context, job jobs.Job[Town]) error {
		_, err := s.Work(ctx, job.Args.Simulation, job.Args.Region)
		return err
	})
}

// Request is a simulation that is wanted.
type Request struct {
	Draft int64 // 0: Books that no draft has; no job is made, and Next of this process works it off
	Books Books
	Towns []core.RegionCode // at least one
	By    audit.Actor
}

func sorted(days []core.Date) []core.Date {
	slices.Sort(days)
	return slices.Compact(days)
}

// Begin writes a simulation down and gives its number; for a draft, with a job for each
// township, or the number of the one that runs already. The entry in the log stands for all
// that it will read. Errors: ErrSame.
func (s *Simulator) Begin(ctx context.Context, r Request) (id int64, err error) {
	if len(r.Towns) == 0 {
		return 0, core.Invalid("towns", "没有要试算的乡镇。")
	}
	pair, err := NewPair(r.Books.Before, r.Books.After, r.Books.On)
	if err != nil {
		return 0, core.E(core.KindInternal, "simulation_books", "").Wrap(err)
	}
	if len(pair.Items()) == 0 {
		return 0, ErrSame
	}
	err = s.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		id, err = s.write(ctx, tx, &r, pair.Items())
		return err
	})
	if pg.Constraint(err) == "simulation_once" {
		return s.running(ctx, r.Draft)
	}
	if err != nil {
		return 0, err
	}
	s.keep(id, pair)
	return id, nil
}

func (s *Simulator) write(ctx context.Context, tx *pg.Tx, r *Request, items []Item) (id int64, err error) {
	b, err := json.Marshal(items)
	if err != nil {
		return 0, core.E(core.KindInternal, "simulation_items", "").Wrap(err)
	}
	const head = `insert into simulation (draft, said, before, after, on_day, items, actor, begun, towns, remain)
		values (nullif($1, 0), $9, $2, $3, $4, $5, $6, $7, $8, $8) returning id`
	if err := tx.QueryRow(ctx, head, r.Draft, r.Books.Before.Digest, r.Books.After.Digest, r.Books.On.Time(), b,
		r.By.Kind+":"+r.By.ID, tx.Now(), len(r.Towns), r.Books.Said).Scan(&id); err != nil {
		return 0, pg.Fail(err, "begin a simulation")
	}
	const towns = `insert into simulation_town (simulation, town) select $1, unnest($2::text[])`
	if _, err := tx.Exec(ctx, towns, id, r.Towns); err != nil {
		return 0, pg.Fail(err, "list the townships of a simulation")
	}
	if r.Draft != 0 {
		todo := make([]jobs.Args, len(r.Towns))
		for i, t := range r.Towns {
			todo[i] = Town{Simulation: id, Region: t}
		}
		if err := s.Jobs.Insert(ctx, tx, todo...); err != nil {
			return 0, err
		}
	}
	return id, s.Audit.Write(ctx, tx, audit.Entry{Actor: r.By, Act: "simulation.begun", Purpose: "simulation",
		Detail: map[string]any{"simulation": id, "draft": r.Draft, "before": r.Books.Before.Digest, "after": r.Books.After.Digest, "towns": len(r.Towns)}})
}

// Work judges one township of a simulation, in one transaction that writes the counts and
// nothing else. Done is false when the township was done before, or the
// simulation is stale; that is no error, and the job may run again.
func (s *Simulator) Work(ctx context.Context, sim int64, town core.RegionCode) (done bool, err error) {
	pair, err := s.take(ctx, sim)
	if errors.Is(err, errStale) {
		return false, s.breakOff(ctx, sim)
	}
	if err != nil {
		return false, err
	}
	defer s.give(sim, pair)
	err = s.DB.Tx(ctx, pg.Job(town), func(ctx context.Context, tx *pg.Tx) error {
		const hold = `select true from simulation_town t join simulation s on s.id = t.simulation
			where t.simulation = $1 and t.town = $2 and t.done is null and s.ended is null for update of t` // waits: who holds it may be dying
		var mine bool
		if err := tx.QueryRow(ctx, hold, sim, string(town)).Scan(&mine); err != nil {
			return err
		}
		t, err := s.judge(ctx, tx, town, pair)
		if err != nil {
			return err
		}
		done = true
		return finish(ctx, tx, sim, town, t)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return done && err == nil, pg.Fail(err, "simulate a township")
}

// judge counts a township. Where nothing can differ only the households are counted.
func (s *Simulator) judge(ctx context.Context, tx *pg.Tx, town core.RegionCode, pair *Pair) (*Tally, error) {
	t := pair.NewTally()
	if pair.Nothing(town.County()) {
		counties, err := s.Registry.Counties(ctx, tx, town)
		if err != nil {
			return t, err
		}
		if pair.Nothing(counties...) {
			err := tx.QueryRow(ctx, `select count(*) from fact_row where region = $1`, string(town)).Scan(&t.Households)
			return t, pg.Fail(err, "count households")
		}
	}
	return t, s.Registry.Scan(ctx, tx, town, func(_ core.HouseholdID, row []byte) error { return pair.Row(row, t) })
}

// finish keeps what a township came to, and ends the simulation with the last one. The row
// of the simulation is held from here to the commit, so this is the last statement.
func finish(ctx context.Context, tx *pg.Tx, sim int64, town core.RegionCode, t *Tally) error {
	b, err := json.Marshal(t)
	if err != nil {
		return core.E(core.KindInternal, "simulation_counts", "").Wrap(err)
	}
	const done = `update simulation_town set done = $3, households = $4, counts = $5 where simulation = $1 and town = $2`
	if _, err := tx.Exec(ctx, done, sim, string(town), tx.Now(), t.Households, b); err != nil {
		return pg.Fail(err, "keep what a township came to")
	}
	const last = `update simulation set remain = remain - 1, ended = case when remain = 1 then $2::timestamptz end where id = $1 and ended is null`
	_, err = tx.Exec(ctx, last, sim, tx.Now())
	return pg.Fail(err, "count a township of a simulation")
}

// breakOff ends a simulation of which the draft is not what it was.
func (s *Simulator) breakOff(ctx context.Context, sim int64) error {
	return s.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update simulation set ended = $2, stale = true where id = $1 and ended is null`, sim, tx.Now())
		return pg.Fail(err, "break a simulation off")
	})
}

// Next judges the next township that nobody has, and reports whether there was one: how a
// process takes part without a queue of jobs.
func (s *Simulator) Next(ctx context.Context, sim int64) (bool, error) {
	var town core.RegionCode
	err := s.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select t.town from simulation_town t join simulation s on s.id = t.simulation
			where t.simulation = $1 and t.done is null and s.ended is null order by random() limit 1 for update of t skip locked`
		return tx.QueryRow(ctx, sql, sim).Scan(&town)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, pg.Fail(err, "take a township to simulate")
	}
	_, err = s.Work(ctx, sim, town)
	return err == nil, err
}
