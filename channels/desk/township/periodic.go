package township

import (
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/workflow"
)

// reviewOutcomes say what came of a periodic re-check.
var reviewOutcomes = map[string]string{casefile.ReviewSame: "照原来的发", casefile.ReviewChange: "提了改金额", casefile.ReviewStop: "提了停发", casefile.ReviewOver: "钱已经停了,不用看"}

// openReview is the periodic re-check that a claim has ahead of it, nil for none.
func openReview(v casefile.View, claim core.ClaimID) *casefile.Review {
	for i := range v.Reviews {
		if r := &v.Reviews[i]; r.Claim == claim && r.Ended.IsZero() {
			return r
		}
	}
	return nil
}

func (t *Room) reviewBenefit(d doing) error {
	in := workflow.ReviewBenefit{Claim: d.claim, Outcome: d.get("outcome"), Words: d.get("seen"),
		Change: workflow.ChangeBenefit{Claim: d.claim, From: payout.Period(d.get("from")), Reason: d.get("reason")}}
	if in.Outcome == casefile.ReviewChange {
		amount, err := d.amount()
		if err != nil {
			return err
		}
		in.Change.Amount = amount
	}
	return t.d.Flow.ReviewBenefit(d.r.Context(), d.actor, in)
}
