package workflow_test

import (
	"testing"

	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/intake/papers"
)

// What was handed in to an application goes with it into a case of its own, its note to be
// read there; what belongs to the case it lay beside stays.
//
// Control: Split without carrySupplements ("2 stayed, 0 went").
func TestPapersGoWithAnApplicationOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	e := newEdge(w)
	first, second := w.application("4071882635"), w.application("4071882643")
	second.Contact.CitizenID, second.Story = "citizen-2", "又摔了一跤"
	e.received(first)
	w.handOver(first)
	c := w.routed(first)
	e.received(second)
	w.handOver(second)
	d := w.doubt(c)
	for _, in := range []papers.Sending{
		{Citizen: first.Contact.CitizenID, Key: "one", Application: first.ID, Note: "头一份的"},
		{Citizen: "citizen-2", Key: "two", Application: second.ID, Note: "后一份的", Papers: nil},
	} {
		_, err := e.papers.Send(t.Context(), in)
		w.must(err)
	}
	for _, id := range []int{1, 2} {
		w.must(w.flow.PapersSent(t.Context(), jobs.PapersSent{Papers: int64(id)}))
	}
	e.taken(2)
	w.must(w.flow.LookPapers(t.Context(), w.actors["officer"], c.ID, []int64{1, 2}))
	w.weigh(c, d, casefile.VerdictApart)
	own := w.routed(second)
	stayed, went := e.view(c.ID).Supplements, e.view(own.ID).Supplements
	if len(stayed) != 1 || len(went) != 1 {
		t.Fatalf("%d stayed, %d went", len(stayed), len(went))
	}
	if stayed[0].Looked.IsZero() || !went[0].Looked.IsZero() { // Control: looked left as it was
		t.Error("a look at one case's papers counts for the other")
	}
	if stayed[0].Note != "头一份的" || went[0].Note != "后一份的" || went[0].Receipt != second.Receipt {
		t.Errorf("%+v stayed, %+v went", stayed[0], went[0])
	}
}
