package workflow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/workflow"
)

// onlyOn gives the Book of one day, whatever day it is.
type onlyOn struct {
	*policy.Library
	day core.Date
}

func (o onlyOn) On(core.Date) (*policy.Book, error) { return o.Library.On(o.day) }

func (w *world) deadline(id core.CaseID, kind casefile.DeadlineKind, claim core.ClaimID) (found casefile.Deadline) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := w.cases.Deadlines(ctx, tx, id)
		for _, d := range list {
			if d.Kind == kind && d.Claim == claim {
				found = d
			}
		}
		return err
	})
	return found
}

// A case that was accepted under the trial measure of 2012 keeps it when the law has long
// changed: it is appraised by two thirds, noticed by the township and once more before the
// decision, and each of its days says by which law.
// Control: take with the NoticeDays and Terms of the decision's day, mayPropose without the
// appraisal, or mayDecide without the second notice.
func TestCaseKeepsThePackOfItsDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	ctx, officer, approver := t.Context(), w.actors["officer"], w.actors["approver"]
	lib, err := policy.Embedded()
	w.must(err)
	old, err := core.ParseDate("2016-07-01")
	w.must(err)
	now := w.flow.Books
	w.flow.Books = onlyOn{lib, old}
	w.must(w.flow.Accept(ctx, officer, workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao}, Left: "家里不要",
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 1)}))
	w.flow.Books = now
	claim := w.claim(c.ID, dibao)
	if claim.Terms.Packs != "A" || !claim.Terms.Twice() || claim.Terms.Appraisal != "always" || claim.Terms.Days != 23 {
		t.Fatalf("accepted under %+v", claim.Terms)
	}
	for kind, of := range map[casefile.DeadlineKind]core.ClaimID{casefile.DeadlineDecide: claim.ID, casefile.DeadlineSurvey: 0} {
		if d := w.deadline(c.ID, kind, of); !strings.Contains(d.Law, "审批办法(试行)") || !d.Met.IsZero() {
			t.Errorf("%s: %+v", kind, d)
		}
	}
	// What it was accepted under is not written in passing, by the platform's role neither.
	// Control: no trigger claim_terms_stay ("notice_days = 0: <nil>").
	for _, set := range []string{`notice_days = 0`, `terms = '{}'`, `emergency = true`, `state = 'reviewed', notice_days = 0`} {
		err := w.db.Tx(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `update claim set `+set+` where id = $1`, claim.ID)
			return pg.Fail(err, "try")
		})
		if pg.Constraint(err) != "claim_terms_stay" {
			t.Errorf("%s: %v", set, err)
		}
	}
	seen := visited()
	seen.Case = c.ID
	w.visit(seen)
	if d := w.deadline(c.ID, casefile.DeadlineSurvey, 0); d.Met.IsZero() {
		t.Error("two people were there, and the survey goes on")
	}
	propose := workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}
	w.refused("appraise_first", w.flow.Propose(ctx, officer, propose))
	few := workflow.Appraise{Claim: claim.ID, Present: 5, Of: 9, For: 5, Minutes: "五个人到会,都说困难"}
	w.refused("invalid_present", w.flow.Appraise(ctx, officer, few))
	few.Present, few.For = 6, 6
	w.must(w.flow.Appraise(ctx, officer, few))
	w.must(w.flow.Propose(ctx, officer, propose))
	w.must(w.flow.PublishNotice(ctx, officer, claim.ID))
	w.env.Advance(9 * 24 * time.Hour)
	w.must(w.flow.Sweep(ctx))
	decide := workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}
	w.refused("notice_again", w.flow.Decide(ctx, approver, decide))
	if err := w.flow.PublishNotice(ctx, officer, claim.ID); err == nil {
		t.Error("the one who proposed hangs the second notice too")
	}
	// Neither is it to be had by SQL.
	err = w.db.Tx(ctx, pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into decision (claim_id, case_id, region, outcome, sample, proposer, approver, reasons, appeal, evidence, facts_version,
			facts_digest, book, at, digest) values ($1, $2, '371426103', 'approved', false, $3, $4, '["r"]', '收到信起 60 天内,可向县政府申请行政复议。',
			'{"facts":"x"}', 1, 'x', 'b', lianou_now(), repeat('a', 64))`, claim.ID, c.ID, int64(w.id("officer")), int64(w.id("approver")))
		if err == nil {
			_, err = tx.Exec(ctx, `update claim set state = 'approved' where id = $1`, claim.ID)
		}
		return err
	})
	if pg.Constraint(err) != "claim_notice" {
		t.Errorf("approved by SQL after one of two notices: %v", err)
	}
	w.must(w.flow.PublishNotice(ctx, approver, claim.ID))
	w.refused("notice_runs", w.flow.Decide(ctx, approver, decide))
	w.env.Advance(9 * 24 * time.Hour)
	w.must(w.flow.Sweep(ctx))
	w.must(w.flow.Decide(ctx, approver, decide))
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimPaying {
		t.Fatalf("at the end: %s", got.State)
	}
}

// refused holds that an act was refused for one reason.
func (w *world) refused(code string, err error) {
	w.t.Helper()
	if err == nil || core.Known(err).Code != code {
		w.t.Errorf("got %v, want %s", err, code)
	}
}

// An objection gives a claim of today's law its 45 days from acceptance, and the reason;
// no appraisal is asked for before it, and one may be held about it.
// Control: Object without reclock.
func TestObjectionGivesTheSpecialDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx, officer := t.Context(), w.actors["officer"]
	books, err := policy.Embedded()
	w.must(err)
	if d := w.deadline(c.ID, casefile.DeadlineDecide, claim.ID); d.Due != books.Calendar().Add(claim.Terms.On, 20) || !strings.HasPrefix(d.Law, "20 个工作日。") {
		t.Errorf("at first: %+v", d)
	}
	w.must(w.flow.Propose(ctx, officer, workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}))
	if err := w.flow.Appraise(ctx, officer, workflow.Appraise{Claim: claim.ID, Present: 6, Of: 6, For: 6, Minutes: "都说困难"}); err == nil {
		t.Error("appraised though nobody disputes it")
	}
	w.must(w.flow.PublishNotice(ctx, officer, claim.ID))
	w.must(w.flow.Object(ctx, officer, claim.ID, "他家有辆车"))
	want := books.Calendar().Add(claim.Terms.On, 45)
	if d := w.deadline(c.ID, casefile.DeadlineDecide, claim.ID); d.Due != want || !strings.HasPrefix(d.Law, "特殊情况,45 个工作日。") {
		t.Errorf("after the objection: %+v, want %s", d, want)
	}
	if now := w.claim(c.ID, dibao); now.Due != want {
		t.Errorf("the claim is due %s", now.Due)
	}
	w.must(w.flow.Appraise(ctx, officer, workflow.Appraise{Claim: claim.ID, Present: 6, Of: 6, For: 6, Minutes: "车是邻居的"}))
}
