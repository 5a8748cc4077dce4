package township

import (
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
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
		out = append(out, monthOption{p, payout.SayMonth(string(p))})
	}
	return out
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

// inMoney reads whether the officer chose money; nil keeps the claim's.
func (d doing) inMoney() *bool {
	give := d.get("give")
	if give == "" {
		return nil
	}
	money := give == "money"
	return &money
}
