package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
)

// Drop takes one item out of a case because the household does not want it or does
// not agree to it. The others go on; it can be asked for again (AddItem). While an appeal of
// it is open the first person's word is written down and told to the household, and the second's,
// once they heard of it and had their days, ends both. Errors: casefile.ErrBackUntold.
func (f *Flow) Drop(ctx context.Context, actor casefile.Actor, claim core.ClaimID, reason string) error {
	on := target{name: casefile.ActDrop, trace: "claim.dropped", claim: claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reason", reason, "请写明家里为什么不办这一项。"); err != nil {
			return err
		}
		a.detail["reason"] = reason
		if p, open := a.all.OpenAppeal(a.claim.ID); open {
			if p.BackBy == 0 {
				return a.sayBack(ctx, p, trim(reason))
			}
			if err := a.takeBack(ctx, p); err != nil {
				return err
			}
		}
		if err := f.Cases.MoveClaim(ctx, a.tx, a.claim, casefile.ClaimWithdrawn); err != nil {
			return err
		}
		if err := f.Cases.Meet(ctx, a.tx, a.c.ID, a.claim.ID, casefile.DeadlineDecide); err != nil {
			return err
		}
		citizen := "" // what was only matched was never theirs to give up
		if a.claim.State == casefile.ClaimAgreed {
			citizen = a.claim.Everyday + "按您的意思不办了。"
		}
		if err := a.event(ctx, "claim.dropped", citizen, a.claim.Name+":家里不办,"+reason); err != nil {
			return err
		}
		return f.settle(ctx, a.tx, a.c)
	})
}
