package workflow_test

import (
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// What a household let fall and asks for again is filed on the word that was given then, and not on its
// request of before; before a case is accepted an item that is put on its list waits for nobody's word, for
// whoever accepts it asks.
//
// Controls: take by wordOn for added items as well ("the word is application"); AddItems that asks before
// the case is accepted ("on the list: invalid_agreed").
func TestAWordIsTheOneThatWasGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Items = []core.ItemCode{dibao, nursing}
	w.handOver(app)
	c := w.routed(app)
	ctx, officer := t.Context(), w.actors["officer"]
	if err := w.flow.AddItems(ctx, officer, workflow.AddItems{Case: c.ID, Items: []core.ItemCode{casefile.RushItem}}); err != nil {
		t.Errorf("on the list: %v", err)
	}
	w.must(w.flow.Accept(ctx, officer, workflow.Accept{Case: c.ID, Items: []core.ItemCode{dibao, nursing}}))
	w.must(w.flow.Drop(ctx, officer, w.claim(c.ID, nursing).ID, "本人说不要了。"))
	w.must(w.flow.AddItems(ctx, officer, workflow.AddItems{Case: c.ID, Items: []core.ItemCode{nursing}, Agreed: byPhone}))
	if got := w.claim(c.ID, nursing).Consent; got.How != casefile.AgreedPhone || got.At.Before(c.FirstContact) {
		t.Errorf("the word is %s of %s", got.How, got.At)
	}
	if n := w.count(`select count(*) from case_status where timeline::text like '%加办了%本人同意(电话里)。没人问过您家,马上打 12345%'`); n != 1 {
		t.Errorf("%d timelines tell the household", n)
	}
}
