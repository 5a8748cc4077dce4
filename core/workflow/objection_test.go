package workflow_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// answers is the word of who has seen every opinion on a claim that is open and on the page.
func (w *world) answers(claim casefile.Claim, founded bool, reasons string) workflow.AnswerObjection {
	w.t.Helper()
	in := workflow.AnswerObjection{Claim: claim.ID, Founded: founded, Reasons: reasons}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		v, err := w.cases.View(ctx, tx, claim.Case, w.actors["second"], "test")
		for _, o := range v.Objections {
			if o.Claim == claim.ID && o.Answered.IsZero() && !o.Later {
				in.Saw, in.Heard = append(in.Saw, o.ID), max(in.Heard, o.Last)
			}
		}
		return err
	})
	return in
}

// One person who had refused a claim invented an opinion on the notice of the grant that an appeal
// had brought, and upheld it, again and again. Neither who wrote it down nor who is barred by the
// appeal answers it.
//
// Control: objection_guard without taken_by: "update objection set outcome = 'founded', by_staff = taken_by
// …: <nil>". Each of mayAnswer and objection_guard refuses alone.
func TestNobodyUpholdsTheOpinionTheyWroteDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	_, claim := w.ready("4071882635")
	w.refuse(claim)
	w.must(w.flow.Appeal(ctx, w.actors["helper"], claim.ID, "存款是卖粮的钱"))
	w.must(w.flow.Propose(ctx, w.actors["second"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"钱的来路查清了。"}}))
	w.must(w.flow.PublishNotice(ctx, w.actors["second"], claim.ID))
	w.must(w.flow.Object(ctx, w.actors["officer"], claim.ID, "听说他家有辆车"))
	w.named("who refused answers", casefile.ErrSamePerson.Code, w.flow.AnswerObjection(ctx, w.actors["officer"], w.answers(claim, true, "有车")))
	for _, who := range []string{"officer", "approver"} {
		w.refusedSQL("objection_people", `update objection set outcome = 'founded', by_staff = `+fmt.Sprint(w.id(who))+`, reasons = 'x', answered = now()`)
	}
	w.refusedSQL("objection_people", `insert into objection (notice_id, claim_id, case_id, region, at, says) select notice_id, claim_id, case_id, region, at, says from objection`)

	// Somebody new may not uphold what they wrote down either.
	w.employ("third", staff.Officer, town)
	w.must(w.flow.AnswerObjection(ctx, w.actors["third"], w.answers(claim, false, "车是邻居的")))
	w.must(w.flow.Object(ctx, w.actors["third"], claim.ID, "听说他家有存款"))
	w.named("who wrote it down answers", casefile.ErrSamePerson.Code, w.flow.AnswerObjection(ctx, w.actors["third"], w.answers(claim, true, "有存款")))
	w.refusedSQL("objection_people", `update objection set outcome = 'founded', by_staff = taken_by, reasons = 'x', answered = now() where answered is null`)
	w.must(w.flow.AnswerObjection(ctx, w.actors["county"], w.answers(claim, false, "没有")))
}

// An answer is about the opinions that the page showed: what was said meanwhile stays open and
// holds the decision. Where one of them was founded the claim goes back once the last is answered.
// Who answered does not decide.
//
// Control: without id = any: "a page that showed nothing: \"\", want record_changed". Who answered is held
// off by mayDecide and by objection_decider, each alone.
func TestAnAnswerIsAboutWhatWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	officer, approver := w.actors["officer"], w.actors["approver"]
	w.must(w.flow.Propose(ctx, officer, workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}))
	w.must(w.flow.PublishNotice(ctx, officer, claim.ID))
	w.must(w.flow.Object(ctx, officer, claim.ID, "他家有辆车"))
	page := w.answers(claim, false, "车是邻居的")
	w.must(w.flow.Object(ctx, officer, claim.ID, "他家在外地有房"))
	none := page
	none.Saw = nil
	w.named("a page that showed nothing", "record_changed", w.flow.AnswerObjection(ctx, w.actors["second"], none))
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], page))
	if n := w.count(`select count(*) from objection where answered is not null`); n != 1 || w.claim(c.ID, dibao).State != casefile.ClaimObjected {
		t.Errorf("%d of 2 were answered, and the claim is %s", n, w.claim(c.ID, dibao).State)
	}
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], w.answers(claim, false, "房是亲戚的")))
	w.env.Advance(9 * 24 * time.Hour)
	w.must(w.flow.Sweep(ctx))
	both := w.actors["second"] // an officer who is an approver too
	both.Roles = append([]casefile.Role{casefile.RoleApprover}, both.Roles...)
	w.named("who answered decides", casefile.ErrSamePerson.Code, w.flow.Decide(ctx, both, workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	w.must(w.flow.Decide(ctx, approver, workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
}

// One founded opinion among several sends the claim back to be reviewed, once all are answered.
//
// Control: afterAnswer that never asks for a founded one: "the claim is noticed".
func TestAFoundedOpinionIsNotOverruledByTheNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}))
	w.must(w.flow.PublishNotice(ctx, w.actors["officer"], claim.ID))
	w.must(w.flow.Object(ctx, w.actors["officer"], claim.ID, "他家有辆车"))
	page := w.answers(claim, true, "有车,行驶证是他的。")
	w.must(w.flow.Object(ctx, w.actors["officer"], claim.ID, "他家在外地有房"))
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], page))
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], w.answers(claim, false, "房是亲戚的。")))
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimAgreed || got.SentBack != "有车,行驶证是他的。" {
		t.Errorf("the claim is %s, sent back for %q", got.State, got.SentBack)
	}
}
