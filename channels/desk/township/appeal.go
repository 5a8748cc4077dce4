package township

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/workflow"
)

// appealOutcomes say what came of an appeal.
var appealOutcomes = map[string]string{casefile.AppealChanged: "改了", casefile.AppealStands: "照原来的", casefile.AppealOtherwise: "另外这样办"}

// appealWord says how far an appeal is.
func appealWord(p casefile.Appeal) string {
	return map[casefile.AppealState]string{casefile.AppealOpen: "等重新看", casefile.AppealProposed: "等第二人定", casefile.AppealAnswered: "已答复", casefile.AppealWithdrawn: "本人不要了"}[p.State]
}

// openAppeal is the appeal of a claim that nobody has answered.
func openAppeal(v casefile.View, claim core.ClaimID) *casefile.Appeal {
	for i := range v.Appeals {
		if p := &v.Appeals[i]; p.Claim == claim && p.Open() {
			return p
		}
	}
	return nil
}

// mostAppeals bounds the list: the most pressing.
const mostAppeals = 50

// named puts names to those who look anew.
func (t *Room) named(ctx context.Context, list []casefile.Asked) error {
	var ids []core.StaffID
	for _, asked := range list {
		if asked.Reviewer != 0 {
			ids = append(ids, asked.Reviewer)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	names, err := t.d.Staff.Names(ctx, ids...)
	for i := range list {
		list[i].Who = names[list[i].Reviewer]
	}
	return err
}

func (t *Room) review(d doing) error {
	in := workflow.ReviewAppeal{Claim: d.claim, Outcome: d.get("outcome"), From: payout.Period(d.get("from")), Reasons: d.get("reason")}
	if in.Outcome == casefile.AppealChanged {
		amount, err := d.amount()
		if err != nil {
			return err
		}
		in.Amount = amount
	}
	return t.d.Flow.ReviewAppeal(d.r.Context(), d.actor, in)
}

func (t *Room) decideReview(d doing) error {
	return t.d.Flow.DecideAppeal(d.r.Context(), d.actor, workflow.DecideAppeal{Claim: d.claim, Agree: d.get("outcome") == "agree", Digest: d.get("digest"), Reason: d.get("reason")})
}

// objected is what was said of the notice of a claim and nobody has answered, as far as a page
// shows it: an answer is about no more.
func objected(v casefile.View, claim core.ClaimID) (list []casefile.Objection) {
	for _, o := range v.Objections {
		if o.Claim == claim && o.Answered.IsZero() && !o.Later {
			list = append(list, o)
		}
	}
	return list
}
