package workflow

import (
	"context"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/wording"
)

// Appeal is that somebody says that a decision is wrong.
type Appeal struct {
	Claim core.ClaimID
	Says  string
	Door  casefile.Door

	Also func(context.Context, *pg.Tx) error // in the transaction that writes it down; nil for nothing

	sent int64 // as what it was handed in, 0 for none
}

// beside does what a door notes beside what it takes in.
func (a *act) beside(ctx context.Context, f func(context.Context, *pg.Tx) error) error {
	if f == nil {
		return nil
	}
	return f(ctx, a.tx)
}

// Appeal takes one in that an officer of the case wrote down.
func (f *Flow) Appeal(ctx context.Context, actor casefile.Actor, claim core.ClaimID, says string) error {
	_, err := f.AppealAt(ctx, actor, Appeal{Claim: claim, Says: says, Door: casefile.DoorDesk})
	return err
}

// AppealAt takes one in that a member of staff wrote down for who stands or rings there, and
// gives what to say to them. Errors: casefile.ErrNothingDecided, casefile.ErrAppealOpen.
func (f *Flow) AppealAt(ctx context.Context, actor casefile.Actor, in Appeal) (promise string, err error) {
	on := target{name: casefile.ActAppeal, trace: "claim.appealed", claim: in.Claim}
	err = f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if promise, err = a.file(ctx, in); err != nil {
			return err
		}
		return a.beside(ctx, in.Also)
	})
	return promise, err
}

// AppealFor is Appeal of who is told of a case by its item, not of who reads the case.
type AppealFor struct {
	Case core.CaseID
	Item core.ItemCode
	Says string
	Door casefile.Door
	Also func(context.Context, *pg.Tx) error // in the transaction that writes it down; nil for nothing
}

// AppealFor takes one in at a door that shows no more of a case than its household sees.
func (f *Flow) AppealFor(ctx context.Context, actor casefile.Actor, in AppealFor) (promise string, err error) {
	var claim core.ClaimID
	err = f.DB.Read(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) error {
		claim, err = f.Cases.ClaimFor(ctx, tx, in.Case, in.Item)
		return err
	})
	if err != nil {
		return "", err
	}
	return f.AppealAt(ctx, actor, Appeal{Claim: claim, Says: in.Says, Door: in.Door, Also: in.Also})
}

// file writes an appeal and has the decision looked at anew. What was granted goes on
// meanwhile; what was refused goes back to be reviewed. The clock is that of the decision.
func (a *act) file(ctx context.Context, in Appeal) (string, error) {
	if err := checkText("says", in.Says, "请写明哪里不对。"); err != nil {
		return "", err
	}
	if p, open := a.all.OpenAppeal(a.claim.ID); open {
		if p.Hears() {
			return a.hears(ctx, p, in)
		}
		return "", casefile.ErrAppealOpen
	}
	// 1. Somebody new, of those who are there.
	barred, err := a.f.Cases.Barred(ctx, a.tx, a.claim.ID)
	if err != nil {
		return "", err
	}
	if a.actor.Staff != 0 { // nor who writes it down
		barred = append(barred, a.actor.Staff)
	}
	to, err := a.f.Routing.Anew(ctx, a.tx, a.c, barred)
	if err != nil {
		return "", err
	}
	// 2. The days go on where the decision left them.
	d, err := a.askedAgain(ctx)
	if err != nil {
		return "", err
	}
	p, err := a.f.Cases.AddAppeal(ctx, a.tx, a.c, casefile.Appeal{Claim: a.claim.ID, Says: trim(in.Says), Door: in.Door, TakenBy: a.actor.Staff,
		Due: d.Due, Law: d.Law, Reviewer: to, Sent: in.sent})
	if err != nil {
		return "", err
	}
	// 3. A refusal is reviewed again as a claim is.
	if p.About == casefile.AboutRefusal {
		if err := a.reviewAgain(ctx); err != nil {
			return "", err
		}
		if to != 0 && slices.Contains(barred, a.c.Officer) {
			if err := a.f.Cases.GiveAnew(ctx, a.tx, a.c, to); err != nil {
				return "", err
			}
			if err := a.f.released(ctx, a.tx, a.c, a.c.Officer); err != nil {
				return "", err
			}
		}
	}
	a.detail["appeal"], a.detail["about"], a.detail["door"], a.detail["decision"], a.detail["digest"], a.detail["reviewer"] = p.ID, p.About, p.Door, p.Decision, p.Digest, to
	return wording.Looked(a.claim.Everyday, p.Due, a.tx.Today()), a.appealFiled(ctx, p)
}

func (a *act) reviewAgain(ctx context.Context) error {
	if err := a.f.Cases.MoveClaim(ctx, a.tx, a.claim, casefile.ClaimAppealed); err != nil {
		return err
	}
	_, again, err := a.f.Cases.LockClaim(ctx, a.tx, a.claim.ID)
	if err != nil {
		return err
	}
	if err := a.f.Cases.MoveClaim(ctx, a.tx, again, casefile.ClaimAgreed); err != nil {
		return err
	}
	if a.c.State != casefile.CaseSettled {
		return nil
	}
	return a.f.Cases.Reopen(ctx, a.tx, a.c)
}

