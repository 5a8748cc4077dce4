package workflow

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/wording"
)

// TellDecided tells a household in one notice what was approved and passed on
// together, and in another what hangs on the village board. First is the telling that asked for it; those written until the job
// runs go with it, and the next one after that asks anew. So the job is unique for
// ever, and none is lost between a run and its end.
type TellDecided struct {
	Case   core.CaseID     `json:"case"`
	First  int64           `json:"first" river:"unique"`
	Region core.RegionCode `json:"region"`
}

// Kind is the stable name.
func (TellDecided) Kind() string { return "tell_decided" }

// Of is its township.
func (j TellDecided) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by the telling that asked for it.
func (TellDecided) InsertOpts() river.InsertOpts { return once() }

// TellPaid tells a household in one notice which money reached a card, and in
// another which came back. First is as in TellDecided.
type TellPaid struct {
	Case   core.CaseID     `json:"case"`
	First  int64           `json:"first" river:"unique"`
	Region core.RegionCode `json:"region"`
}

// Kind is the stable name.
func (TellPaid) Kind() string { return "tell_paid" }

// Of is its township.
func (j TellPaid) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by the telling that asked for it.
func (TellPaid) InsertOpts() river.InsertOpts { return once() }

func aboutDecisions() []wording.Kind {
	return []wording.Kind{wording.KindPublished, wording.KindApproved, wording.KindReferred}
}

func aboutMoney() []wording.Kind { return []wording.Kind{wording.KindPaid, wording.KindReturned} }

// patience bounds, in units of Deps.Gather, how long the first waits for the last.
const patience = 6

// lostAfter is how long something may wait to be told before the sweep takes it
// up: its job was lost or gave up.
const lostAfter = 15 * time.Minute

// toTell notes something to be told and, when it is the first that waits, asks for
// the notice. The caller holds the case.
func (f *Flow) toTell(ctx context.Context, tx *pg.Tx, c casefile.Case, t casefile.Telling) error {
	money := t.Kind == wording.KindPaid || t.Kind == wording.KindReturned
	among := aboutDecisions()
	if money {
		among = aboutMoney()
	}
	first, err := f.Cases.AddTelling(ctx, tx, t, among...)
	if err != nil || first == 0 {
		return err
	}
	at := time.Time{} // at once
	if f.Gather >= time.Second {
		at = time.Now().Add(f.Gather) // jobs run on the real clock
	}
	if money {
		return f.jobs.InsertAt(ctx, tx, at, TellPaid{Case: c.ID, First: first, Region: c.Region})
	}
	return f.jobs.InsertAt(ctx, tx, at, TellDecided{Case: c.ID, First: first, Region: c.Region})
}

// TellDecided works the job of that name.
func (f *Flow) TellDecided(ctx context.Context, job TellDecided) error {
	return f.tellTogether(ctx, pg.Job(job.Region), job.Case, aboutDecisions())
}

// TellPaid works the job of that name.
func (f *Flow) TellPaid(ctx context.Context, job TellPaid) error {
	return f.tellTogether(ctx, pg.Job(job.Region), job.Case, aboutMoney())
}

func (f *Flow) tellTogether(ctx context.Context, scope pg.Scope, id core.CaseID, kinds []wording.Kind) error {
	var wait time.Duration
	err := f.DB.Tx(ctx, scope, func(ctx context.Context, tx *pg.Tx) error {
		// 1. Hold the case: who adds something now is either seen here or asks anew.
		c, err := f.Cases.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		waiting, err := f.Cases.Waiting(ctx, tx, id, kinds...)
		if err != nil || len(waiting) == 0 {
			return err // an earlier run told it
		}
		// 2. While more keeps coming, wait a little longer.
		if wait = f.more(tx.Now(), waiting); wait > 0 {
			return nil
		}
		// 3. One notice for all that belongs together, and each telling names it.
		together, err := f.compose(ctx, tx, c, waiting)
		if err != nil {
			return err
		}
		for _, t := range together {
			if err := f.send(ctx, tx, c, t); err != nil {
				return err
			}
		}
		return f.Audit.Write(ctx, tx, entry("notice.gathered", c, map[string]any{"tellings": len(waiting), "notices": len(together)}))
	})
	if err == nil && wait > 0 {
		return jobs.Snooze(wait)
	}
	return err
}

// more says how long to wait on: until nothing came for Gather, but the first not
// longer than patience allows. Both times are the city's, so a step of the demo
// clock ends the wait.
func (f *Flow) more(now time.Time, waiting []casefile.Telling) time.Duration {
	if f.Gather < time.Second {
		return 0
	}
	quiet := waiting[len(waiting)-1].At.Add(f.Gather).Sub(now)
	return min(quiet, waiting[0].At.Add(patience*f.Gather).Sub(now))
}

func (f *Flow) send(ctx context.Context, tx *pg.Tx, c casefile.Case, t together) error {
	var claim core.ClaimID // of a notice about one claim
	if len(t.tellings) == 1 {
		claim = t.tellings[0].Claim
	}
	id, err := f.enqueue(ctx, tx, c, notify.Notice{Claim: claim, Key: keyOf(t.tellings[0]), Text: t.words, Haste: t.haste})
	if err != nil {
		return err
	}
	return f.Cases.Gathered(ctx, tx, id, t.tellings)
}

// keyOf is the notice's key: what its first telling rests on, which no other
// notice tells.
func keyOf(t casefile.Telling) string {
	names := map[wording.Kind]string{wording.KindPublished: "published/", wording.KindApproved: "decided/", wording.KindReferred: "referred/",
		wording.KindPaid: "payment.settled/", wording.KindReturned: "payment.returned/"}
	return names[t.Kind] + formatID(t.Source)
}

// sweepTellings takes up what was forgotten: no job is left that would tell it.
func (f *Flow) sweepTellings(ctx context.Context) (int, error) {
	var lost []core.CaseID
	err := f.DB.Read(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		lost, err = f.Cases.Forgotten(ctx, tx, tx.Now().Add(-max(lostAfter, 2*patience*f.Gather)), sweepSize)
		return err
	})
	for _, id := range lost {
		for _, kinds := range [][]wording.Kind{aboutDecisions(), aboutMoney()} {
			if err := f.tellTogether(ctx, sweepScope(), id, kinds); err != nil && !jobs.Snoozed(err) {
				return 0, err
			}
		}
	}
	return len(lost), err
}
