package workflow

import (
	"context"
	"errors"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
)

// sweepOwners gives what nobody has in hand to somebody who is there: cases, tasks and what is not
// solved of a closed account, and what came when nobody could take it. Where nobody is, the clocks of a
// case tell the county. A sweep looks at one page of each part and the next one goes on from
// there: some nobody may take, and they must not hold the others up.
func (f *Flow) sweepOwners(ctx context.Context) error {
	var failed error
	for _, part := range []casefile.Part{casefile.PartOfficer, casefile.PartAssistant, partUnsolved} {
		f.mu.Lock()
		after := f.handed[part]
		f.mu.Unlock()
		take := func(ctx context.Context, after core.CaseID) (core.CaseID, bool, error) {
			return f.takeOn(ctx, part, after)
		}
		if part == partUnsolved {
			take = f.nameUnsolved
		}
		last, more, err := take(ctx, after)
		if err != nil {
			failed = errors.Join(failed, err) // the next one begins after it
		} else if !more {
			last = 0
		}
		f.mu.Lock()
		f.handed[part] = last
		f.mu.Unlock()
	}
	return failed
}

// roleOf is the role that a part of a case wants.
func roleOf(part casefile.Part) staff.Role {
	if part == casefile.PartAssistant {
		return staff.Assistant
	}
	return staff.Officer
}

// takeOn gives the next of them, in one transaction, and says where it has come to.
func (f *Flow) takeOn(ctx context.Context, part casefile.Part, after core.CaseID) (core.CaseID, bool, error) {
	var bells []rung
	last, more := after, false
	err := f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error {
		bells, last, more = bells[:0], after, false
		gone, err := f.Staff.Gone(ctx, tx)
		if err != nil {
			return err
		}
		there, err := f.Staff.Staffed(ctx, tx, roleOf(part))
		if err != nil || len(there) == 0 {
			return err
		}
		list, err := f.Cases.LeftBy(ctx, tx, part, gone, there, after, sweepSize)
		if err != nil {
			return err
		}
		more = len(list) == sweepSize
		for _, l := range list {
			last = l.Case
			c, err := f.Cases.Lock(ctx, tx, l.Case)
			if err != nil {
				return err
			}
			if c.State == casefile.CaseReturned || c.Routed.IsZero() || l.Part == casefile.PartOfficer && c.State.Closed() {
				continue // it went on since it was listed
			}
			given, err := f.give(ctx, tx, c, l)
			if err != nil {
				return err
			}
			if given {
				bells = append(bells, rung{c.Region, "case.given", c.ID})
			}
		}
		return nil
	})
	f.ringAll(ctx, err, bells)
	return last, more, err
}

// give puts one part of a case into the hands of whoever has least to do. Another sweep may
// have been faster; kin and who wrote it down take nothing.
func (f *Flow) give(ctx context.Context, tx *pg.Tx, c casefile.Case, l casefile.Left) (bool, error) {
	to, err := f.Routing.Next(ctx, tx, c, l.Part)
	if err != nil || to == 0 {
		return false, err
	}
	if err := f.Cases.Give(ctx, tx, l, to); errors.Is(err, casefile.ErrMovedOn) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	next, err := f.Staff.Person(ctx, tx, to)
	if err != nil {
		return false, err
	}
	e := casefile.Event{Case: c.ID, Kind: "case.given", Actor: casefile.JobActor(), Staff: "没有人在办,交给" + next.Name + "接着办"}
	if l.Part == casefile.PartAssistant {
		e.Staff = "村里没有人跟着,交给" + next.Name + "跟着"
	} else if l.From != 0 && !c.State.Closed() {
		e.Citizen = "原来办您这件事的人不在这里了,现在由" + c.Town + "的" + next.Name + "接着办,期限不变。"
	}
	if err := f.Cases.AddEvent(ctx, tx, e); err != nil {
		return false, err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return false, err
	}
	return true, f.Audit.Write(ctx, tx, entry("case.given", c, map[string]any{"part": l.Part, "from": l.From, "to": to}))
}
