package workflow

import (
	"context"
	"errors"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/routing"
)

// sweepSize bounds one transaction of a sweep; the next follows at once while
// there is more.
const sweepSize = 200

// Sweep looks for what has become due under the city's clock: notices that have
// hung their days, deadlines that have passed, and what was never told. What is late climbs to a
// person, one rung at a time (F57); what is in nobody's hands is given to somebody; nothing is
// ever decided by it.
func (f *Flow) Sweep(ctx context.Context) error {
	// First: who is late is told by name; what fails in it stops no clock.
	hands := errors.Join(f.sweepOwners(ctx), f.sweepHops(ctx), f.sweepWaits(ctx))
	objected := f.sweepObjections(ctx)
	return errors.Join(hands, objected, f.sweepDue(ctx))
}

func (f *Flow) sweepDue(ctx context.Context) error {
	for {
		u, err := f.sweepDesks(ctx)
		if err != nil {
			return err
		}
		n, err := f.sweepNotices(ctx)
		if err != nil {
			return err
		}
		m, err := f.sweepDeadlines(ctx)
		if err != nil {
			return err
		}
		k, err := f.sweepTellings(ctx)
		if err != nil {
			return err
		}
		if max(u, n, m, k) < sweepSize {
			return nil
		}
	}
}

func sweepScope() pg.Scope { return pg.City("deadlines of every township come due by one clock") }

// rung is what a desk is told of once a sweep stands.
type rung struct {
	region core.RegionCode
	kind   string
	id     core.CaseID
}

// sweepDesks starts the clock of cases that came to a sorting desk before cases had one there.
// It counts from the day on which each was opened: they have waited.
func (f *Flow) sweepDesks(ctx context.Context) (n int, err error) {
	err = f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error {
		list, err := f.Cases.Clockless(ctx, tx, f.Routing.Desks(), sweepSize)
		if err != nil {
			return err
		}
		n = len(list)
		for _, id := range list {
			c, err := f.Cases.Lock(ctx, tx, id)
			if err != nil {
				return err
			}
			if c.State != casefile.CaseOpen || !c.Routed.IsZero() || !routing.Sorting(c.Region) {
				continue // somebody was faster
			}
			c.AcceptDue = 0 // of a clock that is gone
			if err := f.Cases.Await(ctx, tx, c, f.Routing.Days(core.DateOf(c.Opened), routing.AcceptDays)); err != nil {
				return err
			}
			if err := f.Audit.Write(ctx, tx, entry("case.awaited", c, nil)); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// sweepNotices takes down the notices whose last day has passed.
func (f *Flow) sweepNotices(ctx context.Context) (int, error) {
	var bells []rung
	n := 0
	err := f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error {
		bells = bells[:0]
		over, err := f.Cases.NoticesOver(ctx, tx, sweepSize)
		if err != nil {
			return err
		}
		n = len(over)
		for _, notice := range over {
			c, err := f.Cases.Lock(ctx, tx, notice.Case)
			if err != nil {
				return err
			}
			ended, err := f.Cases.EndNotice(ctx, tx, notice.Claim)
			if err != nil {
				return err
			}
			if !ended {
				continue // another sweep was faster
			}
			next := "公示期满,可以定了"
			if notice.Again {
				next = "公示期满,定之前还要再公示一次"
			}
			err = f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "notice.ended", Actor: casefile.JobActor(),
				Citizen: notice.ItemName + "公示期满。", Staff: notice.ItemName + next})
			if err != nil {
				return err
			}
			if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
				return err
			}
			if err := f.Audit.Write(ctx, tx, entry("notice.ended", c, map[string]any{"notice": notice.ID})); err != nil {
				return err
			}
			bells = append(bells, rung{c.Region, "notice.ended", c.ID})
		}
		return nil
	})
	f.ringAll(ctx, err, bells)
	return n, err
}

func (f *Flow) ringAll(ctx context.Context, err error, bells []rung) {
	if err != nil {
		return
	}
	for _, b := range bells {
		f.ring(ctx, b.region, b.kind, b.id)
	}
}
