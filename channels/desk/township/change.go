package township

import (
	"fmt"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/wording"
	"lianou/core/workflow"
)

// monthOption is one month a change may begin in.
type monthOption struct {
	Value payout.Period
	Word  string
}

// monthsAhead offers the coming months; which of them are already paid is
// workflow's to say.
func monthsAhead(today core.Date) []monthOption {
	out := make([]monthOption, 0, 12)
	for p := payout.PeriodOf(today).Next(); len(out) < cap(out); p = p.Next() {
		out = append(out, monthOption{p, monthWord(string(p))})
	}
	return out
}

// monthWord says yyyymm as people do.
func monthWord(period string) string {
	p, err := payout.ParsePeriod(period)
	if err != nil {
		return period
	}
	return fmt.Sprintf("%d 年 %d 月", p.Start().Time().Year(), p.Month())
}

// openChange is the change of a claim that waits for a second person.
func openChange(v casefile.View, claim core.ClaimID) *casefile.Change {
	for i := range v.Changes {
		if c := &v.Changes[i]; c.Claim == claim && c.State == casefile.ChangeProposed {
			return c
		}
	}
	return nil
}

// either reports whether the item of a claim can be given as money or otherwise.
func either(v casefile.View, item core.ItemCode) bool {
	for _, f := range v.Findings {
		if f.Item == item {
			return f.Benefit.Either
		}
	}
	return false
}

func (t *Room) change(d doing) error {
	in := workflow.ChangeBenefit{Claim: d.claim, From: payout.Period(d.get("from")), Reason: d.get("reason")}
	if d.get("what") != "stop" {
		amount, err := d.amount()
		if err != nil {
			return err
		}
		if amount == nil {
			return casefile.ErrNoAmount
		}
		in.Amount = amount
	}
	return t.d.Flow.ProposeChange(d.r.Context(), d.actor, in)
}

func (t *Room) decideChange(d doing) error {
	return t.d.Flow.DecideChange(d.r.Context(), d.actor, workflow.DecideChange{Claim: d.claim, Digest: d.get("digest"), Approve: d.get("outcome") == "approve", Answer: d.get("reason")})
}

// inMoney reads the form the officer chose; nil keeps the claim's.
func (d doing) inMoney() *bool {
	form := d.get("form")
	if form == "" {
		return nil
	}
	money := form == "money"
	return &money
}

// changeLetter is the decision on a new sum, on paper.
func changeLetter(p wording.Paper, claim casefile.Claim, c casefile.Change, by string) wording.Letter {
	return wording.ChangeLetter(p, claim.Name, by, wording.Change{What: "从" + monthWord(c.From) + "起每月 " + c.Amount.Short() + " 元" + sampleMark(claim.Sample),
		Was: c.Was, Reason: c.Reason}, c.Appeal)
}

func sampleMark(sample bool) string {
	if sample {
		return "(样本)"
	}
	return ""
}
