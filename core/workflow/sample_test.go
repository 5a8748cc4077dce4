package workflow_test

import (
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// A sum that an officer types where the system could not work one out is a sample when the
// figures it goes by are: in the claim, in the decision's payment, on the citizen's page.
//
// Control: restsOnSample not asked in proposal ("0 sums", "not marked").
func TestATypedAmountIsASampleWhereItsFiguresAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Urgent, app.Items, app.Household.Area = true, []core.ItemCode{casefile.RushItem}, nil
	w.handOver(app)
	c := w.routed(app)
	claim := w.claim(c.ID, casefile.RushItem)
	if claim.Sample || claim.HasAmount {
		t.Fatalf("the system worked out a sum: %+v", claim)
	}
	rush := workflow.Emergency{Claim: claim.ID, Amount: core.Yuan(1000), Reasons: []string{"灶屋着火,今晚没有饭吃"}}
	w.must(w.flow.Emergency(t.Context(), w.actors["officer"], rush))
	if now := w.claim(c.ID, casefile.RushItem); !now.Sample {
		t.Errorf("the proposal of %d fen is not marked", now.Amount)
	}
	w.must(w.flow.Decide(t.Context(), w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	if n := w.count(`select count(*) from payout_status where sample`); n != 1 {
		t.Errorf("%d sums of the citizen's page are marked", n)
	}
}
