package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
)

// RecordResult writes what the outside body answered on a referred claim.
func (f *Flow) RecordResult(ctx context.Context, actor casefile.Actor, claim core.ClaimID, result string) error {
	on := target{name: casefile.ActReferResult, trace: "claim.result_recorded", claim: claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("result", result, "请写明对方怎么答复。"); err != nil {
			return err
		}
		if err := f.Cases.SetResult(ctx, a.tx, a.claim, result); err != nil {
			return err
		}
		a.detail["result"] = result
		return a.event(ctx, "claim.result", a.claim.Department+"答复:"+result, a.claim.Name+":"+a.claim.Department+"答复,"+result)
	})
}

// Appeal takes in that the household asks again about a decided claim; it goes
// back to be reviewed, and whoever proposed or decided before does not decide now.
func (f *Flow) Appeal(ctx context.Context, actor casefile.Actor, claim core.ClaimID, says string) error {
	on := target{name: casefile.ActAppeal, trace: "claim.appealed", claim: claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("says", says, "请写明哪里不对。"); err != nil {
			return err
		}
		if a.claim.Money != casefile.MoneyNone || a.claim.Proposal == casefile.ProposeApprove {
			return core.E(core.KindConflict, "appeal_granted", "这一项已经批了。要改金额请走变更。")
		}
		if err := f.Cases.MoveClaim(ctx, a.tx, a.claim, casefile.ClaimAppealed); err != nil {
			return err
		}
		_, again, err := f.Cases.LockClaim(ctx, a.tx, claim)
		if err != nil {
			return err
		}
		if err := f.Cases.MoveClaim(ctx, a.tx, again, casefile.ClaimAgreed); err != nil {
			return err
		}
		if a.c.State == casefile.CaseSettled {
			if err := f.Cases.Reopen(ctx, a.tx, a.c); err != nil {
				return err
			}
		}
		if err := a.askedAgain(ctx); err != nil {
			return err
		}
		a.detail["says"] = says
		return a.event(ctx, "claim.appealed", "您说不对的地方,我们再看一遍。", a.claim.Name+":本人有异议,重新审核")
	})
}
