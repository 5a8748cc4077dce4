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

// lines has the parts of a case that has just come wait, where all who may take them have as much
// in hand as they may.
func (f *Flow) lines(ctx context.Context, tx *pg.Tx, c casefile.Case, to routing.Picked) error {
	if to.OfficerBy.Full {
		if err := f.line(ctx, tx, c, casefile.PartOfficer, to.OfficerBy); err != nil {
			return err
		}
	}
	if !to.AssistantBy.Full {
		return nil
	}
	return f.line(ctx, tx, c, casefile.PartAssistant, to.AssistantBy)
}

// line has a part of a case wait in its township's list, before an approver by name; where
// somebody has room and others only wait before it, they are given at once.
func (f *Flow) line(ctx context.Context, tx *pg.Tx, c casefile.Case, part casefile.Part, by routing.Choice) error {
	owner, err := f.minder(ctx, tx, c)
	if err != nil {
		return err
	}
	begun, err := f.Cases.Wait(ctx, tx, c, casefile.Wait{Part: part, Why: casefile.WaitFull, Owner: owner.ID})
	if err != nil || !begun {
		return err
	}
	e := casefile.Event{Case: c.ID, Kind: "case.waits", Actor: casefile.JobActor()}
	bound := "(每人最多 " + strconv.Itoa(by.Cap) + " 件)"
	if part == casefile.PartOfficer {
		e.Staff = "经办手上都满了" + bound + ",排着等,谁先空出来谁接" + before(owner)
		e.Citizen = c.Town + "现在手上的事多,您这件排着,一有人空出来就办,期限不变。"
	} else {
		e.Staff = "协理员手上都满了" + bound + ",排着等" + before(owner)
	}
	if err := f.Cases.AddEvent(ctx, tx, e); err != nil {
		return err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return err
	}
	if by.Room {
		if err := f.jobs.Insert(ctx, tx, HandOn{Region: c.Region}); err != nil {
			return err
		}
	}
	return f.Audit.Write(ctx, tx, entry("case.waits", c, map[string]any{"part": part, "why": casefile.WaitFull, "owner": owner.ID, "cap": by.Cap}))
}

// before says before whom something waits.
func before(owner staff.Person) string {
	if owner.ID == 0 {
		return ";镇上没有审批在,到期报县里"
	}
	return ";" + owner.Name + "看着"
}

// pastWord says that somebody took an urgent case past what they may have in hand.
func pastWord(by routing.Choice) string {
	if !by.Past {
		return ""
	}
	return ";急,不排队:他手上已有 " + strconv.Itoa(by.Had) + " 件,上限 " + strconv.Itoa(by.Cap) + " 件"
}

// minder is before whom lies what nobody can take: the nearest approver who is there and no kin,
// else the county's; nobody where none is.
func (f *Flow) minder(ctx context.Context, tx *pg.Tx, c casefile.Case) (staff.Person, error) {
	kin, err := f.Cases.Conflicts(ctx, tx, c.ID)
	if err != nil {
		return staff.Person{}, err
	}
	for _, role := range []staff.Role{staff.Approver, staff.County} {
		list, err := f.Staff.Holding(ctx, tx, role, c.Region)
		if err != nil {
			return staff.Person{}, err
		}
		for _, p := range list {
			if !slices.ContainsFunc(kin, func(k casefile.Kin) bool { return k.Staff == p.ID }) {
				return p, nil
			}
		}
	}
	return staff.Person{}, nil
}

// released hands on what somebody had in hand and has no more: a job in the transaction that
// released it, where something waits in one of their places (F100).
func (f *Flow) released(ctx context.Context, tx *pg.Tx, c casefile.Case, from ...core.StaffID) error {
	for _, id := range slices.Compact(from) {
		if id == 0 {
			continue
		}
		some, err := f.Cases.HandWaits(ctx, tx, id)
		if err != nil {
			return err
		}
		if !some {
			continue
		}
		if err := f.jobs.Insert(ctx, tx, HandOn{Region: c.Region, Staff: id}); err != nil {
			return err
		}
	}
	return nil
}