func (a *act) appealFiled(ctx context.Context, p casefile.Appeal) error {
	who, desk := "换一位没经手过的同志看", "镇上没有没经手过的经办,请县里看"
	if p.Reviewer != 0 {
		next, err := a.f.Staff.Person(ctx, a.tx, p.Reviewer)
		if err != nil {
			return err
		}
		who, desk = "现在由"+next.Name+"重新看,他没经手过", "交给"+next.Name+"重新看"
	}
	goes := ""
	if p.About == casefile.AboutGrant {
		goes = "原来给的照给。"
	}
	return a.event(ctx, "claim.appealed", a.claim.Everyday+"您说不对,收到了。"+who+"。"+goes,
		a.claim.Name+":本人有异议("+p.Door.Say()+"),"+desk)
}

// decidedAgain answers the appeal that a new decision ends. The letter of a refusal says it all,
// and so does that of a referral.
func (a *act) decidedAgain(ctx context.Context, d casefile.Decision) error {
	p, open := a.all.OpenAppeal(a.claim.ID)
	if !open {
		return nil
	}
	before, err := a.f.Cases.Decisions(ctx, a.tx, a.c.ID)
	if err != nil {
		return err
	}
	p.Reviewer, p.Decider, p.Became, p.Reasons, p.Outcome = d.Proposer, d.Approver, d.ID, wordsOf(d.Reasons), casefile.AppealStands
	for _, was := range before {
		if was.ID == p.Decision && was.Outcome != d.Outcome {
			p.Outcome = casefile.AppealChanged
		}
	}
	if err := a.answered(ctx, p); err != nil {
		return err
	}
	if d.Outcome != casefile.Approved {
		return nil
	}
	return a.tellAnswer(ctx, p)
}

func wordsOf(reasons []casefile.Reason) (out string) {
	for _, r := range reasons {
		out += r.Text
	}
	return out
}

// answered writes the answer, and names to the household who looked and who decided.
func (a *act) answered(ctx context.Context, p casefile.Appeal) error {
	if err := a.f.Cases.AnswerAppeal(ctx, a.tx, p); err != nil {
		return err
	}
	reviewer, decider, err := a.anewBy(ctx, p)
	if err != nil {
		return err
	}
	a.detail["appeal"], a.detail["appeal_outcome"], a.detail["reviewer"] = p.ID, p.Outcome, p.Reviewer
	what := map[string]string{casefile.AppealChanged: "改了", casefile.AppealStands: "还是原来定的那样", casefile.AppealOtherwise: "另外这样办"}[p.Outcome]
	return a.event(ctx, "appeal.answered", a.claim.Everyday+"您说不对,重新看过了:"+reviewer+"看的,"+decider+"定的。"+what+"。原因:"+p.Reasons,
		a.claim.Name+":复核答复,"+what+"。"+p.Reasons)
}

// anewBy names who looked and who decided, and keeps it for what the household is told.
func (a *act) anewBy(ctx context.Context, p casefile.Appeal) (reviewer, decider string, err error) {
	looked, err := a.f.Staff.Person(ctx, a.tx, p.Reviewer)
	if err != nil {
		return "", "", err
	}
	decided, err := a.f.Staff.Person(ctx, a.tx, p.Decider)
	a.again = wording.Again(looked.Name, decided.Name)
	return looked.Name, decided.Name, err
}

func (a *act) tellAnswer(ctx context.Context, p casefile.Appeal) error {
	words := wording.Answered(wording.Answer{Item: a.claim.Everyday, Again: a.again, Stays: p.Outcome != casefile.AppealChanged, Reason: p.Reasons,
		By: a.decidedBy(), County: a.county(), Remedy: a.remedy()})
	return a.f.tell(ctx, a.tx, a.c, a.claim.ID, fmt.Sprintf("answered/%d", p.ID), words)
}

// ReviewAppeal is what a new officer proposes about what was granted.
type ReviewAppeal struct {
	Claim   core.ClaimID
	Outcome string        // casefile.AppealChanged, AppealStands or AppealOtherwise
	Amount  *core.Fen     // the new sum a month; of AppealChanged
	From    payout.Period // the first month of it
	Reasons string        // as the household reads them
}

// ErrAnswer is an answer that an appeal cannot have.
var ErrAnswer = core.E(core.KindInvalid, "invalid_outcome", "按月发的钱才能在这里改数。别的,选“照原来的”或“另外这样办”,写清怎么办。")

