package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/wording"
)

// together is what one notice tells.
type together struct {
	words    wording.Notice
	tellings []casefile.Telling
	haste    notify.Haste
}

// compose finds the words for what waits: what hangs out in one notice, decisions
// in one, money in one for each card and answer of the bank.
func (f *Flow) compose(ctx context.Context, tx *pg.Tx, c casefile.Case, waiting []casefile.Telling) ([]together, error) {
	list, err := f.Cases.Claims(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	claims := make(map[core.ClaimID]casefile.Claim, len(list))
	for _, claim := range list {
		claims[claim.ID] = claim
	}
	if waiting[0].Kind == wording.KindPaid || waiting[0].Kind == wording.KindReturned {
		return f.composeMoney(ctx, tx, c, claims, waiting)
	}
	var out []together
	hung, decided := parted(waiting)
	if len(hung) > 0 {
		words, err := f.composeHung(ctx, tx, c, claims, hung)
		if err != nil {
			return nil, err
		}
		out = append(out, together{words: words, tellings: hung})
	}
	if len(decided) > 0 {
		words, err := f.composeDecided(ctx, tx, c, claims, decided)
		if err != nil {
			return nil, err
		}
		out = append(out, together{words: words, tellings: decided})
	}
	return out, nil
}

func parted(waiting []casefile.Telling) (hung, decided []casefile.Telling) {
	for _, t := range waiting {
		if t.Kind == wording.KindPublished {
			hung = append(hung, t)
		} else {
			decided = append(decided, t)
		}
	}
	return hung, decided
}

func (f *Flow) composeHung(ctx context.Context, tx *pg.Tx, c casefile.Case, claims map[core.ClaimID]casefile.Claim,
	hung []casefile.Telling) (wording.Notice, error) {
	notices, err := f.Cases.Notices(ctx, tx, c.ID)
	if err != nil {
		return wording.Notice{}, err
	}
	until := make(map[int64]core.Date, len(notices))
	for _, n := range notices {
		until[n.ID] = n.Until
	}
	list := make([]wording.Posting, len(hung))
	for i, t := range hung {
		list[i] = wording.Posting{Item: claims[t.Claim].Everyday, Until: until[t.Source]}
	}
	return wording.PublishedTogether(list), nil
}

func (f *Flow) composeDecided(ctx context.Context, tx *pg.Tx, c casefile.Case, claims map[core.ClaimID]casefile.Claim,
	waiting []casefile.Telling) (wording.Notice, error) {
	list, err := f.Cases.Decisions(ctx, tx, c.ID)
	if err != nil {
		return wording.Notice{}, err
	}
	decisions := make(map[int64]casefile.Decision, len(list))
	for _, d := range list {
		decisions[d.ID] = d
	}
	var grants []wording.Grant
	var referrals []wording.Referral
	for _, t := range waiting {
		claim, d := claims[t.Claim], decisions[t.Source]
		on := core.DateOf(d.At)
		if t.Kind == wording.KindReferred {
			referrals = append(referrals, wording.Referral{Item: claim.Everyday, Body: claim.Department, Days: f.answerDays(claim.Item, on)})
			continue
		}
		grants = append(grants, wording.Grant{Item: claim.Everyday, Amount: d.Amount, Per: d.Period, From: payout.FirstMonth(d.Period, on).Start(),
			Sample: d.Sample, By: f.decidedBy(c, claim)})
	}
	return wording.Decided(grants, referrals), nil
}

// composeMoney makes one notice for each card and answer, in the order they came.
func (f *Flow) composeMoney(ctx context.Context, tx *pg.Tx, c casefile.Case, claims map[core.ClaimID]casefile.Claim,
	waiting []casefile.Telling) ([]together, error) {
	type group struct {
		kind  wording.Kind
		last4 string
	}
	var order []group
	told, paid := map[group][]casefile.Telling{}, map[group][]payout.Line{}
	for _, t := range waiting {
		line, err := f.Payout.LineByID(ctx, tx, t.Source)
		if err != nil {
			return nil, err
		}
		g := group{t.Kind, line.Last4}
		if told[g] == nil {
			order = append(order, g)
		}
		told[g], paid[g] = append(told[g], t), append(paid[g], line)
	}
	out := make([]together, 0, len(order))
	for _, g := range order {
		out = append(out, together{moneyWords(c, claims, g.kind, paid[g]), told[g], hasteOfMoney(claims, g.kind, paid[g])})
	}
	return out, nil
}

// hasteOfMoney: what an emergency pays is waited for tonight, and money that came back is
// not: the counter where its card is looked at is closed until the morning.
func hasteOfMoney(claims map[core.ClaimID]casefile.Claim, kind wording.Kind, lines []payout.Line) notify.Haste {
	for _, l := range lines {
		if kind == wording.KindPaid && claims[l.Claim].Emergency {
			return notify.HasteEmergency
		}
	}
	return ""
}

// moneyWords says one line as letters do, by the official name, and several as
// people do.
func moneyWords(c casefile.Case, claims map[core.ClaimID]casefile.Claim, kind wording.Kind, lines []payout.Line) wording.Notice {
	last4, returned := lines[0].Last4, kind == wording.KindReturned
	if len(lines) == 1 {
		name, month := claims[lines[0].Claim].Name, lines[0].Period.Month()
		if returned {
			return wording.Returned(name, month, last4, c.Town)
		}
		return wording.Paid(wording.Payment{Item: name, Month: month, Amount: lines[0].Amount, Sample: lines[0].Sample}, last4)
	}
	list := make([]wording.Payment, len(lines))
	for i, l := range lines {
		list[i] = wording.Payment{Item: claims[l.Claim].Everyday, Month: l.Period.Month(), Amount: l.Amount, Sample: l.Sample}
	}
	if returned {
		return wording.ReturnedTogether(list, last4, c.Town)
	}
	return wording.PaidTogether(list, last4)
}
