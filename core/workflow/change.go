package workflow

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/policy"
	"lianou/core/wording"
)

// ChangeBenefit is an officer's proposal to stop or change monthly money.
type ChangeBenefit struct {
	Claim  core.ClaimID
	Amount *core.Fen     // the new sum a month; nil stops it
	From   payout.Period // the first month it is so
	Reason string        // as the household reads it
}

// DecideChange is the second person's word on it.
type DecideChange struct {
	Claim   core.ClaimID
	Digest  string // of the change that the page showed (Change.Digest)
	Approve bool
	Answer  string // required to reject: why
}

// farthest is how many months ahead a change may begin.
const farthest = 12

// ErrChangeMonth is the answer to a month that no change can begin in.
var ErrChangeMonth = core.E(core.KindInvalid, "invalid_from", "请选从哪个月起,最远到一年以后。")

// ProposeChange writes a proposal to stop or change what is paid each month.
// Nothing changes until a second person has decided.
func (f *Flow) ProposeChange(ctx context.Context, actor casefile.Actor, in ChangeBenefit) error {
	on := target{name: casefile.ActChange, trace: "benefit.change_proposed", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		c, err := a.proposeChange(ctx, in)
		if err != nil {
			return err
		}
		a.detail["change"], a.detail["kind"], a.detail["from"], a.detail["fen"], a.detail["reason"] = c.ID, c.Kind, c.From, int64(c.Amount), c.Reason
		return nil
	})
}

// proposeChange writes a proposal about the claim in hand, with its line in the timeline.
func (a *act) proposeChange(ctx context.Context, in ChangeBenefit) (casefile.Change, error) {
	if err := checkText("reason", in.Reason, "请写明为什么要改,本人看得到。"); err != nil {
		return casefile.Change{}, err
	}
	// 1. From a month whose money is neither on its way nor on the card.
	if err := a.mayChangeFrom(ctx, in.From); err != nil {
		return casefile.Change{}, err
	}
	was, err := a.f.Cases.DueIn(ctx, a.tx, a.claim.ID, string(in.From)) // whatever was agreed for later
	if err != nil {
		return casefile.Change{}, err
	}
	if in.Amount == nil || *in.Amount < was {
		if err := a.toldBefore(ctx, in.From, in.Amount == nil); err != nil {
			return casefile.Change{}, err
		}
	}
	// 2. To something else than now; nothing at all is a stop and says so.
	c := casefile.Change{Claim: in.Claim, Kind: casefile.ChangeStop, Was: was, From: string(in.From), Reason: trim(in.Reason), Proposer: a.actor.Staff}
	if in.Amount != nil {
		c.Kind, c.Amount = casefile.ChangeAmount, *in.Amount
		if c.Amount <= 0 || c.Amount > core.MaxAmount {
			return c, casefile.ErrNoAmount
		}
		if c.Amount == c.Was {
			return c, casefile.ErrNoChange
		}
		if err := a.notBack(ctx, in.From); err != nil {
			return c, err
		}
		if err := a.mayMakeOther(ctx, &c, a.actor); err != nil {
			return c, err
		}
	} else if err := a.mayStop(ctx, a.actor.Staff); err != nil {
		return c, err
	}
	if c.ID, err = a.f.Cases.ProposeChange(ctx, a.tx, c); err != nil {
		return c, err
	}
	return c, a.event(ctx, "benefit.change_proposed", "", a.claim.Name+":提出"+a.whatChanges(c)+",等另一位同事定。"+c.Reason)
}

// mayStop holds a stop to those whom an open appeal does not bar: the two against whom somebody
// appeals would end by it what they ask about. A death or a departure that the registry knows does
// not wait for new people.
func (a *act) mayStop(ctx context.Context, by ...core.StaffID) error {
	left, err := a.f.Registry.Left(ctx, a.tx, a.c.Person)
	if err != nil || left {
		return err
	}
	for _, one := range by {
		if err := a.all.Anew(a.claim.ID, one); err != nil {
			return err
		}
	}
	return nil
}

