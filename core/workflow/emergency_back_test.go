package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// An emergency that is sent back owes no papers, is none of the year, and may be paid first after all,
// with a clock for its papers of its own, whatever was visited in between; papers that are there before
// somebody agreed count from then. One that is refused holds no case open (domain.md 3.7).
//
// Controls: Resume without its cause, or SetDeadline ("the second has no clock"); claim_emergency_undone of
// 00684 ("sent back, and papers are owed"); claim_emergency_papers of 00684 ("sent back after a visit: 1 of the year").
func TestAnEmergencyThatWasSentBackOwesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx, officer, approver := t.Context(), w.actors["officer"], w.actors["approver"]
	c, claim := w.burnt("4071882635", motherID, "周桂兰", town)
	rush := workflow.Emergency{Claim: claim.ID, Amount: w.ceilingOf(casefile.RushItem) / 3, Reasons: []string{"灶屋着火,今晚没有饭吃"}}
	const owed, year = `select count(*) from deadline where kind = 'papers' and met is null`, `select count(*) from claim_emergency where ended is null or made_good`
	goAndSee := func() {
		t.Helper()
		w.must(w.flow.PlanVisit(ctx, officer, workflow.PlanVisit{Case: c.ID, Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, On: w.today()}))
		seen := visited()
		seen.Case = c.ID
		w.visit(seen)
	}
	w.must(w.flow.Emergency(ctx, officer, rush))
	w.must(w.flow.SendBack(ctx, approver, claim.ID, "先问清楚"))
	if n := w.count(owed); n != 0 {
		t.Error("sent back, and papers are owed")
	}
	goAndSee()
	// Paid first after all, seen before anybody agreed, and sent back once more.
	w.must(w.flow.Emergency(ctx, officer, rush))
	if n := w.count(owed); n != 1 {
		t.Error("the second has no clock")
	}
	goAndSee()
	w.must(w.flow.SendBack(ctx, approver, claim.ID, "还要问"))
	if n := w.count(year); n != 0 {
		t.Errorf("sent back after a visit: %d of the year", n)
	}
	// And once more, seen before anybody agreed: it ends when somebody does.
	w.must(w.flow.Emergency(ctx, officer, rush))
	goAndSee()
	if n := w.count(`select count(*) from claim_emergency where ended is null`); n != 1 {
		t.Error("ended before anybody agreed")
	}
	w.must(w.flow.Decide(ctx, approver, workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	if n := w.count(`select count(*) from claim_emergency where ended is not null and made_good`); n != 1 || w.count(owed) != 0 {
		t.Errorf("agreed to with its papers there: %d are made good", n)
	}
	// Refused, it holds no case open.
	third, refused := w.burnt("4071882651", valid("37142619650717002"), "周桂芳", town)
	w.must(w.flow.Emergency(ctx, officer, workflow.Emergency{Claim: refused.ID, Amount: rush.Amount, Reasons: rush.Reasons}))
	w.must(w.flow.Decide(ctx, approver, workflow.Decide{Claim: refused.ID, Outcome: casefile.Refused, Reasons: []string{"没有着火。"}}))
	if n := w.count(`select count(*) from deadline where kind = 'papers' and met is null and case_id = $1`, third.ID); n != 0 {
		t.Error("refused, and papers are owed")
	}
	// Whose it is and when is the case's and the clock's, whoever writes the row.
	err := w.db.Tx(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into claim_emergency (claim_id, case_id, region, amount, ceiling, at, ended, made_good) values ($1, $2, $3, 100, 100000000, '2020-01-01', '2020-01-02', true)`, refused.ID, third.ID, third.Region)
		if err != nil {
			return pg.Fail(err, "forge")
		}
		var n int
		if err := tx.QueryRow(ctx, fmt.Sprintf(`select count(*) from claim_emergency where claim_id = %d and number_key is not null and at > now() - interval '1 hour' and ended is null`, refused.ID)).Scan(&n); err != nil || n != 1 {
			t.Errorf("a row with another's day: %d, %v", n, err)
		}
		return errors.New("nothing of it")
	})
	if err == nil {
		t.Error("it stands")
	}
}