// HandOn gives what waits to whoever has a place, the first first.
func (f *Flow) HandOn(ctx context.Context, job HandOn) error {
	towns := []core.RegionCode{job.Region}
	if job.Staff != 0 {
		err := f.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			p, err := f.Staff.Person(ctx, tx, job.Staff)
			if err == nil {
				towns = p.Regions
			}
			if errors.Is(err, staff.ErrUnknown) {
				return nil // closed meanwhile: their township is looked at
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return f.drain(ctx, towns)
}

// sweepWaits gives what waits where a place came to be otherwise: a number was raised, somebody is
// back or new. And what waits before somebody who is gone or on leave goes before another.
// Each township is looked at by itself: however many wait in one that is full, another's turn comes.
func (f *Flow) sweepWaits(ctx context.Context) error {
	var towns []core.RegionCode
	err := f.DB.Read(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		towns, err = f.Cases.FullTowns(ctx, tx)
		return err
	})
	for _, town := range towns {
		err = errors.Join(err, f.drain(ctx, []core.RegionCode{town}))
	}
	return errors.Join(err, f.sweepMinders(ctx))
}

// drainSize bounds one look at what waits; the rest has its turn when the next place is free.
const drainSize = 1000

// drain gives what waits in some places, each in a transaction of its own, by its turn. Where
// nobody of a place has room the others of that place are not tried.
func (f *Flow) drain(ctx context.Context, towns []core.RegionCode) error {
	var list []casefile.Waiting
	err := f.DB.Read(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = f.Cases.WaitingIn(ctx, tx, towns, 0, drainSize)
		return err
	})
	full := map[string]bool{}
	for _, w := range list {
		place := string(w.Wait.Part) + string(w.Region)
		if w.Wait.Part == casefile.PartAssistant {
			place += string(w.Village)
		}
		if w.Wait.Why != casefile.WaitFull || full[place] {
			continue
		}
		got, one := f.giving(ctx, w.ID, w.Wait.Part, "case.given", func(ctx context.Context, tx *pg.Tx, c casefile.Case) (routing.Choice, error) {
			return f.turn(ctx, tx, c, w.Wait)
		})
		err = errors.Join(err, one)
		full[place] = got.Full && !got.Room
	}
	return err
}

// turn gives a part of a case that waited to whoever has a place now.
func (f *Flow) turn(ctx context.Context, tx *pg.Tx, c casefile.Case, w casefile.Wait) (routing.Choice, error) {
	now, err := f.Cases.WaitOf(ctx, tx, c.ID, w.Part)
	if err != nil || now.ID != w.ID {
		return routing.Choice{}, err // somebody was faster
	}
	got, err := f.Routing.Next(ctx, tx, c, routing.Want{Part: w.Part, First: true})
	if err != nil || got.Staff == 0 {
		return got, err
	}
	l := casefile.Left{Case: c.ID, Part: w.Part, From: c.Officer}
	if w.Part == casefile.PartAssistant {
		l.From = c.Assistant
	}
	return got, f.give(ctx, tx, c, l, &got, casefile.Event{Staff: "排到了", Citizen: "排到了,"})
}

// sweepMinders puts what waits before nobody, or before who is not there, before somebody who is.
func (f *Flow) sweepMinders(ctx context.Context) error {
	var failed error
	for after := int64(0); ; {
		var list []casefile.Wait
		err := f.DB.Read(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			list, err = f.Cases.Orphaned(ctx, tx, after, sweepSize)
			return err
		})
		for _, w := range list {
			after = w.ID
			failed = errors.Join(failed, f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error { return f.mind(ctx, tx, w) }))
		}
		if err != nil || len(list) < sweepSize {
			return errors.Join(failed, err)
		}
	}
}

func (f *Flow) mind(ctx context.Context, tx *pg.Tx, w casefile.Wait) error {
	c, err := f.Cases.Lock(ctx, tx, w.Case)
	if err != nil {
		return err
	}
	now, err := f.Cases.WaitOf(ctx, tx, c.ID, w.Part)
	if err != nil || now.ID != w.ID {
		return err // it waits no more
	}
	owner, err := f.minder(ctx, tx, c)
	if err != nil || owner.ID == now.Owner || owner.ID == 0 {
		return err
	}
	if err := f.Cases.OwnWait(ctx, tx, w.ID, owner.ID); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, entry("case.minded", c, map[string]any{"part": w.Part, "from": now.Owner, "owner": owner.ID}))
}
