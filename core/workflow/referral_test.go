package workflow_test

import (
	"context"
	"strings"
	"testing"

	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/workflow"
	"lianou/intake/papers"
)

// Looked at anew, a refusal became a referral, and the household was told that it was granted. A
// referral is told as that; and the household, which is offered to say that it is wrong, may.
//
// Control: decidedAgain that returns for refusals alone: "1 notices say that it was granted"; without
// ClaimReferred in ActAppeal: "a referral: case_moved_on".
func TestAReferralIsNoGrantAndMayBeWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.refuse(claim)
	w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "存款是卖粮的钱"))
	w.must(w.flow.Propose(ctx, w.actors["second"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefer, Reasons: []string{"归别的部门。"}}))
	w.must(w.flow.Decide(ctx, w.actors["county"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Referred}))
	if p := w.appeals(c.ID)[0]; p.State != casefile.AppealAnswered || p.Outcome != casefile.AppealChanged {
		t.Errorf("the appeal is %+v", p)
	}
	if n := w.count(`select count(*) from notice where words like '%批了%'`); n != 0 {
		t.Errorf("%d notices say that it was granted", n)
	}
	if n := w.count(`select count(*) from case_status where items::text like '%"referred"%'`); n != 1 {
		t.Errorf("%d households read of a referral", n)
	}
	if err := w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "那边说不归他们"); err != nil || w.claim(c.ID, dibao).State != casefile.ClaimAgreed {
		t.Errorf("a referral: %v", err)
	}
}

// What is said in the app of an item that nothing can be filed against any more lies in the case
// for an officer, with the item's name.
//
// Control: Note as it was handed in: "the officer reads 别的话".
func TestAWordThatFilesNothingKeepsItsItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, _ := w.ready("4071882635")
	_, err := newEdge(w).papers.Send(ctx, papers.Sending{Citizen: "citizen-1", Key: "one", Application: c.Application, Note: "别的话", Item: dibao})
	w.must(err)
	w.must(w.flow.PapersSent(ctx, jobs.PapersSent{Papers: int64(w.count(`select max(id) from supplement`))}))
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		v, err := w.cases.View(ctx, tx, c.ID, w.actors["officer"], "test")
		if err == nil && (len(v.Supplements) != 1 || !strings.HasPrefix(v.Supplements[0].Note, "说低保不对:别的话")) {
			t.Errorf("the officer reads %+v", v.Supplements)
		}
		return err
	})
}
