package workflow

import (
	"context"
	"errors"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/routing"
	"lianou/core/staff"
)

// sweepOwners gives what nobody has in hand to somebody who is there: cases, tasks and what is not
// solved of a closed account, and what came when nobody could take it. Where nobody is, the clocks of a
// case tell the county. A sweep looks at one page of each part and the next one goes on from
// there: some nobody may take, and they must not hold the others up.
func (f *Flow) sweepOwners(ctx context.Context) error {
	var failed error
	for _, part := range append(parts(), partUnsolved) {
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

func parts() []casefile.Part { return []casefile.Part{casefile.PartOfficer, casefile.PartAssistant} }

// roleOf is the role that a part of a case wants.
func roleOf(part casefile.Part) staff.Role {
	if part == casefile.PartAssistant {
		return staff.Assistant
	}
	return staff.Officer
}

// takeOn gives the next of them and says where it has come to. Each is a transaction of its own:
// whoever gives holds one case and then the people, and never the other way round.
func (f *Flow) takeOn(ctx context.Context, part casefile.Part, after core.CaseID) (core.CaseID, bool, error) {
	var list []casefile.Left
	err := f.DB.Read(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error {
		gone, err := f.Staff.Gone(ctx, tx)
		if err != nil {
			return err
		}
		there, err := f.Staff.Staffed(ctx, tx, roleOf(part))
		if err != nil || len(there) == 0 {
			return err
		}
		list, err = f.Cases.LeftBy(ctx, tx, part, gone, there, after, sweepSize)
		return err
	})
	last := after
	for _, l := range list {
		last = l.Case
		_, one := f.giving(ctx, l.Case, part, "case.given", func(ctx context.Context, tx *pg.Tx, c casefile.Case) (routing.Choice, error) {
			return f.takeLeft(ctx, tx, c, l)
		})
		err = errors.Join(err, one)
	}
	return last, len(list) == sweepSize, err
}

// giving runs one giving of a part of a case in a transaction of its own, and rings where it was given.
func (f *Flow) giving(ctx context.Context, id core.CaseID, part casefile.Part, kind string, give func(context.Context, *pg.Tx, casefile.Case) (routing.Choice, error)) (got routing.Choice, err error) {
	var c casefile.Case
	err = f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		got = routing.Choice{}
		if c, err = f.Cases.Lock(ctx, tx, id); err != nil {
			return err
		}
		if c.State == casefile.CaseReturned || c.Routed.IsZero() || part == casefile.PartOfficer && c.State.Closed() {
			return nil // it went on since it was listed
		}
		got, err = give(ctx, tx, c)
		return err
	})
	if err == nil && got.Staff != 0 {
		f.ring(ctx, c.Region, kind, c.ID)
	}
	return got, err
}

// takeLeft puts one part of a case that nobody has into the hands of whoever has least to do, or has
// it wait. Another sweep may have been faster; kin and who wrote it down take nothing.
func (f *Flow) takeLeft(ctx context.Context, tx *pg.Tx, c casefile.Case, l casefile.Left) (routing.Choice, error) {
	got, err := f.Routing.Next(ctx, tx, c, routing.Want{Part: l.Part})
	if err != nil {
		return got, err
	}
	if got.Full {
		return routing.Choice{}, f.line(ctx, tx, c, l.Part, got)
	}
	if got.Staff == 0 {
		return got, nil
	}
	e := casefile.Event{Staff: "没有人在办"}
	if l.Part == casefile.PartAssistant {
		e.Staff = "村里没有人跟着"
	}
	if l.From != 0 && !c.State.Closed() {
		e.Citizen = "原来办您这件事的人不在这里了,"
	}
	return got, f.give(ctx, tx, c, l, &got, e)
}

// give puts a part of a case into somebody's hands, with the line of the timeline: why, in the
// event, for the household and for colleagues. Nobody takes it where somebody was faster.
func (f *Flow) give(ctx context.Context, tx *pg.Tx, c casefile.Case, l casefile.Left, to *routing.Choice, e casefile.Event) error {
	if err := f.Cases.Give(ctx, tx, l, to.Staff); errors.Is(err, casefile.ErrMovedOn) {
		*to = routing.Choice{}
		return nil
	} else if err != nil {
		return err
	}
	next, err := f.Staff.Person(ctx, tx, to.Staff)
	if err != nil {
		return err
	}
	e.Case, e.Kind, e.Actor = c.ID, "case.given", casefile.JobActor()
	switch {
	case l.Part == casefile.PartAssistant:
		e.Staff, e.Citizen = e.Staff+",交给"+next.Name+"跟着"+pastWord(*to), ""
	default:
		e.Staff += ",交给" + next.Name + "接着办" + pastWord(*to)
		if e.Citizen != "" {
			e.Citizen += "现在由" + c.Town + "的" + next.Name + "接着办,期限不变。"
		}
	}
	if err := f.Cases.AddEvent(ctx, tx, e); err != nil {
		return err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, entry("case.given", c, map[string]any{"part": l.Part, "from": l.From, "to": to.Staff, "past": to.Past}))
}
