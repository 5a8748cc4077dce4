package workflow

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/routing"
	"lianou/core/staff"
)

// sweepHops moves on what somebody was given and did nothing in within its days (F54).
func (f *Flow) sweepHops(ctx context.Context) error {
	var failed error
	for after := int64(0); ; {
		var list []casefile.Hop
		err := f.DB.Read(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			list, err = f.Cases.Unanswered(ctx, tx, after, sweepSize)
			return err
		})
		for _, h := range list {
			after = h.ID
			failed = errors.Join(failed, f.expire(ctx, h))
		}
		if err != nil || len(list) < sweepSize {
			return errors.Join(failed, err)
		}
	}
}

// expire moves one on, in a transaction of its own: to a colleague of the same work with least in
// hand, never kin, never who handed it back or let it lie before. Its clocks run on as they are.
func (f *Flow) expire(ctx context.Context, listed casefile.Hop) error {
	var c casefile.Case
	moved := false
	err := f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		moved = false
		if c, err = f.Cases.Lock(ctx, tx, listed.Case); err != nil {
			return err
		}
		h, err := f.Cases.StillUnanswered(ctx, tx, listed.ID)
		if errors.Is(err, casefile.ErrMovedOn) || err == nil && (c.State.Closed() || c.State == casefile.CaseReturned) {
			return nil
		}
		if err != nil {
			return err
		}
		figures, err := f.Cases.FiguresOf(ctx, tx, c.Region)
		if err != nil {
			return err
		}
		away, over, err := f.lay(ctx, tx, h, figures[casefile.FigureReply])
		if err != nil || !over {
			return err
		}
		h.Away = away.ID != 0
		moved = true
		return f.moveOn(ctx, tx, c, h, away, figures[casefile.FigureMoves])
	})
	if err == nil && moved {
		f.ring(ctx, c.Region, "case.expired", c.ID)
	}
	return err
}

// lay says whether the days of a hop are over, and the leave that whoever has it is on today.
// Nobody is held to the days of their leave: what falls due in them goes to who stands in, and
// once they are back the days begin where they left.
func (f *Flow) lay(ctx context.Context, tx *pg.Tx, h casefile.Hop, reply int) (today staff.Absence, over bool, err error) {
	from := core.DateOf(h.At)
	due := max(h.Due, f.Routing.Days(from, reply))
	list, err := f.Staff.AwaySince(ctx, tx, h.Staff, from)
	if err != nil {
		return today, false, err
	}
	gone := 0
	for _, a := range list {
		if a.From <= tx.Today() && tx.Today() <= a.To {
			today = a
		}
		gone += f.Routing.Between(max(a.From, from+1)-1, min(a.To, tx.Today()))
	}
	if today.ID == 0 {
		due = f.Routing.Days(due, gone)
	}
	return today, due < tx.Today(), nil
}

// moveOn gives what lay to a colleague and tells the head, once; after the last time by itself,
// and where nobody may take it, it stays where it is and lies before the head by name.
func (f *Flow) moveOn(ctx context.Context, tx *pg.Tx, c casefile.Case, h casefile.Hop, away staff.Absence, most int) error {
	head, err := f.minder(ctx, tx, c)
	if err != nil {
		return err
	}
	h.Told = head.ID
	lain, moves, err := f.Cases.ExpiredBefore(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	var to routing.Choice
	if h.Away || moves < most {
		if to, err = f.nextHand(ctx, tx, c, away, append(lain, h.Staff)); err != nil {
			return err
		}
	}
	h.MovedTo = to.Staff
	if err := f.Cases.Expire(ctx, tx, h); err != nil {
		return err
	}
	if to.Staff == 0 {
		return f.before(ctx, tx, c, h, head, moves)
	}
	return f.handOn(ctx, tx, c, h, head, to, moves+1)
}

// nextHand is who takes what lay: who stands in for who is on leave, else who has least in hand.
func (f *Flow) nextHand(ctx context.Context, tx *pg.Tx, c casefile.Case, away staff.Absence, not []core.StaffID) (routing.Choice, error) {
	if away.StandIn != 0 && !slices.Contains(not, away.StandIn) {
		may, err := f.Routing.May(ctx, tx, c, casefile.PartOfficer, away.StandIn)
		if err != nil || may {
			return routing.Choice{Staff: away.StandIn}, err
		}
	}
	return f.Routing.Next(ctx, tx, c, routing.Want{Part: casefile.PartOfficer, Not: not, First: true})
}

// handOn writes the move: the row of the case, what household and colleagues read, and the trace.
func (f *Flow) handOn(ctx context.Context, tx *pg.Tx, c casefile.Case, h casefile.Hop, head staff.Person, to routing.Choice, nth int) error {
	l := casefile.Left{Case: c.ID, Part: casefile.PartOfficer, From: h.Staff}
	if err := f.Cases.Give(ctx, tx, l, to.Staff); err != nil {
		return err
	}
	next, err := f.Staff.Person(ctx, tx, to.Staff)
	if err != nil {
		return err
	}
	why, whose := "派到手上没有动,过了期限", "原来办您这件事的人没有按时接,"
	if h.Away {
		why, whose = "请假,手上的过了期限", "原来办您这件事的人请假了,"
	} else {
		why += ",第 " + strconv.Itoa(nth) + " 次自动转"
	}
	e := casefile.Event{Case: c.ID, Kind: "case.expired", Actor: casefile.JobActor(), Citizen: whose + "现在由" + c.Town + "的" + next.Name + "接着办,期限不变。",
		Staff: why + ",交给" + next.Name + pastWord(to) + told(head)}
	if err := f.Cases.AddEvent(ctx, tx, e); err != nil {
		return err
	}
	if err := f.released(ctx, tx, c, h.Staff); err != nil {
		return err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, entry("case.expired", c, map[string]any{"from": h.Staff, "to": to.Staff, "nth": nth, "away": h.Away, "told": head.ID}))
}

// before has a case lie before its head by name; whoever has it in hand keeps it until then.
func (f *Flow) before(ctx context.Context, tx *pg.Tx, c casefile.Case, h casefile.Hop, head staff.Person, moves int) error {
	if _, err := f.Cases.Wait(ctx, tx, c, casefile.Wait{Part: casefile.PartOfficer, Why: casefile.WaitLate, Owner: head.ID}); err != nil {
		return err
	}
	why := "派到手上没有动,过了期限,没有别人能接"
	if moves > 0 {
		why = "自动转过 " + strconv.Itoa(moves) + " 次还是没有动,不再自动转"
	}
	say := ",请" + head.Name + "指给一个人"
	if head.ID == 0 {
		say = ";镇上没有审批在,报县里"
	}
	if err := f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "case.lies", Actor: casefile.JobActor(), Staff: why + say}); err != nil {
		return err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, entry("case.lies", c, map[string]any{"staff": h.Staff, "moves": moves, "owner": head.ID}))
}

func told(head staff.Person) string {
	if head.ID == 0 {
		return ""
	}
	return ",已告诉" + head.Name
}
