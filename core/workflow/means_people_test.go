package workflow_test

import (
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// A minor is not asked, and a guardian signs by name for whom one does; in a call the text counts
// when the call is one of the case and was recorded; and on a text that is not in force nobody says
// yes.
//
// Controls, each seen red: MeansLacking without Minor ("still wanted: 周桂兰周小山周小花"); the minor's word
// without a guardian ("a child signs: <nil>"); CallOf without the case ("in somebody else's call: <nil>").
func TestAGuardianSignsAndACallCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.ticked()
	age := 12
	app.Household.Members = append(app.Household.Members, core.Member{Ref: "m3", Relation: "grandchild", Age: &age})
	app.People = append(app.People, core.NamedMember{Ref: "m3", Name: "周小花"})
	app.Signature, app.Contact.Staff, app.Call = nil, w.id("helper"), &core.CallRef{ID: "call-1", Recording: strokes(60)} // an agent wrote it down: her tick is no signature
	w.handOver(app)
	c := w.routed(app)
	elsewhere := w.application("4071882643")
	elsewhere.Applicant, elsewhere.People = core.Applicant{Ref: "m1", Name: "刘家人"}, []core.NamedMember{{Ref: "m1", Name: "刘家人"}}
	elsewhere.Contact.Staff, elsewhere.Contact.CitizenID, elsewhere.Call = w.id("helper"), "citizen-9", &core.CallRef{ID: "call-9", Recording: strokes(61)}
	w.handOver(elsewhere)
	w.routed(elsewhere)

	wanted := func() (out string) {
		for _, p := range casefile.MeansLacking(w.view(c.ID).Means, w.today()) {
			out += p.Called()
		}
		return out
	}
	if got := wanted(); got != "周桂兰周小山" {
		t.Errorf("still wanted: %s", got)
	}
	says := func(in workflow.MeansWord) error { return w.flow.MeansWord(t.Context(), w.actors["officer"], in) }
	child := w.word(c, 62)
	child.Member = "m3"
	if err := says(child); !errors.Is(err, casefile.ErrMeansGuardian) {
		t.Errorf("a child signs: %v", err)
	}
	child.Guardian = "周小山"
	if err := says(child); !errors.Is(err, casefile.ErrMeansGuardian) {
		t.Errorf("a guardian of nobody: %v", err)
	}
	child.Relation = "父亲"
	w.must(says(child))
	call := w.word(c, 0)
	call.How, call.Signature, call.Call = casefile.MeansCall, "", elsewhere.ID
	if err := says(call); !errors.Is(err, casefile.ErrMeansProof) {
		t.Errorf("in somebody else's call: %v", err)
	}
	call.Call, call.Version = app.ID, "2026-01"
	if err := says(call); !errors.Is(err, casefile.ErrMeansText) {
		t.Errorf("on another text: %v", err)
	}
	call.Version = "adult-1"
	w.must(says(call))
	call.Member = "m1"
	w.must(says(call))
	if got := wanted(); got != "" {
		t.Errorf("after every word: %s", got)
	}
	if n := w.count(`select count(*) from means_authorisation where case_id = $1 and (how = 'call' and recording = $2 or guardian = '周小山' and relation = '父亲' and member = 'm3')`, c.ID, string(strokes(60))); n != 3 {
		t.Errorf("%d words are kept as they were said", n)
	}
}

// Whoever sent an application in another's name agreed to nothing for them: where an officer finds
// that out, the tick that came with it is taken back, and the true one's stands.
//
// Control, seen red: replace without ownMeansBack ("the false tick stands").
func TestAFalseApplicationsTickIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.ticked()
	w.handOver(app)
	c := w.routed(app)
	truly := w.another("4071882643")
	truly.Consent, truly.Signature = app.Consent, &core.Signature{Strokes: strokes(84)}
	w.handOver(truly)
	d := w.doubt(c)
	if n := w.count(`select count(*) from means_authorisation where case_id = $1`, c.ID); n != 1 {
		t.Errorf("%d words before anybody looked", n)
	}
	w.weigh(c, d, casefile.VerdictReplaced)
	if w.count(`select count(*) from means_authorisation where application = $1::uuid and withdrawn_by is not null`, string(app.ID)) != 1 {
		t.Error("the false tick stands")
	}
	if w.count(`select count(*) from means_authorisation where application = $1::uuid and withdrawn is null`, string(truly.ID)) != 1 {
		t.Error("the true one's word is not kept")
	}
}
