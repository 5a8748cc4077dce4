package workflow_test

import (
	"context"
	"testing"

	"lianou/core"
	"lianou/core/pg"
)

// A son who was told of without a name is the one of the register, in his own row with his
// name, and not two people.
//
// Control: tie without alike ("3 people, 2 of them sons").
func TestASonWithoutANameIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.People, app.Household.Members[1].Age = app.People[:1], new(75) // 74 by his number
	w.handOver(app)
	c := w.routed(app)
	var facts core.Household
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		got, err := w.cases.Facts(ctx, tx, c.ID, c.FactsVersion)
		facts = got.Household
		return err
	})
	if len(facts.Members) != 2 {
		t.Fatalf("%d people: %+v", len(facts.Members), facts.Members)
	}
	son := facts.Members[1]
	if son.Disability == nil || son.ADLFailed == nil || *son.ADLFailed != 5 {
		t.Errorf("the son has not what both know of him: %+v", son)
	}
	if n := w.count(`select count(*) from case_member where case_id = $1 and ended is null`, c.ID); n != 2 {
		t.Errorf("%d members of the case", n)
	}
	if n := w.count(`select count(*) from case_member where case_id = $1 and name = '周小山' and person is not null and person <> 0`, c.ID); n != 1 {
		t.Errorf("%d of them are named", n)
	}
}
