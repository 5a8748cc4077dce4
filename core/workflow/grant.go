package workflow

import (
	"context"

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
	if !claim.Cash || !claim.HasAmount || claim.Amount == 0 {
		if err = a.handed(ctx); err == nil {
			err = a.toDeliver(ctx, claim)
		}
	} else {
		if err = a.entitle(ctx, claim, d, payout.FirstMonth(claim.Period, a.tx.Today())); err == nil {
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
	if !claim.Cash || !d.HasAmount || d.Amount == 0 {
		return nil // a thing is told when it is handed over
	}
	return a.f.toTell(ctx, a.tx, a.c, casefile.Telling{Claim: a.claim.ID, Kind: wording.KindApproved, Source: d.ID})
}

func (a *act) entitle(ctx context.Context, claim casefile.Claim, d casefile.Decision, from payout.Period) error {
	account, record, err := a.cardOnRecord(ctx)
	if err != nil {
		return err
	}
	if account.IsZero() {
		return ErrNoAccount
	}
	members, err := a.members(ctx)
	if err != nil {
		return err
	}
	_, err = a.f.Payout.Entitle(ctx, a.tx, payout.Entitlement{Region: a.c.Region, Case: a.c.ID, Claim: claim.ID, Decision: d.ID,
		DecisionDigest: d.Digest, Members: members, Beneficiary: a.c.Person, Item: claim.Item, ItemName: claim.Name, Period: from, Monthly: claim.Period == "month",
		Amount: d.Amount, Sample: d.Sample, Holder: record.Holder, Account: account})
	return err
}

// members are the keys of those whom the claim's money is for, by which it is not
// paid again whoever asks next: those the finding names, else the whole household.
func (a *act) members(ctx context.Context) ([]payout.MemberKey, error) {
	findings, err := a.f.Cases.Findings(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err != nil {
		return nil, err
	}
	var refs []core.MemberRef
	for _, finding := range findings {
		if finding.Item == a.claim.Item {
			refs = finding.Benefit.For
		}
	}
	whose, err := a.f.Cases.Whose(ctx, a.tx, a.c, refs)
	if err != nil {
		return nil, err
	}
	var keys []payout.MemberKey
	for _, w := range whose {
		blind := a.f.Registry.NumberBlind(w.ID)
		if w.Person != 0 {
			keys = append(keys, payout.PersonKey(w.Person))
			if blind == nil { // named without a number: the registry has it
				if blind, err = a.f.Registry.BlindOf(ctx, a.tx, w.Person); err != nil {
					return nil, err
				}
			}
		}
		switch {
		case blind != nil:
			keys = append(keys, payout.NumberKey(blind))
		case w.Person == 0:
			keys = append(keys, payout.CaseKey(a.c.ID, w.Ref))
		}
	}
	return keys, nil
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
		if err := f.Cases.SendBack(ctx, a.tx, a.claim, reason); err != nil {
			return err
		}
		a.detail["reason"] = reason
		return a.event(ctx, "claim.sent_back", "", a.claim.Name+":退回重提,"+reason)
	})
}
