package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// act is what one person does to one case: the frame every act shares.
type act struct {
	f      *Flow
	tx     *pg.Tx
	actor  casefile.Actor
	c      casefile.Case
	all    casefile.Situation
	claim  casefile.Claim // the zero Claim for acts about the case
	detail map[string]any // for the audit entry
	more   []audit.Entry  // of what else the act did
	trace  string         // in place of the target's, where the act came to less
	again  string         // who looked anew, when the act answers an appeal; as wording.Again says it
}

// target says what an act is about. Claim 0: about the case; Case 0: the claim's.
type target struct {
	name  casefile.ActName
	trace string // name of the act in the audit log
	id    core.CaseID
	claim core.ClaimID
}

// do runs an act: lock, check, act, publish, trace, commit, bell. The order is the
// same for all, so that no act can forget one of them.
func (f *Flow) do(ctx context.Context, actor casefile.Actor, on target, step func(context.Context, *act) error) error {
	var region core.RegionCode
	var id core.CaseID
	err := f.DB.Tx(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) error {
		a := &act{f: f, tx: tx, actor: actor, detail: map[string]any{}}
		// 1. Hold the case and what belongs to it.
		if err := a.lock(ctx, on); err != nil {
			return err
		}
		// 2. May this person do this now? What is not theirs to see does not exist.
		if err := casefile.Check(a.all, actor, on.name, a.claim); err != nil {
			return err
		}
		// 3. The act itself.
		if err := step(ctx, a); err != nil {
			return err
		}
		// 4. Whoever has it in hand has taken it up: its days run for them no more.
		if err := f.Cases.Answer(ctx, tx, a.c.ID, actor.Staff); err != nil {
			return err
		}
		// 5. What citizens see, and the trace, last.
		if err := f.Cases.PublishStatus(ctx, tx, a.c.ID); err != nil {
			return err
		}
		region, id = a.c.Region, a.c.ID
		return f.Audit.Write(ctx, tx, append(a.more, a.entry(on))...)
	})
	if err == nil {
		f.ring(ctx, region, on.trace, id)
	}
	return err
}

func (a *act) lock(ctx context.Context, on target) (err error) {
	if on.claim != 0 {
		a.c, a.claim, err = a.f.Cases.LockClaim(ctx, a.tx, on.claim)
	} else {
		a.c, err = a.f.Cases.Lock(ctx, a.tx, on.id)
	}
	if err != nil {
		return err
	}
	a.all, err = a.f.Cases.Situation(ctx, a.tx, a.c)
	return err
}

func (a *act) entry(on target) audit.Entry {
	if a.claim.ID != 0 {
		a.detail["claim"], a.detail["item"] = a.claim.ID, a.claim.Item
	}
	trace := on.trace
	if a.trace != "" {
		trace = a.trace
	}
	return audit.Entry{Actor: a.actor.Audit(), Act: trace, Case: a.c.ID, Application: a.c.Application, Region: a.c.Region,
		Purpose: "casework", Detail: a.detail}
}

// event writes a line of the timeline in the actor's name; citizen may be "".
func (a *act) event(ctx context.Context, kind, citizen, staff string) error {
	return a.f.Cases.AddEvent(ctx, a.tx, casefile.Event{Case: a.c.ID, Kind: kind, Actor: a.actor, Citizen: citizen, Staff: staff})
}

// reload reads the case again after a step moved it.
func (a *act) reload(ctx context.Context) (err error) {
	a.c, err = a.f.Cases.Lock(ctx, a.tx, a.c.ID)
	return err
}

// reasonsOf makes reasons out of what an officer wrote; empty lines drop out.
func reasonsOf(texts []string) []casefile.Reason {
	list := make([]casefile.Reason, 0, len(texts))
	for _, t := range texts {
		if t = trim(t); t != "" {
			list = append(list, casefile.Reason{Outcome: "stated", Text: t})
		}
	}
	return list
}
