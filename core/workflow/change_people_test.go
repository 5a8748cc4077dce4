package workflow_test

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// changesOf are the changes of a case, oldest first.
func (w *world) changesOf(id core.CaseID) (list []casefile.Change) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = w.cases.Changes(ctx, tx, id)
		return err
	})
	return list
}

// says is a decision on the change that the page shows now: agreed to, or an answer why not.
func (w *world) says(claim casefile.Claim, answer string) workflow.DecideChange {
	w.t.Helper()
	list := w.changesOf(claim.Case)
	return workflow.DecideChange{Claim: claim.ID, Digest: list[len(list)-1].Digest(), Approve: answer == "", Answer: answer}
}

// A change that a colleague turned down and the officer wrote anew is another: the page of before
// agrees to nothing, and turns nothing down.
//
// Control, seen red: DecideChange that takes whichever is open ("agreed to as the first was shown:
// <nil>").
func TestAChangeIsDecidedAsItWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, claim := w.grantedNursing()
	ctx := t.Context()
	w.employ("another", staff.Approver, town)
	less, more := claim.Amount-core.Yuan(10), claim.Amount+core.Yuan(10)
	change := workflow.ChangeBenefit{Claim: claim.ID, Amount: &less, From: payout.PeriodOf(w.today()).Next().Next(), Reason: "等级变了。"}
	w.must(w.flow.ProposeChange(ctx, w.actors["officer"], change))
	shown, no := w.says(claim, ""), w.says(claim, "没有依据。")
	w.must(w.flow.DecideChange(ctx, w.actors["approver"], no))
	change.Amount = &more
	w.must(w.flow.ProposeChange(ctx, w.actors["officer"], change))
	for name, in := range map[string]workflow.DecideChange{"agreed to": shown, "turned down": no} {
		if err := w.flow.DecideChange(ctx, w.actors["another"], in); !errors.Is(err, casefile.ErrChangeAnew) {
			t.Errorf("%s as the first was shown: %v", name, err)
		}
	}
	w.must(w.flow.DecideChange(ctx, w.actors["another"], w.says(claim, "")))
	if got := w.claim(claim.Case, nursing).Amount; got != more {
		t.Errorf("the household gets %d fen a month", got)
	}
}

// While the card of a month that came back is not mended no officer asks for another sum from it:
// the sentence says what to do first.
//
// Control, seen red: without notBack ("asked for another sum of a month that came back: <nil>").
func TestAnotherSumWaitsForTheCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c := w.visitedCase(w.application("4071882635"), nursing)
	w.must(w.granted(w.claim(c.ID, nursing), workflow.Propose{}))
	w.sentBack()
	claim := w.claim(c.ID, nursing)
	fen := claim.Amount + 1
	var month payout.Period
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select period from payout_entitlement where claim = $1`, claim.ID).Scan(&month)
	})
	change := workflow.ChangeBenefit{Claim: claim.ID, Amount: &fen, From: month, Reason: "等级变了。"}
	if err := w.flow.ProposeChange(t.Context(), w.actors["officer"], change); !errors.Is(err, payout.ErrCameBack) {
		t.Errorf("asked for another sum of a month that came back: %v", err)
	}
	change.From = month.Next()
	w.must(w.flow.ProposeChange(t.Context(), w.actors["officer"], change))
}
