package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/intake/papers"
)

// appealSent files what somebody said through the app against a decision, in place of laying
// it into the case as a paper, and reports whether it did. What cannot be one any more, or is
// not known to be the household's, is laid in for an officer to look at: no machine refuses it.
func (f *Flow) appealSent(ctx context.Context, tx *pg.Tx, c casefile.Case, in papers.Handed, counts bool) (bool, error) {
	if in.Item == "" || in.Unsolved || !counts {
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
	if p, open := a.all.OpenAppeal(id); open && !p.Hears() || !open && !casefile.Appealable(a.claim) {
		return false, nil
	}
	if _, err := a.file(ctx, Appeal{Claim: id, Says: in.Note, Door: doorOf(in.Channel), sent: in.ID}); err != nil {
		return false, err
	}
	if err := papers.Taken(ctx, tx, in.ID, c.Region); err != nil {
		return false, err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return false, err
	}
	e := entry("claim.appealed", c, a.detail)
	if a.trace != "" {
		e.Act = a.trace
	}
	e.Application = in.Application
	return true, f.Audit.Write(ctx, tx, e)
}

// doorOf is the door of a channel for citizens.
func doorOf(c core.ChannelName) casefile.Door {
	if c == "wechat" {
		return casefile.DoorMini
	}
	return casefile.DoorApp
}
