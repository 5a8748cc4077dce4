package workflow_test

import (
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// raced runs all at once and gives what came of each.
func raced(all ...func() error) []error {
	start, out := make(chan struct{}), make([]error, len(all))
	done := make(chan struct{})
	for i, one := range all {
		go func() {
			<-start
			out[i] = one()
			done <- struct{}{}
		}()
	}
	close(start)
	for range all {
		<-done
	}
	return out
}

// trialsOfRaces is how often each race is run.
const trialsOfRaces = 60

// refusable is a case with one proposal to refuse, which needs no notice; again takes the rows
// back to that, past every rule, so that one case stands for sixty.
func (w *world) refusable() (c casefile.Case, claim casefile.Claim, again func()) {
	w.t.Helper()
	w.enrol()
	c = w.opened("4071882635")
	w.must(w.flow.Accept(w.t.Context(), w.actors["officer"], workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao},
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: w.today() + 1}))
	seen := visited()
	seen.Case = c.ID
	w.visit(seen)
	claim = w.claim(c.ID, dibao)
	w.must(w.flow.Propose(w.t.Context(), w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"存款在线以上。"}}))
	w.super(`create table before_claim as select * from claim`)
	return c, claim, func() {
		w.super(`begin; set local session_replication_role = replica; delete from decision; update casefile set state = 'visiting', settled = null;
			update claim c set state = b.state, proposer = b.proposer, proposal = b.proposal, reasons = b.reasons, sent_back = b.sent_back, updated = b.updated from before_claim b where b.id = c.id; commit`)
	}
}

// late reports whether an answer is that somebody was faster, in words.
func wasLate(err error) bool {
	known := core.Known(err)
	return errors.Is(err, casefile.ErrMovedOn) && known.Say != ""
}

// Two approvers decide one claim at the same moment: one decision, and the other reads that
// somebody was faster.
//
// The lock of the case holds them apart, and that of the claim once more: without the latter it is green.
func TestTwoDecideAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, claim, again := w.refusable()
	w.employ("another", staff.Approver, town)
	decide := func(login string) func() error {
		return func() error {
			return w.flow.Decide(t.Context(), w.actors[login], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused})
		}
	}
	won := map[int]int{}
	for trial := range trialsOfRaces {
		out := raced(decide("approver"), decide("another"))
		first, n := 0, w.count(`select count(*) from decision`)
		if out[0] != nil {
			first = 1
		}
		if won[first]++; n != 1 || out[first] != nil || !wasLate(out[1-first]) {
			t.Fatalf("trial %d: %d decisions, %v", trial, n, out)
		}
		again()
	}
	t.Logf("won: %v", won)
}

// A decision and the household's withdrawal at the same moment (the proposal is sent back, and the
// case withdrawn), and each after the other: one of the two, never a decision on what was withdrawn.
//
// The lock of the case holds them apart, and that of the claim once more: without the latter it is green.
func TestADecisionAndAWithdrawalAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim, again := w.refusable()
	w.employ("another", staff.Approver, town)
	ctx := t.Context()
	decide := func() error {
		return w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused})
	}
	withdraw := func() error {
		if err := w.flow.SendBack(ctx, w.actors["another"], claim.ID, "家里说不要了"); err != nil {
			return err
		}
		return w.flow.Withdraw(ctx, w.actors["officer"], c.ID, "家里不要了")
	}
	won := map[string]int{}
	for trial := range trialsOfRaces + 2 {
		var decided, withdrawn error
		switch trial {
		case 0:
			decided, withdrawn = decide(), withdraw()
		case 1:
			withdrawn, decided = withdraw(), decide()
		default:
			out := raced(decide, withdraw)
			decided, withdrawn = out[0], out[1]
		}
		got, _ := w.get(c.ID)
		n := w.count(`select count(*) from decision`)
		switch {
		case decided == nil && wasLate(withdrawn) && n == 1 && got.State == casefile.CaseVisiting:
			won["decided"]++
		case withdrawn == nil && wasLate(decided) && n == 0 && got.State == casefile.CaseWithdrawn:
			won["withdrawn"]++
		default:
			t.Fatalf("trial %d: decided %v, withdrawn %v, %d decisions, the case is %s", trial, decided, withdrawn, n, got.State)
		}
		again()
	}
	if won["decided"] == 0 || won["withdrawn"] == 0 {
		t.Errorf("one side never won: %v", won)
	}
	t.Logf("won: %v", won)
}

// Both who went write the visit down at the same moment: one record, and the other reads that
// somebody was faster and has something to confirm.
//
// The lock of the case holds them apart, and that of the claim once more: without the latter it is green.
func TestTwoSendOneVisit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	c := w.opened("4071882635")
	ctx := t.Context()
	w.must(w.flow.Accept(ctx, w.actors["officer"], workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao},
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: w.today() + 1}))
	record := func(login, statement string) func() error {
		seen := visited()
		seen.Case, seen.Statement = c.ID, statement
		return func() error { return w.flow.RecordVisit(ctx, w.actors[login], seen) }
	}
	won := map[string]int{}
	for trial := range trialsOfRaces {
		if trial > 0 {
			w.must(w.flow.PlanVisit(ctx, w.actors["officer"], workflow.PlanVisit{Case: c.ID, Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, On: w.today() + 1}))
		}
		out := raced(record("officer", "三间平房。"), record("helper", "三间平房,院里有井。"))
		winner, loser := "officer", out[1]
		if out[0] != nil {
			winner, loser = "helper", out[0]
		}
		n := w.count(`select count(*) from visit where done is not null`)
		if by := w.count(`select recorded_by from visit where done is not null order by id desc limit 1`); n != trial+1 || by != int(w.id(winner)) || !wasLate(loser) {
			t.Fatalf("trial %d: %d records, the newest by %d: %v", trial, n, by, out)
		}
		if won[winner]++; trial == 0 {
			second := map[string]string{"officer": "helper", "helper": "officer"}[winner]
			w.must(w.flow.SecondVisit(ctx, w.actors[second], c.ID, w.record(c.ID)))
		}
	}
	t.Logf("won: %v", won)
}
