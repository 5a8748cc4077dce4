package workflow

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/wording"
)

// grant sends an approved claim on its way: cash becomes an entitlement that
// names this decision, everything else is to be delivered.
func (a *act) grant(ctx context.Context, d casefile.Decision) error {
	_, claim, err := a.f.Cases.LockClaim(ctx, a.tx, a.claim.ID)
	if err != nil {
		return err
	}
	from := payout.PeriodOf(a.tx.Today())
	if !claim.Cash || !claim.HasAmount || claim.Amount == 0 {
		err = a.f.Cases.MoveClaim(ctx, a.tx, claim, casefile.ClaimDelivering)
	} else {
		if claim.Period == "month" {
			from = from.Next() // 自确认次月起 (最低生活保障审核确认办法 第二十五条)
		}
		if err = a.entitle(ctx, claim, d, from); err == nil {
			err = a.f.Cases.MoveClaim(ctx, a.tx, claim, casefile.ClaimPaying)
		}
	}
	if err != nil {
		return err
	}
	if a.claim.Emergency && a.c.State != casefile.CasePaidFirst {
		if err := a.f.Cases.Move(ctx, a.tx, a.c, casefile.CasePaidFirst); err != nil {
			return err
		}
	}
	if err := a.event(ctx, "claim.approved", a.claim.Everyday+"批准了。", a.claim.Name+":确认同意"); err != nil {
		return err
	}
	words := wording.Approved(wording.Grant{Item: a.claim.Everyday, Amount: d.Amount, Per: d.Period, From: from.Start(), Sample: d.Sample, By: a.by()})
	if claim.Cash && d.HasAmount {
		return a.f.tell(ctx, a.tx, a.c, a.claim.ID, fmt.Sprintf("decided/%d", d.ID), words)
	}
	return nil // a thing is told when it is handed over
}

func (a *act) entitle(ctx context.Context, claim casefile.Claim, d casefile.Decision, from payout.Period) error {
	person, err := a.f.Cases.OpenPerson(ctx, a.tx, a.c)
	if err != nil {
		return err
	}
	account := person.Account
	if account.IsZero() && a.c.Person != 0 {
		account, err = a.f.Registry.AccountOf(ctx, a.tx, because("payout", a.c.ID, a.c.Application), a.c.Person)
		if err != nil && core.KindOf(err) != core.KindNotFound {
			return err
		}
	}
	if account.IsZero() {
		return ErrNoAccount
	}
	_, err = a.f.Payout.Entitle(ctx, a.tx, payout.Entitlement{Region: a.c.Region, Case: a.c.ID, Claim: claim.ID, Decision: d.ID,
		DecisionDigest: d.Digest, Beneficiary: a.c.Person, Item: claim.Item, ItemName: claim.Name, Period: from, Monthly: claim.Period == "month",
		Amount: d.Amount, Sample: d.Sample, Holder: a.c.Applicant, Account: account})
	return err
}

// SendBack returns a proposal to the officer with the reason.
func (f *Flow) SendBack(ctx context.Context, actor casefile.Actor, claim core.ClaimID, reason string) error {
	on := target{name: casefile.ActSendBack, trace: "claim.sent_back", claim: claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reason", reason, "请写明为什么退回。"); err != nil {
			return err
		}
		if _, err := f.Cases.EndNotice(ctx, a.tx, a.claim.ID); err != nil {
			return err
		}
		if err := f.Cases.MoveClaim(ctx, a.tx, a.claim, casefile.ClaimAgreed); err != nil {
			return err
		}
		a.detail["reason"] = reason
		return a.event(ctx, "claim.sent_back", "", a.claim.Name+":退回重提,"+reason)
	})
}
