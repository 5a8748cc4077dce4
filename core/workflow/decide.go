package workflow

import (
	"context"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
	"lianou/core/wording"
)

// Decide is the second person's decision.
type Decide struct {
	Claim   core.ClaimID
	Outcome casefile.Outcome // casefile.Approved, Refused or Referred
	Reasons []string         // required to refuse; else the proposal's reasons stand
	Card    int64            // the proposed card that the decider has looked at, 0 for none
}

// ErrNoAccount is the answer to approving money that has no card to go to.
var ErrNoAccount = core.E(core.KindConflict, "no_account", "还没有收款的银行卡,请先登记再批。")

// ErrOutcome is the answer to a decision that does not fit the proposal.
var ErrOutcome = core.E(core.KindInvalid, "invalid_outcome", "这一项不能这样定。不同意提议的,请退回重提或写明理由不批。")

// Decide decides a claim and starts what follows from it.
func (f *Flow) Decide(ctx context.Context, actor casefile.Actor, in Decide) error {
	on := target{name: casefile.ActDecide, trace: "claim.decided", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		// 1. An approval follows a proposal to approve; a refusal always gives reasons.
		reasons, err := a.reasonsFor(in)
		if err != nil {
			return err
		}
		if in.Outcome == casefile.Approved && a.all.Follows(a.claim) {
			return ErrParent
		}
		if in.Outcome == casefile.Approved {
			if err := a.notTwice(ctx, a.claim.Period); err != nil {
				return err
			}
		}
		if err := a.oneCard(ctx, in); err != nil {
			return err
		}
		// 2. The decision, with everything it rests on, once and for ever.
		d, err := a.decide(ctx, in.Outcome, reasons)
		if err != nil {
			return err
		}
		a.detail["outcome"], a.detail["decision"], a.detail["digest"] = d.Outcome, d.ID, d.Digest
		if err := f.Cases.Meet(ctx, a.tx, a.c.ID, a.claim.ID, casefile.DeadlineDecide); err != nil {
			return err
		}
		// An appeal has its answer: this decision, by two who had no part in the first.
		if err := a.decidedAgain(ctx, d); err != nil {
			return err
		}
		// 3. Refused or referred: tell the household, with the way to ask again.
		switch d.Outcome {
		case casefile.Refused:
			return a.refused(ctx, d)
		case casefile.Referred:
			return a.referred(ctx, d)
		}
		// 4. Approved: the status it gives, and money or the thing itself.
		if err := a.recognise(ctx, d); err != nil {
			return err
		}
		return a.named(ctx, a.claim.Period, a.grant(ctx, d))
	})
}

func (a *act) reasonsFor(in Decide) ([]casefile.Reason, error) {
	for _, text := range in.Reasons {
		if err := checkText("reasons", text, "请写明理由。"); err != nil {
			return nil, err
		}
	}
	reasons := reasonsOf(in.Reasons)
	fits := map[casefile.Outcome]casefile.Outcome{casefile.Approved: casefile.ProposeApprove,
		casefile.Refused: casefile.ProposeRefuse, casefile.Referred: casefile.ProposeRefer}
	want, known := fits[in.Outcome]
	switch {
	case !known, a.claim.Decides == policy.ByOutside && in.Outcome == casefile.Approved:
		return nil, ErrOutcome
	case a.claim.Proposal == want && len(reasons) == 0:
		return a.claim.Reasons, nil
	case a.claim.Proposal == want || in.Outcome == casefile.Refused && len(reasons) > 0:
		return reasons, nil
	case in.Outcome == casefile.Refused:
		return nil, casefile.ErrNoReason
	}
	return nil, ErrOutcome
}

func (a *act) decide(ctx context.Context, outcome casefile.Outcome, reasons []casefile.Reason) (casefile.Decision, error) {
	d, err := a.rests(ctx)
	if err != nil {
		return d, err
	}
	d.Outcome, d.HasAmount, d.Amount, d.Proposer, d.Reasons = outcome, a.claim.HasAmount, a.claim.Amount, a.claim.Proposer, reasons
	if d, err = a.f.Cases.AddDecision(ctx, a.tx, d); err != nil {
		return d, err
	}
	if _, err := a.f.Cases.EndNotice(ctx, a.tx, a.claim.ID); err != nil {
		return d, err
	}
	if err := a.f.Cases.DecideClaim(ctx, a.tx, a.claim, d); err != nil {
		return d, err
	}
	return d, a.letter(ctx, casefile.LetterOf{Claim: a.claim, Decision: d.ID})
}

