package workflow_test

import (
	"errors"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// again has the officer plan and write down one more visit of the same two.
func (w *world) again(id core.CaseID, statement string) int64 {
	w.t.Helper()
	officer := w.actors["officer"]
	w.must(w.flow.PlanVisit(w.t.Context(), officer, workflow.PlanVisit{Case: id, Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")},
		On: core.DateOf(time.Now()).AddDate(0, 0, 1)}))
	seen := visited()
	seen.Case, seen.Statement = id, statement
	w.must(w.flow.RecordVisit(w.t.Context(), officer, seen))
	return w.record(id)
}

// The second visitor confirms the record on their page and no other: who writes two
// cannot have the first one's reader stand behind the second.
//
// Control: leave the comparison of the record out of SecondVisit.
func TestSecondVisitorConfirmsWhatWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	w.must(w.flow.Accept(t.Context(), w.actors["officer"], workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao},
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 1)}))
	shown := w.again(c.ID, "两间平房,看到的就是这样。")
	other := w.again(c.ID, "三间新房,家里有车。")
	if err := w.flow.SecondVisit(t.Context(), w.actors["helper"], c.ID, shown); !errors.Is(err, casefile.ErrRecordChanged) {
		t.Fatalf("the record that was shown is not the one that waits: %v", err)
	}
	w.must(w.flow.SecondVisit(t.Context(), w.actors["helper"], c.ID, other))
}

// One visitor's word alone decides nothing and meets no deadline, before a proposal
// and after one.
//
// Controls: mayDecide without Unseconded; RecordVisit that meets the deadlines.
func TestOneVisitorsWordIsNotEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx := t.Context()
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"不符合条件。"}}))
	record := w.again(c.ID, "又去看了一次。")
	const open = `select count(*) from deadline where case_id = $1 and kind = 'visit' and met is null`
	if n := w.count(open, c.ID); n != 1 {
		t.Errorf("%d deadlines of the visit are open before the second person's word, want 1", n)
	}
	refuse := workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}
	if err := w.flow.Decide(ctx, w.actors["approver"], refuse); code(err) != "visit_unseconded" {
		t.Fatalf("decided on one person's word: %v", err)
	}
	w.must(w.flow.SecondVisit(ctx, w.actors["helper"], c.ID, record))
	if n := w.count(open, c.ID); n != 0 {
		t.Errorf("%d deadlines of the visit are open after it", n)
	}
	w.must(w.flow.Decide(ctx, w.actors["approver"], refuse))
}

// Who names a member of a registered household has not become one of it: the facts of
// the register stay there, the household's own request finds its place free, and a
// person looks (security.md P20).
//
// Control: recognise that takes the household of the first member it finds.
func TestNamingAMemberTakesNoHousehold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Applicant.Name, app.Applicant.ID = "外人", core.IDNumber{}
	app.People[0].Name, app.People[0].ID, app.People[1].ID = "外人", core.IDNumber{}, w.number(sonID)
	app.Contact.Name, app.Contact.CitizenID = "外人", "stranger"
	w.handOver(app)
	c := w.routed(app)
	if c.Household != 0 {
		t.Fatalf("a stranger has household %d", c.Household)
	}
	if d := w.doubt(c); d.Kind != casefile.DoubtRelative {
		t.Errorf("the doubt is %s", d.Kind)
	}
	own := w.application("4071882643")
	w.handOver(own)
	if h := w.routed(own); h.Household == 0 || h.ID == c.ID {
		t.Errorf("the household's own request: case %d of household %d", h.ID, h.Household)
	}
}
