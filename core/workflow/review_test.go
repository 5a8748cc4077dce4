package workflow_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// runs is a household whose minimum living allowance was granted.
func (w *world) runs() (casefile.Case, casefile.Claim) {
	w.t.Helper()
	w.enrol()
	w.work()
	ctx := w.t.Context()
	c, claim := w.ready("4071882635")
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}))
	w.must(w.flow.PublishNotice(ctx, w.actors["officer"], claim.ID))
	w.env.Advance(8 * 24 * time.Hour)
	w.sweeps()
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	w.sweeps()
	return c, w.claim(c.ID, dibao)
}

// reviews are the periodic re-checks of a case.
func (w *world) reviews(id core.CaseID) []casefile.Review { return w.view(id).Reviews }

// day brings the clock to a day and sweeps, twice: what was done is not done again.
func (w *world) day(on core.Date) {
	w.t.Helper()
	w.env.Advance(time.Duration(on-w.today()) * 24 * time.Hour)
	w.sweeps()
	w.sweeps()
}

// remindedOf counts what the household was sent of a re-check.
func (w *world) remindedOf() int { return w.count(`select count(*) from notice where kind = 'review'`) }

// Monthly money has its next look from the day on which it was granted, by the class that the law of the
// day has the household in; the household and whoever has it in hand are told thirty, fifteen and three days
// before, each once; nobody may end it before. What is late climbs, and stops nothing. Whoever looked says
// that it goes on, who proposed it does not, and the months begin anew.
//
// Controls: the days before compared without their type (seen: "look for re-checks that are near: sqlstate 42883",
// and "told of it 0 times"). Named: TellReview without its comparison; mayReviewBenefit without Begun.
func TestMoneyThatRunsIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim := w.runs()
	ctx, officer, second := t.Context(), w.actors["officer"], w.actors["second"]
	list := w.reviews(c.ID)
	granted := w.today()
	if len(list) != 1 || list[0].Class != "A" || list[0].Months != 12 || list[0].Nth != 1 || list[0].Since != granted || list[0].Due != granted.AddDate(0, 12, 0) || list[0].Told != 0 {
		t.Fatalf("granted on %s: %+v", granted, list)
	}
	same := workflow.ReviewBenefit{Claim: claim.ID, Outcome: casefile.ReviewSame, Words: "上门看过,还是娘俩,收入没变。"}
	due := list[0].Due
	// 1. Not yet: nobody is told, nobody does it.
	w.day(due - 31)
	if n := w.remindedOf(); n != 0 {
		t.Errorf("told of it %d times 31 days before", n)
	}
	w.refused("case_moved_on", w.flow.ReviewBenefit(ctx, officer, same))
	// 2. Thirty, fifteen, three.
	for i, left := range []core.Date{30, 15, 3} {
		w.day(due - left)
		if n := w.remindedOf(); n != i+1 {
			t.Errorf("told of it %d times %d days before", n, left)
		}
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		due, err := w.cases.ReviewsDue(ctx, tx, []core.RegionCode{town}, 10)
		if err != nil || len(due) != 1 || due[0].Applicant != "周桂兰" || due[0].Late {
			t.Errorf("the queue shows %+v, %v", due, err)
		}
		return nil
	})
	// 3. Late: it climbs, and the money runs.
	w.day(due)
	if got := w.late(c.ID, casefile.DeadlineReview); got != nil {
		t.Errorf("told on the last good day: %v", got)
	}
	w.day(due + 1)
	w.day(due + 20)
	rungs := w.late(c.ID, casefile.DeadlineReview)
	if len(rungs) < 2 || rungs[0] != (told{casefile.RungTownship, c.Officer}) {
		t.Errorf("who knows that it is late: %v", rungs)
	}
	if n := w.remindedOf(); n != 3 {
		t.Errorf("told of it %d times once it was late", n)
	}
	if now := w.claim(c.ID, dibao); now.State != claim.State || now.Amount != claim.Amount || w.count(`select count(*) from benefit_change`) != 0 {
		t.Errorf("a machine stopped something: %+v", now)
	}
	// 4. A person's word; the words lie sealed, the months begin anew and with a clock of their own.
	w.refused("invalid_seen", w.flow.ReviewBenefit(ctx, officer, workflow.ReviewBenefit{Claim: claim.ID, Outcome: casefile.ReviewSame}))
	for login, want := range map[string]core.Kind{"helper": core.KindForbidden, "stranger": core.KindNotFound} {
		if err := w.flow.ReviewBenefit(ctx, w.actors[login], same); core.KindOf(err) != want {
			t.Errorf("%s ended it: %v", login, err)
		}
	}
	w.refused("review_self", w.flow.ReviewBenefit(ctx, officer, same))
	w.must(w.flow.ReviewBenefit(ctx, second, same))
	w.refused("case_moved_on", w.flow.ReviewBenefit(ctx, second, same))
	ended := w.today()
	w.sweeps()
	list = w.reviews(c.ID)
	if len(list) != 2 || list[0].Outcome != casefile.ReviewSame || list[0].By != second.Staff || list[0].Words != same.Words || list[1].Nth != 2 || list[1].Since != ended || list[1].Due != ended.AddDate(0, 12, 0) {
		t.Fatalf("afterwards: %+v", list)
	}
	if n := w.count(`select count(*) from benefit_review where position(convert_to('娘俩', 'UTF8') in coalesce(words, '')) > 0`); n != 0 {
		t.Error("what was seen lies open")
	}
	if n := w.count(`select count(*) from audit_entry where act = 'benefit.reviewed'`); n != 1 {
		t.Errorf("%d entries", n)
	}
	w.day(list[1].Due - 30)
	w.day(list[1].Due + 1)
	if got := w.late(c.ID, casefile.DeadlineReview); len(got) != len(rungs)+1 || got[len(got)-1] != (told{casefile.RungTownship, c.Officer}) {
		t.Errorf("the second time climbs anew: %v after %v", got, rungs)
	}
	w.refusedSQL("benefit_review_stays", `update benefit_review set outcome = 'over' where outcome = 'same'`)
	w.refusedSQL("benefit_review_word", `update benefit_review set outcome = 'same', ended = now() where ended is null`)
}

