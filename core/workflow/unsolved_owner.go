package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// partUnsolved is where a sweep has come to in what is not solved, beside the parts of cases.
const partUnsolved casefile.Part = "unsolved"

// nameUnsolved gives what is not solved and lies in nobody's hands, or in those of a closed account, to
// somebody of its unit, in one transaction; it says where it has come to.
func (f *Flow) nameUnsolved(ctx context.Context, after core.CaseID) (core.CaseID, bool, error) {
	var bells []rung
	last, more := after, false
	err := f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error {
		bells, last, more = bells[:0], after, false
		gone, err := f.Staff.Gone(ctx, tx)
		if err != nil {
			return err
		}
		list, err := f.Cases.UnsolvedLeft(ctx, tx, gone, after, sweepSize)
		if err != nil {
			return err
		}
		more = len(list) == sweepSize
		for _, left := range list {
			last = left.Case
			a := &act{f: f, tx: tx, actor: casefile.JobActor(), detail: map[string]any{}}
			if err := a.lock(ctx, target{claim: left.Claim}); err != nil {
				return err
			}
			u, open := a.all.OpenUnsolved()
			if !open || u.ID != left.ID || u.Who != left.Who {
				continue // it went on since it was listed
			}
			given, err := a.nameAnother(ctx, u)
			if err != nil {
				return err
			}
			if given {
				bells = append(bells, rung{a.c.Region, "unsolved.given", a.c.ID})
			}
		}
		return nil
	})
	f.ringAll(ctx, err, bells)
	return last, more, err
}

// nameAnother names somebody for one, if anybody of its unit is there who may answer it.
func (a *act) nameAnother(ctx context.Context, u casefile.Unsolved) (bool, error) {
	next, err := a.answers(ctx, u)
	if err != nil || next.ID == 0 || next.ID == u.Who {
		return false, err
	}
	if err := a.f.Cases.GiveUnsolved(ctx, a.tx, u, next.ID); err != nil {
		return false, err
	}
	if err := a.event(ctx, "unsolved.given", "", a.claim.Name+":没有解决的,没有人在办,交给"+next.Name); err != nil {
		return false, err
	}
	return true, a.f.Audit.Write(ctx, a.tx, entry("unsolved.given", a.c, map[string]any{"unsolved": u.ID, "from": u.Who, "to": next.ID}))
}
