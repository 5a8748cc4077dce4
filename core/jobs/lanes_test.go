package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg/pgtest"
)

const flooded core.RegionCode = "371402001"

// flood is a hundred times the load of one township, there before anybody else's.
func flood(others []core.RegionCode, each int) []jobs.Args {
	var list []jobs.Args
	for i := range 100 * each {
		list = append(list, jobs.OpenCase{Application: core.ApplicationID(fmt.Sprint("flood", i)), Region: flooded})
	}
	for _, r := range others {
		for i := range each {
			list = append(list, jobs.OpenCase{Application: core.ApplicationID(fmt.Sprint(r, "/", i)), Region: r})
		}
	}
	return list
}

// A township with a hundred times the load of the others, all of it there before theirs,
// does not make theirs wait: they are done while nearly all of it still lies.
//
// Control: Lane giving the queue of all: `the others were done after 500 of 500 of the flood`.
func TestOneTownshipHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).DB(pgtest.Platform)
	var others []core.RegionCode
	for i := range 40 {
		others = append(others, core.RegionCode(fmt.Sprint(371403001+i)))
	}
	const each = 5
	insert(t, db, jobs.Platform, flood(others, each)...)

	var mu sync.Mutex
	done, before := map[core.RegionCode]int{}, 0
	list := jobs.NewWorkers()
	jobs.Work(list, 0, func(_ context.Context, j jobs.Job[jobs.OpenCase]) error {
		mu.Lock()
		defer mu.Unlock()
		done[j.Args.Region]++
		if j.Args.Region != flooded {
			before = done[flooded]
		}
		return nil
	})
	run(t, db, jobs.Config{Schema: jobs.Platform, Workers: list, Lanes: append(slices.Clone(others), flooded)})
	jobstest.Wait(t, db, jobs.Platform, "open_case", "completed", 100*each+len(others)*each)
	mu.Lock()
	defer mu.Unlock()
	if before > 100*each/3 {
		t.Errorf("the others were done after %d of %d of the flood", before, done[flooded])
	}
	for _, r := range append(others, flooded) {
		if want := map[bool]int{true: 100 * each, false: each}[r == flooded]; done[r] != want {
			t.Errorf("%s did %d, want %d", r, done[r], want)
		}
	}
}

// Of one township two jobs run at a time, whatever else is free; what waits for an outsider
// takes no place of the rest, of its own township's neither.
//
// Controls: laneWorkers 8: `5 of one township ran at once`; slow in InLane: `waited 30s in
// vain for eight to run`.
func TestALaneTakesFewPlaces(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).DB(pgtest.Platform)
	var mu sync.Mutex
	running, most, opened := map[core.RegionCode]int{}, 0, 0
	release := make(chan struct{})
	list := jobs.NewWorkers()
	jobs.Work(list, 0, func(_ context.Context, j jobs.Job[jobs.OpenCase]) error {
		mu.Lock()
		defer mu.Unlock()
		opened++
		return nil
	})
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[slow]) error {
		mu.Lock()
		running[j.Args.Region]++
		most = max(most, running[j.Args.Region])
		mu.Unlock()
		select {
		case <-release:
		case <-ctx.Done():
		}
		mu.Lock()
		defer mu.Unlock()
		running[j.Args.Region]--
		return nil
	})
	others := []core.RegionCode{"371403001", "371403002", "371403003"}
	var all []jobs.Args
	for _, r := range append([]core.RegionCode{flooded}, others...) {
		for i := range 5 {
			all = append(all, slow{Region: r, N: i})
		}
	}
	insert(t, db, jobs.Platform, all...)
	run(t, db, jobs.Config{Schema: jobs.Platform, Workers: list, Parallel: 1, Outside: 8,
		Lanes: append([]core.RegionCode{flooded}, others...)})
	jobstest.Until(t, "eight to run", func(context.Context) bool {
		mu.Lock()
		defer mu.Unlock()
		n := 0
		for _, of := range running {
			n += of
		}
		return n == 8
	})
	insert(t, db, jobs.Platform, jobs.OpenCase{Application: "a", Region: flooded})
	jobstest.Until(t, "a case of the same township to open", func(context.Context) bool { mu.Lock(); defer mu.Unlock(); return opened == 1 })
	close(release)
	jobstest.Wait(t, db, jobs.Platform, "slow", "completed", len(all))
	mu.Lock()
	defer mu.Unlock()
	if most > 2 {
		t.Errorf("%d of one township ran at once", most)
	}
}

type slow struct {
	Region core.RegionCode `json:"region" river:"unique"`
	N      int             `json:"n" river:"unique"`
}

func (slow) Kind() string                   { return "slow" }
func (s slow) InsertOpts() river.InsertOpts { return jobs.InOutsideLane(s.Region) }

// A township that was imported after the start gets its lane.
//
// Control: follow not started: `waited 30s in vain for jobs of kind open_case …`.
func TestANewTownshipGetsALane(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).DB(pgtest.Platform)
	list := jobs.NewWorkers()
	jobs.Work(list, 0, func(context.Context, jobs.Job[jobs.OpenCase]) error { return nil })
	run(t, db, jobs.Config{Schema: jobs.Platform, Workers: list})
	insert(t, db, jobs.Platform, jobs.OpenCase{Application: "a1", Region: "371402999"})
	jobstest.Wait(t, db, jobs.Platform, "open_case", "completed", 1)
}

// A job that was fetched and waits for a place begins nothing once the program stops, and is
// laid back for another.
//
// Control: places not closed at the stop: `waited 30s in vain for the other to be laid back`.
func TestWhoWaitsAtTheStopBeginsNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).DB(pgtest.Platform)
	var begun atomic.Int64
	release := make(chan struct{})
	list := jobs.NewWorkers()
	jobs.Work(list, 0, func(ctx context.Context, _ jobs.Job[jobs.OpenCase]) error {
		begun.Add(1)
		<-release
		return nil
	})
	insert(t, db, jobs.Platform, jobs.OpenCase{Application: "a1", Region: flooded}, jobs.OpenCase{Application: "a2", Region: flooded})
	c, err := jobs.New(jobs.Config{DB: db, Schema: jobs.Platform, Workers: list, Parallel: 1, SoftStop: time.Minute, Lanes: []core.RegionCode{flooded}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	jobstest.Wait(t, db, jobs.Platform, "open_case", "running", 2)
	jobstest.Until(t, "one to begin", func(context.Context) bool { return begun.Load() == 1 })
	ended := make(chan error)
	go func() { ended <- c.Stop(context.WithoutCancel(t.Context())) }()
	jobstest.Until(t, "the other to be laid back", func(context.Context) bool {
		return jobstest.States(t, db, jobs.Platform, "open_case")["running"] == 1
	})
	close(release)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := begun.Load(); n != 1 {
		t.Errorf("%d begun", n)
	}
}