// ReviewAppeal writes the answer that another new person decides on. It is never less than
// was granted: what must be lowered is a change of its own, with its own reason and notice.
func (f *Flow) ReviewAppeal(ctx context.Context, actor casefile.Actor, in ReviewAppeal) error {
	on := target{name: casefile.ActReview, trace: "appeal.proposed", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reason", in.Reasons, "请写明重新看过以后是怎样,本人看得到。"); err != nil {
			return err
		}
		p, _ := a.all.OpenAppeal(in.Claim)
		p.Outcome, p.Reasons, p.Amount, p.From = in.Outcome, trim(in.Reasons), 0, ""
		p.Above = false
		switch in.Outcome {
		case casefile.AppealStands, casefile.AppealOtherwise:
		case casefile.AppealChanged:
			if err := a.mayRaise(ctx, in); err != nil {
				return err
			}
			var err error
			if p.Above, err = a.above(ctx, *in.Amount); err != nil {
				return err
			}
			p.Amount, p.From = *in.Amount, string(in.From)
		default:
			return ErrAnswer
		}
		if err := f.Cases.ProposeAnswer(ctx, a.tx, p, actor.Staff); err != nil {
			return err
		}
		a.detail["appeal"], a.detail["outcome"], a.detail["fen"], a.detail["from"] = p.ID, p.Outcome, int64(p.Amount), p.From
		return a.event(ctx, "appeal.proposed", "", a.claim.Name+":复核提了答复,等另一位没经手过的同志定")
	})
}

// mayRaise holds a new sum to money that comes every month, upwards, from a month that is free.
func (a *act) mayRaise(ctx context.Context, in ReviewAppeal) error {
	switch {
	case in.Amount == nil || !a.all.Monthly(a.claim):
		return ErrAnswer
	case a.all.OpenChange(a.claim.ID) != nil:
		return casefile.ErrChangeOpen
	case *in.Amount <= a.claim.Amount || *in.Amount > core.MaxAmount:
		return casefile.ErrNeverLess
	}
	if err := a.mayChangeFrom(ctx, in.From); err != nil {
		return err
	}
	return a.notBack(ctx, in.From)
}

// DecideAppeal is the second person's word on an answer.
type DecideAppeal struct {
	Claim  core.ClaimID
	Agree  bool
	Digest string // of the answer that the page showed (Appeal.AnswerDigest); required to agree
	Reason string // required to send it back
}

// DecideAppeal answers an appeal about what was granted, or sends the answer back. Errors:
// casefile.ErrAnswerChanged where another answer was read; ErrCeiling where a township would
// decide what is the county's.
func (f *Flow) DecideAppeal(ctx context.Context, actor casefile.Actor, in DecideAppeal) error {
	on := target{name: casefile.ActReviewDecide, trace: "appeal.decided", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		p, _ := a.all.OpenAppeal(in.Claim)
		a.detail["appeal"], a.detail["agreed"] = p.ID, in.Agree
		if !in.Agree {
			if err := checkText("reason", in.Reason, "请写明为什么退回再看。"); err != nil {
				return err
			}
			if err := f.Cases.ReturnAnswer(ctx, a.tx, p, trim(in.Reason)); err != nil {
				return err
			}
			return a.event(ctx, "appeal.returned", "", a.claim.Name+":复核的答复退回再看。"+trim(in.Reason))
		}
		if in.Digest != p.AnswerDigest() {
			return casefile.ErrAnswerChanged
		}
		if a.all.Lifted(in.Claim) {
			a.claim.Decides = policy.ByCounty // as letters name who decided
		}
		if p.Decider = actor.Staff; p.Outcome != casefile.AppealChanged {
			if err := a.answered(ctx, p); err != nil {
				return err
			}
			if err := a.tellAnswer(ctx, p); err != nil {
				return err
			}
		} else if err := a.raise(ctx, p); err != nil {
			return err
		}
		if err := f.Cases.Meet(ctx, a.tx, a.c.ID, a.claim.ID, casefile.DeadlineDecide); err != nil {
			return err
		}
		return f.settle(ctx, a.tx, a.c)
	})
}

// raise puts the new sum in force: a change and a decision of these two people.
func (a *act) raise(ctx context.Context, p casefile.Appeal) error {
	was, err := a.f.Cases.DueIn(ctx, a.tx, a.claim.ID, p.From)
	if err != nil {
		return err
	}
	c := casefile.Change{Claim: a.claim.ID, Kind: casefile.ChangeAmount, Was: was, Amount: p.Amount, From: p.From, Reason: p.Reasons, Proposer: p.Reviewer}
	if c.Amount <= c.Was {
		return casefile.ErrNeverLess
	}
	if err := a.mayChangeFrom(ctx, payout.Period(p.From)); err != nil {
		return err
	}
	if c.Above, err = a.above(ctx, c.Amount); err != nil {
		return err
	}
	if c.ID, err = a.f.Cases.ProposeChange(ctx, a.tx, c); err != nil {
		return err
	}
	if _, _, err = a.anewBy(ctx, p); err != nil {
		return err
	}
	if p.Became, err = a.putChange(ctx, c); err != nil {
		return err
	}
	return a.answered(ctx, p)
}
