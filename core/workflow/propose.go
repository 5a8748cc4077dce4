package workflow

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
	"lianou/core/wording"
)

// Propose is an officer's proposal on one claim.
type Propose struct {
	Claim   core.ClaimID
	Outcome casefile.Outcome // casefile.ProposeApprove, ProposeRefuse or ProposeRefer
	Amount  *core.Fen        // for cash; nil takes the finding's amount
	Cash    *bool            // money or otherwise, where the item can be both; nil keeps the claim's
	Reasons []string         // at least one
}

// ErrCeiling is the answer to a first payment above what a township may decide.
var ErrCeiling = core.E(core.KindInvalid, "above_ceiling", "超过镇上能定的限额,请走县里。")

// Propose writes the proposal. What a township may not decide at this amount goes
// to the county by itself.
func (f *Flow) Propose(ctx context.Context, actor casefile.Actor, in Propose) error {
	on := target{name: casefile.ActPropose, trace: "claim.proposed", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		p, err := a.proposal(ctx, in)
		if err != nil {
			return err
		}
		if a.claim.Decides == policy.ByOutside && p.Outcome == casefile.ProposeApprove {
			return core.Invalid("outcome", "这一项由"+a.claim.Department+"定,请选转办。")
		}
		if p.Outcome == casefile.ProposeApprove {
			if err := a.notTwice(ctx, p.Period); err != nil {
				return err
			}
		}
		if err := f.Cases.Propose(ctx, a.tx, a.claim, p); err != nil {
			return err
		}
		if err := a.reclock(ctx, a.claim, stand{County: p.Decides == policy.ByCounty}); err != nil {
			return err
		}
		a.detail["outcome"], a.detail["reasons"] = p.Outcome, p.Reasons
		return a.event(ctx, "claim.proposed", "", a.claim.Name+":提出"+proposalWord(p.Outcome))
	})
}

