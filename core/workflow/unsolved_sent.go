package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/intake/papers"
)

// unsolvedSent files what somebody said through the app of a matter that is not solved, as appealSent
// does an appeal. What comes while one is open, or is not known to be the household's, is laid in for
// an officer to look at.
func (f *Flow) unsolvedSent(ctx context.Context, tx *pg.Tx, c casefile.Case, in papers.Handed, counts bool) (bool, error) {
	if in.Item == "" || !in.Unsolved || !counts {
		return false, nil
	}
	id, err := f.Cases.ClaimFor(ctx, tx, c.ID, in.Item)
	if core.KindOf(err) == core.KindNotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	a := &act{f: f, tx: tx, actor: casefile.Actor{Kind: "citizen"}, detail: map[string]any{}}
	if err := a.lock(ctx, target{claim: id}); err != nil {
		return false, err
	}
	if _, open := a.all.OpenUnsolved(); open || !casefile.Reopenable(a.c, a.claim) {
		return false, nil
	}
	if _, err := a.unsolved(ctx, Unsolved{Claim: id, Says: in.Note, Door: doorOf(in.Channel), sent: in.ID}); err != nil {
		return false, err
	}
	if err := papers.Taken(ctx, tx, in.ID, c.Region); err != nil {
		return false, err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return false, err
	}
	e := a.entry(target{trace: "claim.unsolved"})
	e.Actor, e.Application = audit.Actor{Kind: "job", ID: "workflow"}, in.Application
	return true, f.Audit.Write(ctx, tx, e)
}
