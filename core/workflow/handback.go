package workflow

import (
	"context"
	"encoding/json"

	"lianou/core"
	"lianou/core/casefile"
)

// Resume records that what was asked for is here, and what it says; the case goes on
// where it was. What was told meanwhile may have been its end.
func (f *Flow) Resume(ctx context.Context, actor casefile.Actor, in Resume) error {
	on := target{name: casefile.ActResume, trace: "supplement.received", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("what", in.What, "请写明补来了什么。"); err != nil {
			return err
		}
		if len(in.Facts)+len(in.Same) > 0 {
			facts, err := a.learn(ctx, "supplement", Seen{Facts: in.Facts, Same: in.Same, Shown: in.Shown})
			if err != nil {
				return err
			}
			a.detail["facts"] = facts.Digest
		}
		to := casefile.CaseOpen
		switch {
		case len(a.all.Visitors) > 0:
			to = casefile.CaseVisiting
		case !a.c.Accepted.IsZero():
			to = casefile.CaseAccepted
		}
		if err := f.Cases.Move(ctx, a.tx, a.c, to); err != nil {
			return err
		}
		if err := f.Cases.Meet(ctx, a.tx, in.Case, 0, casefile.DeadlineSupplement); err != nil {
			return err
		}
		if _, err := f.Cases.LookedAt(ctx, a.tx, in.Case, actor.Staff, in.Saw); err != nil {
			return err
		}
		if err := a.event(ctx, "supplement.received", "补的东西收到了。", "已补:"+in.What); err != nil {
			return err
		}
		if err := a.reload(ctx); err != nil {
			return err
		}
		return f.settle(ctx, a.tx, a.c)
	})
}

// Resume is what came in after it was asked for.
type Resume struct {
	Case  core.CaseID
	What  string
	Facts map[string]json.RawMessage // what the papers say, by fact path; may be empty
	Same  []string                   // what they say is as it was said
	Shown int                        // the version of the facts that the page showed; wanted with Same
	Saw   []int64                    // the ids of what came in that the officer's page showed
}

// returnDays is how many working days after a case came it may be handed back (Shandong's
// measure for the hotline, 2020: what is not yours goes back within two, with the reason).
const returnDays = 2

// ErrReturnLate is a hand-back after those days: the household is not kept waiting for it.
var ErrReturnLate = core.E(core.KindConflict, "return_late", "派来两个工作日以内才能退。请先受理接着办;确实不归本镇的,请县里改派。")

// Return is why a case is handed back.
type Return struct {
	Case   core.CaseID
	Ground casefile.Ground
	Why    string // what the ground rests on: where they live, who has it, whose it is
}

// Return hands a case back on a ground (F55). The county says where it belongs, the second
// time for good; the clock of first contact runs on, and so does the deadline of acceptance,
// which climbs when nobody looks.
func (f *Flow) Return(ctx context.Context, actor casefile.Actor, in Return) error {
	on := target{name: casefile.ActReturn, trace: "case.returned", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reason", in.Why, "退回要写依据:住哪里、谁在办、归谁办,怎么核的。"); err != nil {
			return err
		}
		if !a.c.Routed.IsZero() && a.tx.Today() > f.Routing.Days(core.DateOf(a.c.Routed), returnDays) {
			return ErrReturnLate
		}
		bounce := casefile.Bounce{By: actor.Staff, Ground: in.Ground, Why: trim(in.Why)}
		if err := f.Cases.Return(ctx, a.tx, a.c, bounce); err != nil {
			return err
		}
		if err := f.released(ctx, a.tx, a.c, a.c.Officer, a.c.Assistant); err != nil {
			return err
		}
		a.detail["ground"], a.detail["reason"], a.detail["nth"] = in.Ground, in.Why, a.c.Returns+1
		staff := "退回,等县里定:" + in.Ground.Say() + "。" + trim(in.Why)
		if a.c.Returns > 0 {
			staff = "第二次退回,请县里仲裁:" + in.Ground.Say() + "。" + trim(in.Why)
		}
		return a.event(ctx, "case.returned", "我们在重新核对该哪里办,期限不变。", staff)
	})
}

