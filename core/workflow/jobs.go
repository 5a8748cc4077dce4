package workflow

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/payout"
	"lianou/core/registry/twins"
)

// CheckIdentity asks whether the applicant is who they say. Try counts from 1; a
// later try asks again after "unavailable".
type CheckIdentity struct {
	Application core.ApplicationID `json:"application" river:"unique"`
	Try         int                `json:"try" river:"unique"`
	Region      core.RegionCode    `json:"region"`
}

// Kind is the stable name.
func (CheckIdentity) Kind() string { return "check_identity" }

// Of is its township.
func (j CheckIdentity) Of() core.RegionCode { return j.Region }

// IdentityQueue keeps what waits for the identity service from the places of the rest.
const IdentityQueue = "identity"

// InsertOpts makes the job unique by application and try.
func (CheckIdentity) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: IdentityQueue, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Assess freezes the facts and judges them.
type Assess struct {
	Application core.ApplicationID `json:"application" river:"unique"`
	Region      core.RegionCode    `json:"region"`
}

// Kind is the stable name.
func (Assess) Kind() string { return "assess" }

// Of is its township.
func (j Assess) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by application.
func (Assess) InsertOpts() river.InsertOpts { return once() }

// Route sends the case to its township and officer. Turn counts its moves: a case
// that goes away and comes back within a day is routed again.
type Route struct {
	Application core.ApplicationID `json:"application" river:"unique"`
	Region      core.RegionCode    `json:"region" river:"unique"`
	Turn        int                `json:"turn" river:"unique"` // 0 at first, then from firstMove on
}

// Kind is the stable name.
func (Route) Kind() string { return "route" }

// Of is its township.
func (j Route) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by application, place and turn.
func (Route) InsertOpts() river.InsertOpts { return once() }

// HandOn gives what waits for a hand to whoever has a place: in the places of one person, of
// whom something was just taken, or in one township. It is no unique job: each share that is
// released hands on, and one that finds nothing does nothing.
type HandOn struct {
	Region core.RegionCode `json:"region"`
	Staff  core.StaffID    `json:"staff"` // 0: the township alone
}

// Kind is the stable name.
func (HandOn) Kind() string { return "hand_on" }

// Of is its township.
func (j HandOn) Of() core.RegionCode { return j.Region }

// Sweep looks for what has become due under the city's clock.
type Sweep struct{}

// Kind is the stable name.
func (Sweep) Kind() string { return "casework_sweep" }

// InsertOpts lets one sweep wait or run at a time.
func (Sweep) InsertOpts() river.InsertOpts {
	return jobs.Single()
}

// SweepReviews looks for re-checks of monthly money.
type SweepReviews struct{}

// Kind is the stable name.
func (SweepReviews) Kind() string { return "casework_reviews" }

// InsertOpts lets one wait or run at a time.
func (SweepReviews) InsertOpts() river.InsertOpts { return jobs.Single() }

// RegisterReviews adds the worker of re-checks and gives the periodic job.
func (f *Flow) RegisterReviews(list *jobs.Workers, every time.Duration) jobs.Periodic {
	jobs.Work(list, 10*time.Minute, func(ctx context.Context, _ jobs.Job[SweepReviews]) error { return f.SweepReviews(ctx) })
	return jobs.Periodic{Every: every, Args: SweepReviews{}}
}

func once() river.InsertOpts { return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}} }

// Register adds every worker of the casework to the platform's list and gives the
// periodic sweep.
func (f *Flow) Register(list *jobs.Workers, every time.Duration) jobs.Periodic {
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[jobs.OpenCase]) error { return f.OpenCase(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[LookBeyond]) error { return f.LookBeyond(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[twins.Became]) error { return f.Became(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[jobs.FamilyChanged]) error { return f.Family(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[CheckIdentity]) error { return f.CheckIdentity(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[Assess]) error { return f.Assess(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[Route]) error { return f.Route(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[HandOn]) error { return f.HandOn(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[payout.Settled]) error { return f.Settled(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[payout.Returned]) error { return f.Returned(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[TellDecided]) error { return f.TellDecided(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[TellPaid]) error { return f.TellPaid(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[jobs.Told]) error { return f.Told(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[jobs.Untold]) error { return f.Untold(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[jobs.PapersSent]) error { return f.PapersSent(ctx, j.Args) })
	jobs.Work(list, 0, func(ctx context.Context, j jobs.Job[jobs.ObjectionSent]) error { return f.ObjectionSent(ctx, j.Args) })
	jobs.Work(list, 5*time.Minute, func(ctx context.Context, _ jobs.Job[Sweep]) error { return f.Sweep(ctx) })
	return jobs.Periodic{Every: every, Args: Sweep{}}
}
