package workflow_test

import (
	"testing"
	"time"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/workflow"
)

// What a register gave to the conversation comes to the officer with whose record it is and
// of when, also where this township does not see the register's household; what is said
// later stands in its place and waits for the visit, for the record came by a door.
//
// Controls: freeze without what the application says of its sources, "houses came from {Said:citizen"; vouched without By,
// "the later word is lost".
func TestRecordComesWithTheApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	recorded := core.Provenance{Said: "registry:housing", By: "app", At: time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC)}
	app := w.application("4071800009")
	app.Sources = map[string]core.Provenance{"houses": recorded}
	w.handOver(app)
	w.must(w.flow.OpenCase(t.Context(), jobs.OpenCase{Application: app.ID, Region: town}))
	w.must(w.flow.CheckIdentity(t.Context(), workflow.CheckIdentity{Application: app.ID, Try: 1, Region: town}))
	w.must(w.flow.Assess(t.Context(), workflow.Assess{Application: app.ID, Region: town}))
	w.must(w.flow.Route(t.Context(), workflow.Route{Application: app.ID, Region: town}))
	c := w.routed(app)
	said := w.view(c.ID).Facts.Provenance
	if from := said["houses"]; from.Said != recorded.Said || from.By != "app" || !from.At.Equal(recorded.At) {
		t.Errorf("houses came from %+v", from)
	}
	if from := said["cars"]; from.Said != "citizen" || from.By != "app" {
		t.Errorf("cars came from %+v", from)
	}
	again := w.application("4071800017")
	two := 2
	again.Household.Houses = &two
	w.handOver(again)
	w.must(w.flow.OpenCase(t.Context(), jobs.OpenCase{Application: again.ID, Region: town}))
	v := w.view(c.ID)
	if from := v.Facts.Provenance["houses"]; *v.Facts.Household.Houses != 2 || from.Said != "citizen" {
		t.Errorf("the later word is lost: %d from %+v", *v.Facts.Household.Houses, from)
	}
}
