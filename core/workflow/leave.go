package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/staff"
)

// Errors of hand-overs.
var (
	// ErrStandInKin is a hand-over to who is kin of the household, or wrote it down.
	ErrStandInKin = core.E(core.KindConflict, "stand_in_barred", "代办人和这家有亲属关系,或者这件是他登记的,不能交给他。请给这件另找一位。")
	// ErrNoStandIn is a hand-over with nobody to take it.
	ErrNoStandIn = core.E(core.KindConflict, "no_stand_in", "这次请假没有登记代办人。请撤回,重新登记一位。")
)

// HandOver puts a case of somebody who is away into the hands of the one who stands in
// (F101). The household reads who has it now. to is 0 for the stand-in of the absence; a
// head may name another colleague where that one is barred.
func (f *Flow) HandOver(ctx context.Context, actor casefile.Actor, away staff.Absence, id core.CaseID, to core.StaffID) error {
	on := target{name: casefile.ActHandOver, trace: "case.handed_over", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if to == 0 {
			to = away.StandIn
		}
		if to == 0 {
			return ErrNoStandIn
		}
		next, err := f.takes(ctx, a, away, to)
		if err != nil {
			return err
		}
		h := casefile.Handed{Absence: away.ID, Part: casefile.PartOfficer, From: away.Staff, To: to}
		if a.c.Officer != away.Staff {
			h.Part = casefile.PartAssistant
		}
		if err := f.Cases.HandOver(ctx, a.tx, a.c, h, actor.Staff); err != nil {
			return err
		}
		if err := f.released(ctx, a.tx, a.c, away.Staff); err != nil {
			return err
		}
		a.detail["absence"], a.detail["from"], a.detail["to"], a.detail["part"] = away.ID, away.Staff, to, h.Part
		return a.event(ctx, "case.handed_over", "原来办您这件事的人请假了,现在由"+a.c.Town+"的"+next.Name+"接着办,期限不变。",
			away.Of+"请假("+away.From.Say()+"到"+away.To.Say()+"),交给"+next.Name+"接着办")
	})
}

// takes holds whoever is to take a case to what routing holds them to.
func (f *Flow) takes(ctx context.Context, a *act, away staff.Absence, to core.StaffID) (staff.Person, error) {
	can, err := f.Staff.Colleagues(ctx, a.tx, away.Staff)
	if err != nil {
		return staff.Person{}, err
	}
	for _, p := range can {
		if p.ID != to || !p.Covers(a.c.Region) {
			continue
		}
		err := f.Cases.NoConflict(ctx, a.tx, a.c.ID, to)
		if err != nil || a.c.EnteredBy == to || a.c.ReturnedBy == to {
			return p, ErrStandInKin
		}
		return p, nil
	}
	return staff.Person{}, core.Invalid("to", "这位同事办不了这件,请另选一位。")
}

// HandBack gives a case back that was handed over and in which nothing was done since.
// Errors: casefile.ErrMovedOn.
func (f *Flow) HandBack(ctx context.Context, actor casefile.Actor, h casefile.Handed) error {
	on := target{name: casefile.ActHandBack, trace: "case.handed_back", id: h.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if f.Cases.NoConflict(ctx, a.tx, h.Case, h.From) != nil {
			return casefile.ErrMovedOn // declared kin meanwhile: it stays where it is
		}
		if err := f.Cases.HandBack(ctx, a.tx, h); err != nil {
			return err
		}
		if err := f.released(ctx, a.tx, a.c, h.To); err != nil {
			return err
		}
		back, err := f.Staff.Person(ctx, a.tx, h.From)
		if err != nil {
			return err
		}
		a.detail["absence"], a.detail["move"], a.detail["from"], a.detail["to"] = h.Absence, h.Move, h.To, h.From
		why, line := "请假撤回", "您这件事还是由"+a.c.Town+"的"+back.Name+"办。"
		if h.Move != 0 {
			why = "交接撤回"
		}
		if h.Move != 0 && h.Part == casefile.PartAssistant {
			line = "" // nor did the household read of the move
		}
		return a.event(ctx, "case.handed_back", line, why+",交回给"+back.Name)
	})
}
