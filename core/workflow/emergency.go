package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
)

// Emergency pays or gives first and files papers later (先救后补): visit and notice are
// skipped, two people and reasons are not, nor the proof of what is given in kind.
type Emergency struct {
	Claim   core.ClaimID // of 急难型临时救助
	Amount  core.Fen     // within the township's ceiling; of goods what they are worth
	Goods   string       // what is given in place of money (food, coal, clothes), at most 60 characters; "" for money
	Reasons []string
}

// mostGoods is how long the goods of an emergency may be named, in characters.
const mostGoods = 60

// paperDays is how many working days the papers may take after an emergency
// payment (a sample figure, domain.md 3.7).
const paperDays = 10

// Emergency proposes an emergency payment; a second person decides it at once,
// and the case then waits for its papers. Errors: ErrCeiling, casefile.ErrEmergencyYear,
// casefile.ErrPapersOwed; those of Propose.
func (f *Flow) Emergency(ctx context.Context, actor casefile.Actor, in Emergency) error {
	on := target{name: casefile.ActEmergency, trace: "claim.rushed", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		// 1. Within the township's ceiling, or it goes the county's way.
		limit, known, err := a.ceiling(ctx)
		if err != nil {
			return err
		}
		if in.Amount <= 0 {
			return casefile.ErrNoAmount
		}
		if !known || in.Amount > limit {
			return ErrCeiling
		}
		if err := a.oneEmergency(ctx); err != nil {
			return err
		}
		// 2. Take the case on and file the claim, both at once.
		book, err := f.Books.On(a.tx.Today())
		if err != nil {
			return err
		}
		filed, _, err := a.filed(ctx, book, a.claim.Item)
		if err != nil {
			return err
		}
		if a.c.State == casefile.CaseOpen {
			if err := a.start(ctx, filed.Due); err != nil {
				return err
			}
		}
		if a.claim.State == casefile.ClaimProposed {
			if _, err := a.take(ctx, book, a.claim, a.wordOn(a.claim.Item, casefile.Consent{How: casefile.AgreedUrgent})); err != nil {
				return err
			}
			if _, a.claim, err = f.Cases.LockClaim(ctx, a.tx, a.claim.ID); err != nil {
				return err
			}
		}
		// 3. The proposal, marked as paid before its papers.
		p, err := a.rush(ctx, in)
		if err != nil {
			return err
		}
		p.Emergency, p.Decides, p.Period = true, policy.ByTownship, "once"
		if err := a.notTwice(ctx, p.Period); err != nil {
			return err
		}
		if err := f.Cases.Propose(ctx, a.tx, a.claim, p); err != nil {
			return err
		}
		if err := f.Cases.AddEmergency(ctx, a.tx, a.claim.ID, in.Amount, limit); err != nil {
			return err
		}
		// 4. The papers of this payment follow, or the county hears of it; those of one that was sent back
		// are owed no more, by SQL (claim_emergency_undone).
		papers := casefile.Deadline{Case: a.c.ID, Claim: a.claim.ID, Kind: casefile.DeadlinePapers, Due: f.Routing.Days(a.tx.Today(), paperDays), Cause: casefile.RushedAgain}
		if err := f.Cases.Resume(ctx, a.tx, papers); err != nil {
			return err
		}
		a.detail["fen"] = int64(in.Amount)
		if in.Goods != "" {
			a.detail["goods"] = trim(in.Goods)
			return a.event(ctx, "claim.rushed", "急难的事先办,东西先送,手续后补。", "急难:先救后补,给"+trim(in.Goods)+",等另一位同事定")
		}
		return a.event(ctx, "claim.rushed", "急难的事先办,钱先发,手续后补。", "急难:先救后补,等另一位同事定")
	})
}

// oneEmergency says which emergency of the household has no papers yet. The database holds it, for one
// of another township as well, which is not named here.
func (a *act) oneEmergency(ctx context.Context) error {
	receipt, town, err := a.f.Cases.PapersOwed(ctx, a.tx, a.c)
	if err != nil || receipt == "" {
		return err
	}
	e := *casefile.ErrPapersOwed
	e.Say = "这家上一次急难救助(回执 " + string(receipt) + "," + town + ")的手续还没有补齐。先补齐,再办这一次;等不及的,走一事一议。"
	return &e
}

// rush is the proposal of an emergency: money, or the goods named first among its reasons.
func (a *act) rush(ctx context.Context, in Emergency) (casefile.Proposal, error) {
	p := Propose{Claim: in.Claim, Outcome: casefile.ProposeApprove, Amount: &in.Amount, Reasons: in.Reasons}
	if in.Goods != "" {
		if err := checkShort("goods", trim(in.Goods), "请写明先给什么、多少,60 个字以内,例如「面粉 2 袋、棉被 2 床」。", mostGoods); err != nil {
			return casefile.Proposal{}, err
		}
		inKind := false
		p.Cash = &inKind
		if len(reasonsOf(in.Reasons)) > 0 { // goods alone are no reason
			p.Reasons = append([]string{"先给" + trim(in.Goods) + "。" + trim(in.Reasons[0])}, in.Reasons[1:]...)
		}
	}
	return a.proposal(ctx, p)
}