// A re-check may find that something changed: then a change or a stop is proposed, and waits for a second
// person as every one does. What was stopped is not looked at again.
//
// Controls, named: Unreviewed without the stop; ReviewBenefit without the check of its amount.
func TestARecheckProposesAndDecidesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim := w.runs()
	ctx, officer := t.Context(), w.actors["officer"]
	w.day(w.reviews(c.ID)[0].Due - 10)
	if n := w.remindedOf(); n != 1 {
		t.Errorf("told of it %d times: what was not swept for weeks is told once", n)
	}
	stop := workflow.ReviewBenefit{Claim: claim.ID, Outcome: casefile.ReviewStop, Words: "搬去儿子厂里住了。",
		Change: workflow.ChangeBenefit{Claim: claim.ID, From: payout.PeriodOf(w.today().AddDate(0, 2, 0)), Reason: "全家搬走了"}}
	less := core.Fen(100)
	wrong := stop
	wrong.Change.Amount = &less
	w.refused("invalid_amount", w.flow.ReviewBenefit(ctx, officer, wrong))
	w.must(w.flow.ReviewBenefit(ctx, officer, stop))
	list := w.reviews(c.ID)
	v := w.view(c.ID)
	if len(v.Changes) != 1 || v.Changes[0].State != casefile.ChangeProposed || list[0].Outcome != casefile.ReviewStop || list[0].Change != v.Changes[0].ID {
		t.Fatalf("changes %+v, re-checks %+v", v.Changes, list)
	}
	if n := w.count(`select count(*) from payout_entitlement where state in ('stopped', 'cancelled')`); n != 0 {
		t.Errorf("%d payments stopped by one person", n)
	}
	w.must(w.flow.DecideChange(ctx, w.actors["approver"], workflow.DecideChange{Claim: claim.ID, Digest: v.Changes[0].Digest(), Approve: true}))
	w.sweeps()
	w.sweeps()
	if open := slices.IndexFunc(w.reviews(c.ID), func(r casefile.Review) bool { return r.Ended.IsZero() }); open >= 0 {
		t.Errorf("what was stopped is looked at again: %+v", w.reviews(c.ID))
	}
	if n := w.count(`select count(*) from deadline where kind = 'review' and met is null`); n != 0 {
		t.Errorf("%d clocks of what was stopped", n)
	}
}
