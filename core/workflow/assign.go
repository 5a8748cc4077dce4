package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/routing"
)

// Assign is to put a part of a case into somebody's hands, and why.
type Assign struct {
	Case core.CaseID
	Part casefile.Part
	To   core.StaffID // 0: whoever has least in hand
	Why  string
}

// Errors of giving a case by hand.
var (
	// ErrAssignKin is a case for who is kin of the household, wrote it down or handed it back.
	ErrAssignKin = core.E(core.KindConflict, "assign_barred", "这位不能接这件:不在岗,和这家有亲属关系,或者是他登记、退回的。请另选一位。")
	// ErrAllFull is a case for whoever has least, where all have as much in hand as they may.
	ErrAllFull = core.E(core.KindConflict, "all_full", "能接的人手上都满了。要现在就办,请指一位;不急就让它排着。")
	// ErrHasIt is a case for who has it.
	ErrHasIt = core.E(core.KindConflict, "has_it", "这件就在他手上。")
)

// Assign puts a case into the hands of somebody whom the head of a township or the county names;
// past what one may have in hand, for a person looked at it. The household reads the new name,
// and no clock moves. Errors: ErrAssignKin, ErrAllFull, ErrHasIt, KindInvalid.
func (f *Flow) Assign(ctx context.Context, actor casefile.Actor, in Assign) error {
	on := target{name: casefile.ActAssign, trace: "case.assigned", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkShort("reason", in.Why, "请写一句为什么交给他,一百字以内。", 100); err != nil {
			return err
		}
		from := a.c.Officer
		if in.Part == casefile.PartAssistant {
			from = a.c.Assistant
		} else if in.Part != casefile.PartOfficer {
			return core.Invalid("part", "请选交给经办还是协理员。")
		}
		to, err := a.handTo(ctx, in, from)
		if err != nil {
			return err
		}
		if err := f.Cases.Give(ctx, a.tx, casefile.Left{Case: a.c.ID, Part: in.Part, From: from}, to); err != nil {
			return err
		}
		if err := f.released(ctx, a.tx, a.c, from); err != nil {
			return err
		}
		return a.assigned(ctx, in, from, to)
	})
}

// handTo is to whom it goes: whom the actor named, or who has least.
func (a *act) handTo(ctx context.Context, in Assign, from core.StaffID) (core.StaffID, error) {
	if in.To == 0 {
		got, err := a.f.Routing.Next(ctx, a.tx, a.c, routing.Want{Part: in.Part, Not: []core.StaffID{from}, First: true})
		switch {
		case err != nil:
			return 0, err
		case got.Full:
			return 0, ErrAllFull
		case got.Staff == 0:
			return 0, ErrAssignKin
		}
		return got.Staff, nil
	}
	if in.To == from {
		return 0, ErrHasIt
	}
	may, err := a.f.Routing.May(ctx, a.tx, a.c, in.Part, in.To)
	if err == nil && !may {
		err = ErrAssignKin
	}
	return in.To, err
}

func (a *act) assigned(ctx context.Context, in Assign, from, to core.StaffID) error {
	next, err := a.f.Staff.Person(ctx, a.tx, to)
	if err != nil {
		return err
	}
	a.detail["part"], a.detail["from"], a.detail["to"], a.detail["reason"] = in.Part, from, to, trim(in.Why)
	citizen := ""
	if in.Part == casefile.PartOfficer {
		citizen = "现在由" + a.c.Town + "的" + next.Name + "办您这件事,期限不变。"
	}
	return a.event(ctx, "case.assigned", citizen, "指给"+next.Name+":"+trim(in.Why))
}
