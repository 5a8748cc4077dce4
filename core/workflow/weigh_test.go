package workflow_test

import (
	"context"
	"testing"

	"lianou/core/casefile"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// doubt waits for the first open doubt of a case.
func (w *world) doubt(c casefile.Case) (d casefile.Doubt) {
	w.t.Helper()
	jobstest.Until(w.t, "a doubt", func(ctx context.Context) bool {
		err := w.db.Read(ctx, pg.Regions(w.town), func(ctx context.Context, tx *pg.Tx) error {
			list, err := w.cases.Doubts(ctx, tx, c.ID)
			for _, one := range list {
				if one.Verdict == "" {
					d = one
				}
			}
			return err
		})
		return err == nil && d.ID != 0
	})
	return d
}

// A number under another name matches nobody in the register, grants nothing, and
// holds every decision until an officer has looked.
// Control: recognise without the comparison of names gives the case the household.
func TestANumberUnderAnotherNameMatchesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Applicant.Name, app.People[0].Name, app.Contact.CitizenID = "无名", "无名", "attacker"
	w.handOver(app)
	c := w.routed(app)
	if c.Household != 0 || c.Person != 0 || c.Identity != casefile.IdentityMismatch {
		t.Fatalf("matched: household %d, person %d, identity %s", c.Household, c.Person, c.Identity)
	}
	if n := w.count(`select count(*) from case_facts where provenance::text like '%registry%'`); n != 0 {
		t.Error("the register's facts were laid over a stranger's")
	}
	d := w.doubt(c)
	officer := w.actors["officer"]
	if acts := w.acts(c.ID, officer); d.Kind != casefile.DoubtMismatch || acts["withdraw"] != casefile.ErrDoubt.Say {
		t.Fatalf("doubt %s, acts %v", d.Kind, acts)
	}
	// The one whose number it is has a case of her own, and both say so.
	w.must(w.flow.Weigh(t.Context(), officer, workflow.Weigh{Case: c.ID, Doubt: d.ID, Verdict: casefile.VerdictLooked, Reason: "等本人来"}))
	true1 := w.application("4071882643")
	w.handOver(true1)
	own := w.routed(true1)
	if own.ID == c.ID || own.Household == 0 {
		t.Fatalf("the true one: %+v", own)
	}
	if a, b := w.doubt(own), w.doubt(c); a.Kind != casefile.DoubtNumber || a.Other != c.ID || b.Other != own.ID {
		t.Fatalf("%+v, %+v", a, b)
	}
}

// What an officer says of two applications is done: merged with the card and the
// facts, or parted into a case of its own.
func TestAnOfficerWeighsTwoApplications(t *testing.T) {
	t.Parallel()
	for _, verdict := range []casefile.Verdict{casefile.VerdictMerged, casefile.VerdictApart} {
		t.Run(string(verdict), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.enrol()
			w.work()
			first := w.application("4071882635")
			w.handOver(first)
			c := w.routed(first)
			second := w.application("4071882643")
			second.Contact.CitizenID, second.Story = "citizen-2", "又摔了一跤"
			w.handOver(second)
			d := w.doubt(c)
			w.must(w.flow.Weigh(t.Context(), w.actors["officer"], workflow.Weigh{Case: c.ID, Doubt: d.ID, Verdict: verdict, Reason: "问过本人",
				Contact: true, Facts: true}))
			if err := w.flow.Weigh(t.Context(), w.actors["officer"], workflow.Weigh{Case: c.ID, Doubt: d.ID, Verdict: verdict, Reason: "问过本人"}); err == nil {
				t.Error("weighed twice")
			}
			if verdict == casefile.VerdictApart {
				if own := w.routed(second); own.ID == c.ID {
					t.Error("it lies with the first case still")
				}
				return
			}
			var who casefile.Sealed
			w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
				who, err = w.cases.OpenPerson(ctx, tx, c)
				return err
			})
			if now, _ := w.get(c.ID); who.Citizen != "citizen-2" || now.FactsVersion != 2 {
				t.Errorf("told is %s, facts %d", who.Citizen, now.FactsVersion)
			}
			// Who was told until now hears that it is another, once; each application keeps whom its door named.
			if n := w.count(`select count(*) from notice where case_id = $1 and kind = 'speaks' and citizen = $2`, c.ID, first.Contact.CitizenID); n != 1 {
				t.Errorf("who was told before heard %d times", n)
			}
			if n := w.count(`select count(*) from case_application where case_id = $1 and told like '办得怎么样,告诉%'`, c.ID); n != 2 {
				t.Errorf("%d applications keep who is told", n)
			}
		})
	}
}
