package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
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

// Conference takes a hard case to the county's meeting (一事一议), and EndConference
// brings it back with the minutes; it cannot grant anything by itself.
func (f *Flow) Conference(ctx context.Context, actor casefile.Actor, id core.CaseID, why string) error {
	on := target{name: casefile.ActConference, trace: "conference.asked", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("why", why, "请写明为什么要一事一议。"); err != nil {
			return err
		}
		if err := f.Cases.Move(ctx, a.tx, a.c, casefile.CaseConference); err != nil {
			return err
		}
		// What several bodies have to look into is hard to find out (调查难度较大).
		for _, c := range a.all.Claims {
			if c.State == casefile.ClaimAgreed || c.State == casefile.ClaimReviewed {
				if err := a.reclock(ctx, c, stand{County: c.Decides == policy.ByCounty, Special: true}); err != nil {
					return err
				}
			}
		}
		a.detail["why"] = why
		return a.event(ctx, "conference.asked", "您家的情况要几家一起商量。", "提请一事一议:"+why)
	})
}

// EndConference brings the case back to the township with the minutes.
func (f *Flow) EndConference(ctx context.Context, actor casefile.Actor, id core.CaseID, minutes string) error {
	on := target{name: casefile.ActConferenceIn, trace: "conference.ended", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("minutes", minutes, "请写下会议记录:谁到会、议了什么、怎么定的。"); err != nil {
			return err
		}
		if err := f.Cases.Move(ctx, a.tx, a.c, casefile.CaseVisiting); err != nil {
			return err
		}
		a.detail["minutes"] = minutes
		if err := a.event(ctx, "conference.ended", "商量好了,镇上接着办。", "一事一议记录:"+minutes); err != nil {
			return err
		}
		if err := a.reload(ctx); err != nil {
			return err
		}
		return f.settle(ctx, a.tx, a.c)
	})
}