// mayMakeOther holds another sum to those whom an open appeal does not bar, and says whether it is
// beyond what the township may decide.
func (a *act) mayMakeOther(ctx context.Context, c *casefile.Change, by ...casefile.Actor) (err error) {
	for _, one := range by {
		if err := a.all.Anew(a.claim.ID, one.Staff); err != nil {
			return err
		}
	}
	c.Above, err = a.above(ctx, c.Amount)
	return err
}

func (a *act) mayChangeFrom(ctx context.Context, from payout.Period) error {
	if _, err := payout.ParsePeriod(string(from)); err != nil {
		return ErrChangeMonth
	}
	if from > payout.PeriodOf(payout.PeriodOf(a.tx.Today()).Start().AddDate(0, farthest, 0)) {
		return ErrChangeMonth
	}
	first, err := a.f.Payout.FirstFree(ctx, a.tx, a.claim.ID)
	if err == nil && from < first {
		return payout.ErrUnderway
	}
	return err
}

// toldBefore holds a stop, or less, to the first month that the household can know of when it is told
// today (最低生活保障审核确认办法第三十二条; 特困人员认定办法第二十六条). A death or a departure that the registry
// knows is no surprise to anybody.
func (a *act) toldBefore(ctx context.Context, from payout.Period, stop bool) error {
	n, err := a.f.Cases.NoticeOf(ctx, a.tx, a.claim.Item)
	if err != nil || string(from) >= n.From {
		return err
	}
	if stop {
		if left, err := a.f.Registry.Left(ctx, a.tx, a.c.Person); err != nil || left {
			return err
		}
	}
	e := *casefile.ErrNotTold
	e.Say = "停发、少发要让家里先知道,这一项最早从" + payout.SayMonth(n.From) + "起。"
	if n.Days > 0 {
		e.Say = fmt.Sprintf("停发、少发要让家里提前 %d 天知道(%s),这一项最早从%s起。", n.Days, n.Law, payout.SayMonth(n.From))
	}
	return &e
}

// notBack holds another sum to months of which no money waits for a card: made again it would
// go out without the words that it needs.
func (a *act) notBack(ctx context.Context, from payout.Period) error {
	back, err := a.f.Payout.CameBack(ctx, a.tx, a.claim.ID, from)
	if err == nil && back {
		return payout.ErrCameBack
	}
	return err
}

// whatChanges says a change in words that stand behind the item's name.
func (a *act) whatChanges(c casefile.Change) string {
	return wording.WhatChanges(payout.Period(c.From).Start(), a.tx.Today(), c.Amount, a.claim.Sample)
}

// DecideChange decides a proposed change: the money stops or is another sum from
// its month on, and the household is told why, by whom and how to ask again. Errors:
// casefile.ErrChangeAnew where another change was read, casefile.ErrNotTold where it is too late for its month.
func (f *Flow) DecideChange(ctx context.Context, actor casefile.Actor, in DecideChange) error {
	on := target{name: casefile.ActChangeDecide, trace: "benefit.change_decided", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		c := a.all.OpenChange(in.Claim)
		if c == nil {
			return casefile.ErrMovedOn
		}
		if in.Digest != c.Digest() {
			return casefile.ErrChangeAnew
		}
		a.detail["change"], a.detail["kind"], a.detail["approved"] = c.ID, c.Kind, in.Approve
		if in.Approve {
			if err := a.mayPut(ctx, c); err != nil {
				return err
			}
			_, err := a.putChange(ctx, *c)
			return err
		}
		if err := checkText("reason", in.Answer, "请写明为什么不改。"); err != nil {
			return err
		}
		c.Session, c.Second = actor.Session, actor.Second
		if err := f.Cases.RejectChange(ctx, a.tx, *c, actor.Staff, trim(in.Answer)); err != nil {
			return err
		}
		a.detail["answer"] = trim(in.Answer)
		return a.event(ctx, "benefit.change_rejected", "", a.claim.Name+":变更没有同意,照原来的发。"+trim(in.Answer))
	})
}