// rests is a decision on the claim with what it rests on: visit, notice, facts and
// Book; what is decided is still to be filled in.
func (a *act) rests(ctx context.Context) (casefile.Decision, error) {
	visit, err := a.f.Cases.LastVisit(ctx, a.tx, a.c.ID)
	if err != nil {
		return casefile.Decision{}, err
	}
	notices, err := a.f.Cases.Notices(ctx, a.tx, a.c.ID)
	if err != nil {
		return casefile.Decision{}, err
	}
	notice := int64(0)
	for _, n := range notices {
		if n.Claim == a.claim.ID && n.State != "stopped" {
			notice = n.ID // the newest that hung to its end
		}
	}
	facts, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	return casefile.Decision{Claim: a.claim.ID, Case: a.c.ID, Item: a.claim.Item, Period: a.claim.Period, Sample: a.claim.Sample,
		Approver: a.actor.Staff, Session: a.actor.Session, Second: a.actor.Second, Appeal: a.appeal(), Evidence: casefile.Evidence{Visit: visit, Notice: notice, Facts: facts.Digest, Book: a.c.Book},
		FactsVersion: a.c.FactsVersion, FactsDigest: facts.Digest, Book: a.c.Book}, err
}

// appeal is how and until when to ask again (domain.md 3.10).
func (a *act) appeal() string { return wording.AskAgain(a.remedy(), a.claim.Department, a.county()) }

func (a *act) remedy() wording.Remedy {
	switch {
	case a.claim.Item == "SF-01":
		return wording.RemedyJustice
	case a.claim.Decides == policy.ByOutside:
		return wording.RemedyOwnBody
	}
	return wording.RemedyReview
}

func (a *act) county() string { return a.f.countyOf(a.c) }

func (f *Flow) countyOf(c casefile.Case) string {
	if p, ok := f.Registry.Regions().Place(c.Region.County()); ok {
		return p.Name
	}
	return ""
}

// decidedBy is who decided, as letters say it.
func (f *Flow) decidedBy(c casefile.Case, claim casefile.Claim) string {
	if claim.Decides == policy.ByCounty {
		return f.countyOf(c)
	}
	return c.Town
}

// decidedBy is who decides here: the county, where somebody of it does.
func (a *act) decidedBy() string {
	if a.actor.Has(casefile.RoleCounty) && a.claim.Decides == policy.ByTownship {
		return a.county()
	}
	return a.f.decidedBy(a.c, a.claim)
}

func (a *act) refused(ctx context.Context, d casefile.Decision) error {
	reason := d.Reasons[0].Text
	err := a.event(ctx, "claim.refused", a.claim.Everyday+"这次没批:"+reason, a.claim.Name+":不予确认")
	if err != nil {
		return err
	}
	words := wording.Refused(wording.Refusal{Item: a.claim.Name, Everyday: a.claim.Everyday, Reason: reason, By: a.decidedBy(),
		County: a.county(), Remedy: a.remedy(), Else: a.others(ctx), Again: a.again})
	return a.f.tell(ctx, a.tx, a.c, a.claim.ID, fmt.Sprintf("decided/%d", d.ID), words)
}

// others names what else may fit: eligible items that were not claimed.
func (a *act) others(ctx context.Context) []string {
	findings, err := a.f.Cases.Findings(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err != nil {
		return nil
	}
	var list []string
	for _, finding := range findings {
		claimed := slices.ContainsFunc(a.all.Claims, func(c casefile.Claim) bool { return c.Item == finding.Item })
		if finding.Bundled && !claimed && len(list) < 3 {
			list = append(list, finding.Name)
		}
	}
	return list
}

func (a *act) referred(ctx context.Context, d casefile.Decision) error {
	err := a.event(ctx, "claim.referred", a.claim.Everyday+"转给了"+a.claim.Department+"。", a.claim.Name+":转"+a.claim.Department)
	if err != nil {
		return err
	}
	return a.f.toTell(ctx, a.tx, a.c, casefile.Telling{Claim: a.claim.ID, Kind: wording.KindReferred, Source: d.ID})
}

// answerDays is how many working days the body that has an item now has.
func (f *Flow) answerDays(code core.ItemCode, on core.Date) int {
	if book, err := f.Books.On(on); err == nil {
		if item, ok := book.Item(code); ok && item.LimitDays > 0 {
			return item.LimitDays
		}
	}
	return routineDays
}
