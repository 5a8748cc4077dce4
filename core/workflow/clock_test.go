package workflow_test

import (
	"context"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/workflow"
)

func (w *world) today() (day core.Date) {
	w.t.Helper()
	w.in(func(_ context.Context, tx *pg.Tx) error { day = tx.Today(); return nil })
	return day
}

func (w *world) calendar() *policy.Calendar {
	w.t.Helper()
	books, err := policy.Embedded()
	w.must(err)
	return books.Calendar()
}

// accepted is a case that a township has taken on for dibao, two people to go tomorrow.
func (w *world) accepted(receipt core.Receipt) casefile.Case {
	w.t.Helper()
	app := w.application(receipt)
	w.handOver(app)
	c := w.routed(app)
	w.must(w.flow.Accept(w.t.Context(), w.actors["officer"], workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao}, Left: "家里不要",
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: w.today() + 1}))
	c, _ = w.get(c.ID)
	return c
}

func (w *world) plan(who string, c casefile.Case, on core.Date) error {
	return w.flow.PlanVisit(w.t.Context(), w.actors[who], workflow.PlanVisit{Case: c.ID, Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, On: on})
}

// A visit that is planned again has another day and the same clock: who was told that it is
// late stays told. It may be moved twice, then by the county, and never past the day of the
// decision.
// Control: SetDeadline that writes over what stands, as it did ("the clock moved from
// 2026-12-03 to …", "0 rungs told, want 1"); mayBeOn without the count ("got <nil>, want visit_moved").
func TestAVisitPlannedAgainKeepsItsClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c := w.accepted("4071882635")
	first := w.deadline(c.ID, casefile.DeadlineVisit, 0)
	w.refused("invalid_visit_on", w.plan("officer", c, c.DecideDue+1))
	w.must(w.plan("officer", c, w.today()+2))
	w.refused("not_yours", w.plan("county", c, w.today()+3))
	if now := w.deadline(c.ID, casefile.DeadlineVisit, 0); now.Due != first.Due || now.First != first.Due {
		t.Errorf("the clock moved from %s to %+v", first.Due, now)
	}
	w.env.Advance(time.Duration(first.Due-w.today()+1) * 24 * time.Hour)
	w.must(w.flow.Sweep(t.Context()))
	w.must(w.plan("officer", c, w.today()+1))
	if now := w.deadline(c.ID, casefile.DeadlineVisit, 0); now.Due != first.Due || now.Level != casefile.RungAssistant || !now.Met.IsZero() {
		t.Errorf("planned again when it was late: %+v", now)
	}
	w.refused("visit_moved", w.plan("officer", c, w.today()+2))
	w.must(w.flow.PlanVisit(t.Context(), w.actors["officer"], workflow.PlanVisit{Case: c.ID, Visitors: [2]core.StaffID{w.id("second"), w.id("helper")}, On: w.today() + 1}))
	w.must(w.plan("county", c, w.today()+2))
	w.must(w.flow.Sweep(t.Context()))
	if n := len(w.late(c.ID, casefile.DeadlineVisit)); n != 1 {
		t.Errorf("%d rungs told, want 1", n)
	}
}

// A household that is asked for more has the days that are left of the first time, however
// often it is asked; the days in which nothing was asked do not count.
// Control: bringBy with ten days from today ("asked again later: … Due:2026-12-28, want 2026-12-23").
func TestPapersAskedAgainGiveNoFreshDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c := w.accepted("4071882635")
	ctx, officer, cal := t.Context(), w.actors["officer"], w.calendar()
	ask := func(what string) {
		w.must(w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, What: what, Late: "上次漏了", Kept: "在外省"}))
	}
	ask("户口本")
	first := w.deadline(c.ID, casefile.DeadlineSupplement, 0)
	w.env.Advance(3 * 24 * time.Hour)
	ask("病历")
	if now := w.deadline(c.ID, casefile.DeadlineSupplement, 0); now.Due != first.Due {
		t.Errorf("asked again: %s, was %s", now.Due, first.Due)
	}
	w.must(w.flow.Resume(ctx, officer, workflow.Resume{Case: c.ID, What: "户口本和病历"}))
	met := w.today()
	w.env.Advance(12 * 24 * time.Hour)
	ask("银行流水")
	want := cal.Add(first.Due, cal.Between(met, w.today()))
	if now := w.deadline(c.ID, casefile.DeadlineSupplement, 0); now.Due != want || now.First != first.Due || !now.Met.IsZero() {
		t.Errorf("asked again later: %+v, want %s", now, want)
	}
	if cal.Between(w.today(), want) != cal.Between(met, first.Due) {
		t.Errorf("%d days left, want %d", cal.Between(w.today(), want), cal.Between(met, first.Due))
	}
}

// An appeal goes on with the days that the decision left, under the same terms; an objection
// after it adds what the law gives for one and nothing else.
// Control: Appeal with twenty days from today, as it was ("5 days used and 20 left are not the 20");
// reclock without the days of rest ("after the objection …").
func TestAnAppealKeepsTheTotalDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx, officer, cal := t.Context(), w.actors["officer"], w.calendar()
	before := w.deadline(c.ID, casefile.DeadlineDecide, claim.ID)
	w.env.Advance(5 * 24 * time.Hour)
	w.must(w.flow.Propose(ctx, officer, workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"存款多"}}))
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused, Reasons: []string{"存款多"}}))
	met := w.today()
	w.env.Advance(16 * 24 * time.Hour)
	w.must(w.flow.Appeal(ctx, officer, claim.ID, "存款是借来看病的"))
	rest := cal.Between(met, w.today())
	want := cal.Add(before.Due, rest)
	now := w.deadline(c.ID, casefile.DeadlineDecide, claim.ID)
	if now.Due != want || now.First != before.First || now.Rest != rest || !now.Met.IsZero() {
		t.Errorf("the appeal is due %+v, want %s", now, want)
	}
	if used, left := cal.Between(claim.Terms.On, met), cal.Between(w.today(), now.Due); used+left != claim.Terms.Days {
		t.Errorf("%d days used and %d left are not the %d of the law", used, left, claim.Terms.Days)
	}
	if got := w.claim(c.ID, dibao); got.Due != want {
		t.Errorf("the claim is due %s, want %s", got.Due, want)
	}
	w.must(w.flow.Conference(ctx, w.actors["second"], w.meetsWith(c.ID, "second", "county")))
	special := cal.Add(cal.Add(claim.Terms.On, claim.Terms.Special), rest)
	if now := w.deadline(c.ID, casefile.DeadlineDecide, claim.ID); now.Due != special {
		t.Errorf("after the conference %s, want %s", now.Due, special)
	}
}