// mayPut holds both who proposed a change and who agrees to it to what an open appeal lets them do.
func (a *act) mayPut(ctx context.Context, c *casefile.Change) error {
	was, err := a.f.Cases.DueIn(ctx, a.tx, c.Claim, c.From)
	if err != nil {
		return err
	}
	if c.Kind == casefile.ChangeAmount && was != c.Was { // another sum was agreed for that month since
		return casefile.ErrChangeAnew
	}
	if c.Kind == casefile.ChangeStop || c.Amount < was { // what was proposed in time may be decided too late
		if err := a.toldBefore(ctx, payout.Period(c.From), c.Kind == casefile.ChangeStop); err != nil {
			return err
		}
	}
	if c.Kind == casefile.ChangeStop {
		return a.mayStop(ctx, a.actor.Staff, c.Proposer)
	}
	return a.mayMakeOther(ctx, c, a.actor, casefile.Actor{Staff: c.Proposer})
}

// putChange puts a change in force and gives the decision of a new amount, 0 for a stop.
func (a *act) putChange(ctx context.Context, c casefile.Change) (int64, error) {
	// 1. A new sum is a decision of its own, at its level; a stop is the change itself.
	if c.Above && !a.actor.Has(casefile.RoleCounty) {
		return 0, ErrCeiling
	}
	if c.Above {
		a.claim.Decides = policy.ByCounty // as letters name who decided
	}
	decision, err := a.money(ctx, c)
	if err != nil {
		return 0, err
	}
	c.Session, c.Second = a.actor.Session, a.actor.Second
	if err := a.f.Cases.ApproveChange(ctx, a.tx, c, a.actor.Staff, a.appeal(), decision); err != nil {
		return 0, err
	}
	of := casefile.LetterOf{Claim: a.claim, Decision: decision}
	if decision == 0 {
		of.Change = c.ID
	}
	if err := a.letter(ctx, of); err != nil {
		return 0, err
	}
	if err := a.mended(ctx); err != nil { // a stop takes back what came back
		return 0, err
	}
	// 2. What desks and the household see of the item.
	what := a.whatChanges(c)
	if err := a.f.Cases.SetChanged(ctx, a.tx, a.claim.ID, what+"。"+c.Reason, c.Amount); err != nil {
		return 0, err
	}
	a.detail["from"], a.detail["fen"], a.detail["decision"] = c.From, int64(c.Amount), decision
	if err := a.event(ctx, "benefit.changed", a.claim.Everyday+what+"。原因:"+c.Reason, a.claim.Name+":"+what); err != nil {
		return 0, err
	}
	// 3. Tell the household.
	words := wording.Changed(wording.Change{Item: a.claim.Everyday, What: what, Stopped: c.Kind == casefile.ChangeStop, Less: c.Kind == casefile.ChangeStop || c.Amount < c.Was, Was: c.Was, Reason: c.Reason, Again: a.again, Asked: a.stopsAsked(c),
		By: a.decidedBy(), County: a.county(), Remedy: a.remedy()})
	return decision, a.f.tell(ctx, a.tx, a.c, a.claim.ID, fmt.Sprintf("changed/%d", c.ID), words)
}

// stopsAsked reports whether a change stops what somebody waits for an answer about: the answer is
// about the stop too, and the household may say something to it.
func (a *act) stopsAsked(c casefile.Change) bool {
	_, open := a.all.OpenAppeal(a.claim.ID)
	return open && c.Kind == casefile.ChangeStop
}

// money stops or changes the payments and gives the decision of a new sum.
func (a *act) money(ctx context.Context, c casefile.Change) (int64, error) {
	from := payout.Period(c.From)
	if c.Kind == casefile.ChangeStop {
		return 0, a.f.Payout.Stop(ctx, a.tx, payout.StopOrder{Claim: a.claim.ID, From: from, Reason: c.Reason, Proposer: c.Proposer, By: a.actor.Staff})
	}
	d, err := a.rests(ctx)
	if err != nil {
		return 0, err
	}
	d.Outcome, d.HasAmount, d.Amount, d.Proposer = casefile.Approved, true, c.Amount, c.Proposer
	d.Reasons = []casefile.Reason{{Outcome: "stated", Text: c.Reason}}
	if d, err = a.f.Cases.AddDecision(ctx, a.tx, d); err != nil {
		return 0, err
	}
	return d.ID, a.f.Payout.Change(ctx, a.tx, payout.ChangeOrder{Claim: a.claim.ID, From: from, Amount: c.Amount, Sample: d.Sample,
		Decision: d.ID, DecisionDigest: d.Digest, By: a.actor.Staff})
}
