package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
)

// Drop takes one item out of a case because the household does not want it or does
// not agree to it. The others go on; it can be asked for again (AddItem). While an appeal of
// it is open the first person's word is written down, and the second's ends both.
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

// sayBack is the first person's word that the household does not want an appeal any more. The
// household reads it at once, for nobody else would know that it is not so.
func (a *act) sayBack(ctx context.Context, p casefile.Appeal, why string) error {
	if err := a.f.Cases.SayBack(ctx, a.tx, p, a.actor.Staff, why); err != nil {
		return err
	}
	a.trace = "appeal.back_said"
	a.detail["appeal"] = p.ID
	return a.event(ctx, "appeal.back_said", a.claim.Everyday+"记下了您不要重新看了。还要另一位同志问过您才算。不是您的意思,打 12345 说一声。",
		a.claim.Name+":家里说不要重新看了,"+why+"。等另一位没经手过的同志问过本人")
}

// takeBack ends an appeal as the second person, and keeps both names.
func (a *act) takeBack(ctx context.Context, p casefile.Appeal) error {
	a.detail["appeal"], a.detail["said_by"], a.detail["back_by"] = p.ID, p.BackBy, a.actor.Staff
	return a.f.Cases.WithdrawAppeal(ctx, a.tx, p, a.actor.Staff)
}
