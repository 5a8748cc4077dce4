package workflow_test

import (
	"errors"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// After acceptance further items are filed in one act, with the household's yes: what
// was let fall at first, and what nobody had named. Control: leave the withdrawn
// state out of wanted, and what the family changed its mind about has no way in.
func TestItemsAreAddedAfterAcceptance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Items = []core.ItemCode{dibao, casefile.RushItem}
	w.handOver(app)
	c := w.routed(app)
	ctx, officer := t.Context(), w.actors["officer"]
	accept := workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao},
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 1)}
	// What was named falls with a reason that the household reads, or not at all.
	// Control: Accept without leave, "dropped in silence: <nil>".
	if err := w.flow.Accept(ctx, officer, accept); core.KindOf(err) != core.KindInvalid || core.Known(err).Field != "left" {
		t.Errorf("dropped in silence: %v", err)
	}
	accept.Left = "家里说眼下用不着"
	w.must(w.flow.Accept(ctx, officer, accept))
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind = 'case.items_left' and citizen like '这次没有报:急难型临时救助。家里说眼下用不着。%'`, c.ID); n != 1 {
		t.Errorf("the household reads it in %d lines", n)
	}
	if got := w.claim(c.ID, casefile.RushItem).State; got != casefile.ClaimWithdrawn {
		t.Fatalf("what was not wanted is %s", got)
	}
	unnamed := core.ItemCode("")
	_, claims := w.get(c.ID)
	filed := map[core.ItemCode]bool{}
	for _, one := range claims {
		filed[one.Item] = true
	}
	for _, code := range []core.ItemCode{"JY-01", "JY-02", "ZJ-01", "RS-01", "CL-01", "CL-02", "YB-01"} {
		if n := w.count(`select count(*) from finding where case_id = $1 and item = $2`, c.ID, code); n > 0 && !filed[code] {
			unnamed = code
		}
	}
	add := workflow.AddItems{Case: c.ID, Items: []core.ItemCode{casefile.RushItem, unnamed}}
	if err := w.flow.AddItems(ctx, officer, add); core.KindOf(err) != core.KindInvalid {
		t.Fatalf("without the household's yes: %v", err)
	}
	add.Agreed = byPhone
	w.must(w.flow.AddItems(ctx, officer, add))
	for _, item := range add.Items {
		if got := w.claim(c.ID, item); got.State != casefile.ClaimAgreed || got.Due.IsZero() || got.AgreedBy != officer.Staff {
			t.Errorf("%s after it was added: %+v", item, got)
		}
	}
	if err := w.flow.AddItems(ctx, officer, add); !errors.Is(err, workflow.ErrFiled) {
		t.Errorf("added twice: %v", err)
	}
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind = 'claim.added' and staff like '本人同意(电话里)%'`, c.ID); n != 1 {
		t.Errorf("the timeline has %d lines of it", n)
	}
}

// An emergency accepts the case for one item; the others come in by the same act.
func TestEmergencyLeavesAWayInForTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Urgent, app.Items = true, []core.ItemCode{dibao, casefile.RushItem}
	w.handOver(app)
	c := w.routed(app)
	ctx, officer := t.Context(), w.actors["officer"]
	w.must(w.flow.Emergency(ctx, officer, workflow.Emergency{Claim: w.claim(c.ID, casefile.RushItem).ID, Amount: core.Yuan(1000), Reasons: []string{"灶屋着火"}}))
	if got := w.claim(c.ID, dibao).State; got != casefile.ClaimProposed {
		t.Fatalf("beside the emergency: %s", got)
	}
	w.must(w.flow.AddItems(ctx, officer, workflow.AddItems{Case: c.ID, Items: []core.ItemCode{dibao}, Agreed: atDoor}))
	if got := w.claim(c.ID, dibao).State; got != casefile.ClaimAgreed {
		t.Errorf("after it was added: %s", got)
	}
}
