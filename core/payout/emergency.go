package payout

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// EmergencyRun asks for a draft of the emergency money that is due (急难: help goes at once, papers
// later). Periodic.
type EmergencyRun struct{}

// Kind is the stable name.
func (EmergencyRun) Kind() string { return "emergency_run" }

// InsertOpts lets one wait or run at a time.
func (EmergencyRun) InsertOpts() river.InsertOpts { return jobs.Single() }

// RegisterEmergency adds the worker of emergency_run and gives the periodic job.
func (p *Payout) RegisterEmergency(list *jobs.Workers, every time.Duration) jobs.Periodic {
	jobs.Work(list, 2*time.Minute, func(ctx context.Context, _ jobs.Job[EmergencyRun]) error { return p.Emergency(ctx) })
	return jobs.Periodic{Every: every, Args: EmergencyRun{}}
}

// Emergency makes the draft of the emergency money that is due, in nobody's name: somebody takes it
// over and another approves it. While one waits to be taken over no second one is made, so that a
// night of emergencies is one batch in the morning. Where nothing is due, or the budget has no
// money, it does nothing; the page says what waits.
func (p *Payout) Emergency(ctx context.Context) error {
	pick := Choice{Emergency: true}
	err := p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error { _, err := p.HoldBack(ctx, tx, pick); return err })
	if err != nil {
		return err
	}
	err = p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select exists (select from payout_batch where created_by = 0 and state = 'draft' and again_of is null),
			exists (select` + dueNow + ` and c.emergency)`
		var waits, due bool
		if err := tx.QueryRow(ctx, q, payable(tx)).Scan(&waits, &due); err != nil {
			return pg.Fail(err, "look for emergency money")
		}
		if waits || !due {
			return nil
		}
		_, err := p.createBatch(ctx, tx, 0, run{pick: pick})
		return err
	})
	if k := core.KindOf(err); err != nil && (k == core.KindNotFound || k == core.KindConflict) {
		return nil
	}
	return err
}

// TakeOver makes somebody the maker of a draft that the job made: they have looked it through, and
// another approves it. Errors: ErrMoved when somebody was faster, ErrKin, ErrDecider.
func (p *Payout) TakeOver(ctx context.Context, tx *pg.Tx, by core.StaffID, id int64) error {
	if by <= 0 {
		return core.E(core.KindForbidden, "no_staff", "")
	}
	const q = `update payout_batch set created_by = $2 where id = $1 and state = 'draft' and created_by = 0`
	tag, err := tx.Exec(ctx, q, id, by)
	switch {
	case pg.Constraint(err) == "payout_kin":
		return ErrKin.Wrap(pg.Fail(err, "take a draft over"))
	case pg.Constraint(err) == "payout_decider":
		return ErrDecider.Wrap(pg.Fail(err, "take a draft over"))
	case err != nil:
		return pg.Fail(err, "take a draft over")
	case tag.RowsAffected() == 0:
		return ErrMoved
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "batch.taken", Subject: batchSubject(id), Purpose: "payout",
		Detail: map[string]any{"batch": id}})
}