// ErrOtherCounty is the answer to a county that would send a case out of its area.
var ErrOtherCounty = core.E(core.KindForbidden, "other_county", "这个镇不归本县。跨县的由市里派,他们那边看得到这件。")

// Relocate is where a case belongs. Why is required once it was handed back twice.
type Relocate struct {
	Case core.CaseID
	To   core.RegionCode
	Why  string
}

// Relocate sends a case to the township that is to handle it: from a sorting desk,
// or after it was handed back, which may mean to the township that handed it back.
// Errors: ErrOtherCounty, casefile.ErrVerdict, casefile.ErrOwnBounce.
func (f *Flow) Relocate(ctx context.Context, actor casefile.Actor, in Relocate) error {
	on := target{name: casefile.ActRelocate, trace: "case.relocated", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if _, ok := f.Registry.Regions().Township(in.To); !ok {
			return core.Invalid("region", "没有这个地方,请从列表里选。")
		}
		where := f.Routing.Place(core.Place{Region: in.To})
		if !actor.Covers(where.Region) {
			return ErrOtherCounty
		}
		if trim(in.Why) != "" {
			if err := checkText("reason", in.Why, ""); err != nil {
				return err
			}
		}
		if err := f.Cases.SettleBounce(ctx, a.tx, a.c, actor.Staff, where.Region, trim(in.Why)); err != nil {
			return err
		}
		err := f.Cases.Relocate(ctx, a.tx, a.c, where.Region, where.Village, [2]string{where.Town, where.VillageName})
		if err != nil {
			return err
		}
		if err := f.released(ctx, a.tx, a.c, a.c.Officer, a.c.Assistant); err != nil {
			return err
		}
		a.detail["from"], a.detail["to"], a.detail["reason"] = a.c.Region, where.Region, in.Why
		citizen, staff := "", "改派到"+where.Town
		if trim(in.Why) != "" {
			staff += ":" + trim(in.Why)
		}
		if a.c.State == casefile.CaseReturned && a.c.Returns >= casefile.MaxBounces {
			citizen, staff = "定下来了,由"+where.Town+"办,期限不变。", staff+"。定了,不能再退"
		}
		if err := a.event(ctx, "case.relocated", citizen, staff); err != nil {
			return err
		}
		return f.jobs.Insert(ctx, a.tx, Route{Application: a.c.Application, Region: where.Region, Turn: firstMove + a.c.Moves})
	})
}

// firstMove is the turn of the job that routes a case after its first move; 0 is the
// birth of a case, and 1 stood for a hand-back that routed itself.
const firstMove = 2

// Withdraw ends a case at the household's own wish, before anything was proposed.
func (f *Flow) Withdraw(ctx context.Context, actor casefile.Actor, id core.CaseID, reason string) error {
	on := target{name: casefile.ActWithdraw, trace: "case.withdrawn", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reason", reason, "请写明本人为什么撤回。"); err != nil {
			return err
		}
		for _, claim := range a.all.Claims {
			if claim.State == casefile.ClaimWithdrawn {
				continue
			}
			if err := f.Cases.MoveClaim(ctx, a.tx, claim, casefile.ClaimWithdrawn); err != nil {
				return err
			}
		}
		if err := f.Cases.Close(ctx, a.tx, a.c, casefile.CaseWithdrawn); err != nil {
			return err
		}
		if err := f.released(ctx, a.tx, a.c, a.c.Officer, a.c.Assistant); err != nil {
			return err
		}
		if err := f.Cases.MeetAll(ctx, a.tx, id); err != nil {
			return err
		}
		a.detail["reason"] = reason
		return a.event(ctx, "case.withdrawn", "按您的意思撤回了。想再办,随时打 12345。", "本人撤回:"+reason)
	})
}
