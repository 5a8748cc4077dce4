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