// proposal fills in what the Book and the newest finding know.
func (a *act) proposal(ctx context.Context, in Propose) (casefile.Proposal, error) {
	p := casefile.Proposal{Outcome: in.Outcome, By: a.actor.Staff, Reasons: reasonsOf(in.Reasons)}
	switch in.Outcome {
	case casefile.ProposeApprove, casefile.ProposeRefuse, casefile.ProposeRefer:
	default:
		return p, core.Invalid("outcome", "请选同意、不同意或转办。")
	}
	for _, text := range in.Reasons {
		if err := checkText("reasons", text, "请写明理由。"); err != nil {
			return p, err
		}
	}
	if len(p.Reasons) == 0 {
		return p, casefile.ErrNoReason
	}
	findings, err := a.f.Cases.Findings(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err != nil {
		return p, err
	}
	for _, finding := range findings {
		if finding.Item != a.claim.Item {
			continue
		}
		p.Period, p.Sample = finding.Benefit.Per, finding.Benefit.Sample
		if p.Amount = in.Amount; p.Amount == nil && finding.Benefit.Amount != nil {
			amount := finding.Benefit.Fen()
			p.Amount = &amount
		}
	}
	if in.Amount != nil && !p.Sample {
		if p.Sample, err = a.restsOnSample(ctx); err != nil {
			return p, err
		}
	}
	if err := a.form(&p, in.Cash); err != nil {
		return p, err
	}
	return p, a.level(ctx, &p)
}

// ErrForm is the answer to a form that the item does not have.
var ErrForm = core.E(core.KindInvalid, "invalid_form", "这一项不能这样给。")

// form settles whether the item is given as money or otherwise. What is not money
// needs no sum, and what is gets its month or term.
func (a *act) form(p *casefile.Proposal, want *bool) error {
	item, err := a.item()
	if err != nil || item == nil {
		return err
	}
	if want != nil && *want != a.claim.Cash && (!isEither(item) || a.claim.Decides == policy.ByOutside) {
		return ErrForm
	}
	p.Cash = want
	if a.isCash(*p) && p.Period == "" {
		p.Period = cashPer(item)
	}
	return nil
}

func (a *act) isCash(p casefile.Proposal) bool {
	if p.Cash != nil {
		return *p.Cash
	}
	return a.claim.Cash
}

// item is the claim's item in the Book of today, nil when it is not in it.
func (a *act) item() (*policy.Item, error) {
	book, err := a.f.Books.On(a.tx.Today())
	if err != nil {
		return nil, err
	}
	item, ok := book.Item(a.claim.Item)
	if !ok {
		return nil, nil
	}
	return item, nil
}

// level says who decides at this amount: the township up to its ceiling, the
// county above it (domain.md 1.4). Money for which the Book knows no sum is the
// county's: the township registers who looks for work, the subsidy is not its own.
func (a *act) level(ctx context.Context, p *casefile.Proposal) error {
	p.Decides = a.claim.Decides
	item, err := a.item()
	if err != nil {
		return err
	}
	if item != nil && item.Decides == policy.ByTownship && p.Decides != policy.ByOutside {
		p.Decides = policy.ByTownship // proposed anew: the level is that of this sum
	}
	if a.all.Lifted(a.claim.ID) && p.Decides != policy.ByOutside {
		p.Decides = policy.ByCounty // the township has answered twice
		return nil
	}
	if p.Outcome != casefile.ProposeApprove || p.Amount == nil || p.Decides != policy.ByTownship || !a.isCash(*p) {
		return nil
	}
	if item != nil && item.Benefit.Formula == nil {
		p.Decides = policy.ByCounty
		return nil
	}
	limit, ok, err := a.ceiling(ctx)
	if err == nil && ok && *p.Amount > limit {
		p.Decides = policy.ByCounty
	}
	return err
}

// above reports whether a sum a month is beyond what a township may decide.
func (a *act) above(ctx context.Context, amount core.Fen) (bool, error) {
	p := casefile.Proposal{Outcome: casefile.ProposeApprove, Amount: &amount}
	err := a.level(ctx, &p)
	return p.Decides == policy.ByCounty, err
}

// ceiling is the township's limit for the claim's item, if it has one.
func (a *act) ceiling(ctx context.Context) (core.Fen, bool, error) {
	book, err := a.f.Books.On(a.tx.Today())
	if err != nil {
		return 0, false, err
	}
	item, ok := book.Item(a.claim.Item)
	if !ok || item.Ceiling < 0 {
		return 0, false, nil
	}
	county, area, err := a.place(ctx)
	if err != nil {
		return 0, false, err
	}
	row, ok := book.Amount(policy.ParamID(item.Ceiling), county, area)
	return core.Fen(row.Value), ok, nil
}

// place is where the household lives, as far as it says which figures hold for it.
func (a *act) place(ctx context.Context) (county core.RegionCode, area core.Area, err error) {
	facts, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err == nil && facts.Household.Area != nil {
		area = *facts.Household.Area
	}
	return facts.Household.County, area, err
}

// restsOnSample reports whether a sum that an officer types goes by sample figures: it is
// a sample then, like one that was computed from them.
func (a *act) restsOnSample(ctx context.Context) (bool, error) {
	book, err := a.f.Books.On(a.tx.Today())
	if err != nil {
		return false, err
	}
	item, ok := book.Item(a.claim.Item)
	if !ok {
		return false, nil
	}
	county, area, err := a.place(ctx)
	if err != nil {
		return false, err
	}
	return book.RestsOnSample(item, county, area), nil
}

func proposalWord(o casefile.Outcome) string {
	switch o {
	case casefile.ProposeApprove:
		return "同意"
	case casefile.ProposeRefer:
		return "转办"
	}
	return "不同意"
}

// PublishNotice hangs the notice of a proposal for the item's days.
func (f *Flow) PublishNotice(ctx context.Context, actor casefile.Actor, claim core.ClaimID) error {
	on := target{name: casefile.ActPublish, trace: "notice.published", claim: claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		n, err := f.Cases.PublishNotice(ctx, a.tx, a.c, a.claim)
		if err != nil {
			return err
		}
		a.detail["notice"], a.detail["until"], a.detail["law"] = n.ID, n.Until.String(), a.claim.Terms.NoticeLaw
		if n.Nth > 1 { // the household was told of the first one
			return a.event(ctx, "notice.published", fmt.Sprintf("%s定之前再公示一次,到%s。", a.claim.Everyday, n.Until.Say()),
				fmt.Sprintf("%s再次公示到 %s", a.claim.Name, n.Until.Say()))
		}
		err = a.event(ctx, "notice.published", fmt.Sprintf("%s在村里公示,到%s。", a.claim.Everyday, n.Until.Say()),
			fmt.Sprintf("%s公示到 %s", a.claim.Name, n.Until.Say()))
		if err != nil {
			return err
		}
		return f.toTell(ctx, a.tx, a.c, casefile.Telling{Claim: a.claim.ID, Kind: wording.KindPublished, Source: n.ID})
	})
}

// Object files somebody's different opinion on a public notice. Who said it is
// sealed with what they said.
func (f *Flow) Object(ctx context.Context, actor casefile.Actor, claim core.ClaimID, says string) error {
	on := target{name: casefile.ActObject, trace: "objection.filed", claim: claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("says", says, "请写下有什么不同意见。"); err != nil {
			return err
		}
		id, err := f.Cases.Object(ctx, a.tx, a.c, a.claim, actor.Staff, says)
		if err != nil {
			return err
		}
		if err := a.reclock(ctx, a.claim, stand{County: a.claim.Decides == policy.ByCounty, Special: true}); err != nil {
			return err
		}
		a.detail["objection"] = id
		return a.event(ctx, "objection.filed", "公示时有人提了意见,镇上在核实。", a.claim.Name+":收到不同意见,核实后再定")
	})
}
