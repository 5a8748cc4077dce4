package workflow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
)

// close ends an account, as the operator does when somebody leaves.
func (w *world) close(login string) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return w.staff.SetActive(ctx, tx, audit.Actor{Kind: "operator"}, w.id(login), false)
	})
}

// engage makes one more account.
func (w *world) engage(login string, role staff.Role) core.StaffID {
	w.t.Helper()
	var id core.StaffID
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		id, err = w.staff.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: login, Name: login, Roles: []staff.Role{role},
			Regions: []core.RegionCode{town}, Password: "a long pass phrase 17"})
		return err
	})
	return id
}

// Whoever leaves has nothing in hand afterwards: their cases and tasks go to colleagues who
// are there, once, in the same days; the household reads who has it now.
//
// Controls: Sweep without sweepOwners ("officer 1 has left"); LeftBy without the tasks of
// cases that are over ("a task lies with who has left").
func TestNobodyWhoLeftHasACaseInHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, _ := w.refusedAndUntold()
	w.must(w.flow.SaidInPerson(t.Context(), w.actors["helper"], w.tasks()[0].ID, atTheDoor))
	w.untold(c, "visit") // of a case that is over
	app := w.application("4071882643")
	app.Applicant.ID, app.Applicant.Name, app.People, app.Contact.CitizenID = core.IDNumber{}, "孙老汉", nil, "another"
	w.handOver(app)
	open := w.routed(app)
	left := open.Officer
	due := open.AcceptDue
	for _, login := range []string{"officer", "second", "helper"} {
		if w.id(login) == left || login == "helper" {
			w.close(login)
		}
	}
	helper := w.engage("helper2", staff.Assistant)
	for range 2 {
		w.sweeps()
	}
	got, _ := w.get(open.ID)
	if got.Officer == left || got.Officer == 0 || got.Assistant != helper || got.AcceptDue != due {
		t.Errorf("officer %d has left, and the case is in the hands of %d and %d until %s", left, got.Officer, got.Assistant, got.AcceptDue)
	}
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind = 'case.given'`, open.ID); n != 2 {
		t.Errorf("given %d times, want once for each part", n)
	}
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind = 'case.given' and citizen like '%恩城镇%接着办%期限不变%'`, open.ID); n != 1 {
		t.Errorf("the household reads of it %d times", n)
	}
	if over, _ := w.get(c.ID); !over.State.Closed() {
		t.Fatalf("the case is %s", over.State)
	}
	if tasks := w.tasks(); len(tasks) != 1 || tasks[0].Assistant != helper {
		t.Errorf("a task lies with who has left: %+v", tasks)
	}
}

// Where nobody is, a case waits in nobody's name and its clock tells others; the first who
// comes has it.
//
// Control: LeftBy without "is null" ("in the hands of 0").
func TestTheFirstWhoComesTakesWhatWaited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	for _, login := range []string{"officer", "second", "helper"} {
		w.close(login)
	}
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	w.sweeps()
	if c.Officer != 0 || c.Assistant != 0 {
		t.Fatalf("in the hands of %d and %d, who have left", c.Officer, c.Assistant)
	}
	officer, helper := w.engage("officer2", staff.Officer), w.engage("helper2", staff.Assistant)
	w.sweeps()
	got, _ := w.get(c.ID)
	if got.Officer != officer || got.Assistant != helper {
		t.Errorf("in the hands of %d and %d", got.Officer, got.Assistant)
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		events, err := w.cases.Events(ctx, tx, c.ID)
		for _, e := range events {
			if e.Kind == "case.given" && (e.Citizen != "" || !strings.Contains(e.Staff, "没有人")) && !strings.Contains(e.Staff, "村里") {
				t.Errorf("it reads %q, %q", e.Citizen, e.Staff)
			}
		}
		return err
	})
	// Within its days nobody was told that anything is late.
	w.env.Advance(time.Minute)
	if got := w.late(c.ID, casefile.DeadlineAccept); got != nil {
		t.Errorf("told %v", got)
	}
}
