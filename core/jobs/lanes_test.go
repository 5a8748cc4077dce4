package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg/pgtest"
)

const flooded = core.RegionCode("371402001")

// flood is a hundred jobs of one township, every one of which holds its place until it is
// let go, before one job of each other township.
func flood(t *testing.T, held int, work func(context.Context, jobs.Job[jobs.OpenCase]) error) *pgtest.Env {
	t.Helper()
	env := pgtest.New(t)
	list := make([]jobs.Args, 0, held+133)
	for n := range held {
		list = append(list, jobs.OpenCase{Application: core.ApplicationID(fmt.Sprintf("flood-%d", n)), Region: flooded})
	}
	for n := range 133 {
		list = append(list, jobs.OpenCase{Application: core.ApplicationID(fmt.Sprintf("other-%d", n)), Region: core.RegionCode(fmt.Sprintf("371481%03d", n))})
	}
	insert(t, env.DB(pgtest.Gateway), jobs.Platform, list...)
	w := jobs.NewWorkers()
	jobs.Work(w, 0, work)
	run(t, env.DB(pgtest.Platform), jobs.Config{Schema: jobs.Platform, Workers: w})
	return env
}

// A township whose jobs do not end has a share of the places and no more: every other
// one's are worked meanwhile, and its own, in its lane, when they can be.
// Control: with every job in the common queue, none of the others was worked.
func TestAFloodInOneTownshipHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	let := make(chan struct{})
	var others, own atomic.Int64
	env := flood(t, 100, func(ctx context.Context, j jobs.Job[jobs.OpenCase]) error {
		if j.Args.Region == flooded {
			select {
			case <-let:
				own.Add(1)
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		others.Add(1)
		return nil
	})
	jobstest.Until(t, "the other townships", func(context.Context) bool { return others.Load() == 133 })
	if own.Load() != 0 {
		t.Error("the flood was let go before the others were done")
	}
	close(let)
	jobstest.Wait(t, env.DB(pgtest.Platform), jobs.Platform, "open_case", "completed", 233)
	if own.Load() != 100 {
		t.Errorf("%d of the flood were worked", own.Load())
	}
}

type apart struct{}

func (apart) Kind() string { return "apart" }

func (apart) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: "apart"} }

// A kind that asks for a queue nobody works is found before anything lies in it.
func TestAQueueOfItsOwnIsWorked(t *testing.T) {
	t.Parallel()
	w := jobs.NewWorkers()
	jobs.Work(w, 0, func(context.Context, jobs.Job[apart]) error { return nil })
	env := pgtest.New(t)
	cfg := jobs.Config{DB: env.DB(pgtest.Platform), Schema: jobs.Platform, Workers: w, Log: slog.New(slog.DiscardHandler)}
	if _, err := jobs.New(cfg); !errors.Is(err, core.E(core.KindInvalid, "job_queue", "")) {
		t.Errorf("nobody works the queue: %v", err)
	}
	cfg.Apart = map[string]int{"apart": 1}
	if _, err := jobs.New(cfg); err != nil {
		t.Error(err)
	}
}
