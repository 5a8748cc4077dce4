package workflow_test

import (
	"context"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/workflow"
)

// What happens in a family re-opens its cases (F36): a birth holds the decision of an open
// case until an officer has looked; taking it back lies on the settled case whose money
// comes every month, and stops none of it. Each event asks once, however often its job runs.
//
// Controls: end without FamilyChanged ("a doubt" is never there); settled cases left out of
// DoubtFamilyOf, the same for the second; the doubt without its event, and the undo is taken
// for the birth that was looked at.
func TestWhatHappensInAFamilyReopensItsCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	if c.Household == 0 {
		t.Fatal("the register does not know the household")
	}
	life, err := registry.NewLife(w.registry, w.jobs)
	w.must(err)
	why := registry.Purpose{Actor: audit.Actor{Kind: "operator"}, Why: "test"}
	var born registry.EventID
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		born, _, err = life.Birth(ctx, tx, why, registry.Told{Day: tx.Today(), Source: "officer:paper"}, c.Household,
			registry.NewPerson{Ref: "c", Relation: "grandchild", Name: "周小雨"})
		return err
	})

	// 1. Nothing is proposed over a family that is another one by now.
	d := w.doubt(c)
	if d.Kind != casefile.DoubtFamily || d.Event != int64(born) || d.About == "" {
		t.Fatalf("the doubt: %+v", d)
	}
	propose := workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"人均月收入低于标准"}}
	if err := w.flow.Propose(t.Context(), w.actors["officer"], propose); core.Known(err).Code != "doubt_open" {
		t.Fatalf("proposed over a birth that nobody looked at: %v", err)
	}
	w.weigh(c, d, casefile.VerdictLooked)
	told := jobs.FamilyChanged{Household: c.Household, Event: int64(born), What: "birth", Day: core.DateOf(time.Now())}
	w.must(w.flow.Family(t.Context(), told)) // late, and a second time

	// 2. To the end, where money comes every month.
	w.must(w.flow.Propose(t.Context(), w.actors["officer"], propose))
	w.must(w.flow.PublishNotice(t.Context(), w.actors["officer"], claim.ID))
	w.env.Advance(8 * 24 * time.Hour)
	w.decide(c, dibao)
	w.pay(claim)
	if c, _ = w.get(c.ID); c.State != casefile.CaseSettled {
		t.Fatalf("the case is %s", c.State)
	}

	// 3. The birth is taken back: the officer is asked again, and the money runs on.
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		_, err := life.Because("孩子是别人家的").Undo(ctx, tx, why, "officer:paper", born)
		return err
	})
	if d = w.doubt(c); d.Kind != casefile.DoubtFamily || d.Event <= int64(born) {
		t.Errorf("the doubt of the undo: %+v", d)
	}
	if c, _ = w.get(c.ID); c.State != casefile.CaseSettled || !w.claim(c.ID, dibao).Runs() {
		t.Errorf("the money does not run on: %s, %+v", c.State, w.claim(c.ID, dibao))
	}
	w.weigh(c, d, casefile.VerdictLooked)
	if n := w.count(`select count(*) from case_doubt where case_id = $1 and kind = 'family'`, int64(c.ID)); n != 2 {
		t.Errorf("%d doubts of two events", n)
	}
	if n := w.count(`select count(*) from audit_entry where act = 'case.family_changed' and case_id = $1`, int64(c.ID)); n != 2 {
		t.Errorf("%d entries in the log", n)
	}
	w.sameStory(c.ID)
}
