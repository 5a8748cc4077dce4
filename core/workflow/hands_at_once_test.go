package workflow_test

import (
	"sync"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// Six cases come at once where two officers have room for one each: two are given, four wait before
// the approver, ten times over. Who would give to the same people take turns (HoldHands).
//
// Control: choose without HoldHands ("an officer has 2 in hand, and may have 1").
func TestPlacesAreGivenOnceAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.figure(casefile.FigureOfficer, 1)
	for round := range 10 {
		var apps []core.ApplicationID
		var ids []core.CaseID
		for i := range 6 {
			app, id := w.comes(10*round+i+1, false, 500)
			apps, ids = append(apps, app), append(ids, id)
		}
		var all sync.WaitGroup
		errs := make([]error, len(apps))
		for i, app := range apps {
			all.Go(func() { errs[i] = w.flow.Route(t.Context(), workflow.Route{Application: app, Region: town}) })
		}
		all.Wait()
		has := map[core.StaffID]int{}
		for i, id := range ids {
			w.must(errs[i])
			c, _ := w.get(id)
			if has[c.Officer]++; c.Officer == 0 && w.wait(id).Why != casefile.WaitFull {
				t.Errorf("case %d is given to nobody, and does not wait", id)
			}
		}
		if len(has) != 3 || has[0] != 4 {
			t.Fatalf("round %d: in hand are %v, want one each and four that wait", round, has)
		}
		for _, id := range ids {
			w.must(w.flow.Withdraw(t.Context(), w.actors["officer"], id, "本人不办了"))
		}
	}
}
