package workflow

import (
	"context"
	"errors"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
)

// partUnsolved is where a sweep has come to in what is not solved, beside the parts of cases.
const partUnsolved casefile.Part = "unsolved"

// nameUnsolved gives what is not solved and lies in nobody's hands, or in those of who may not or cannot
// answer it, to somebody of its unit, or to the unit above; it says where it has come to. Each is a
// transaction of its own: one that fails holds up no other.
func (f *Flow) nameUnsolved(ctx context.Context, after core.CaseID) (core.CaseID, bool, error) {
	var list []casefile.Unsolved
	err := f.DB.Read(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = f.Cases.UnsolvedLeft(ctx, tx, after, sweepSize)
		return err
	})
	last := after
	for _, left := range list {
		last = left.Case
		err = errors.Join(err, f.nameOne(ctx, left))
	}
	return last, len(list) == sweepSize, err
}

// nameOne names somebody for one that was listed.
func (f *Flow) nameOne(ctx context.Context, left casefile.Unsolved) error {
	var region core.RegionCode
	given := false
	err := f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error {
		given = false
		a := &act{f: f, tx: tx, actor: casefile.JobActor(), detail: map[string]any{}}
		if err := a.lock(ctx, target{claim: left.Claim}); err != nil {
			return err
		}
		region = a.c.Region
		u, open := a.all.OpenUnsolved()
		if !open || u.ID != left.ID || u.Who != left.Who || u.Unit != left.Unit {
			return nil // it went on since it was listed
		}
		var err error
		given, err = a.nameAnother(ctx, u)
		return err
	})
	if err == nil && given {
		f.ring(ctx, region, "unsolved.given", left.Case)
	}
	return err
}

// nameAnother names somebody for one who may answer it, of its unit or of the first above of which
// anybody can. Where somebody of it can who is not named, whoever comes first may.
func (a *act) nameAnother(ctx context.Context, u casefile.Unsolved) (bool, error) {
	up, err := a.raiseUnsolved(ctx, u)
	if err != nil {
		return false, err
	}
	next, err := a.answers(ctx, up)
	if err != nil || next.ID == u.Who && up.Unit == u.Unit {
		return false, err
	}
	if err := a.f.Cases.GiveUnsolved(ctx, a.tx, up, next.ID); err != nil {
		return false, err
	}
	if err := a.unsolvedGiven(ctx, u, up, next.Name); err != nil {
		return false, err
	}
	return true, a.f.Audit.Write(ctx, a.tx, entry("unsolved.given", a.c, map[string]any{"unsolved": u.ID, "from": u.Who, "to": next.ID, "unit": up.Unit}))
}

// unsolvedGiven is what colleagues read of it; and the household, where it lies higher than it was told.
func (a *act) unsolvedGiven(ctx context.Context, was, now casefile.Unsolved, name string) error {
	line, desk := "", a.claim.Name+":没有解决的,没有人在办"
	if now.Unit != was.Unit {
		desk = a.claim.Name + ":没有解决的," + was.Unit.Say() + "没有人能答复,到" + now.Unit.Say()
		line = a.claim.Everyday + "没有解决的事," + a.unitName(was.Unit) + "没有人能答复,改由" + a.unitName(now.Unit) + name + "办。" + wording.UnsolvedBy(now.Due, a.tx.Today())
	}
	if name != "" {
		desk += ",交给" + name
	} else {
		desk += ",谁先到谁办"
	}
	if err := a.event(ctx, "unsolved.given", line, desk); err != nil {
		return err
	}
	return a.f.Cases.PublishStatus(ctx, a.tx, a.c.ID)
}
