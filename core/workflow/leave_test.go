package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// away records leave of whoever has a case in hand, with the other officer to stand in.
func (w *world) away(c casefile.Case) (a staff.Absence, standIn string) {
	w.t.Helper()
	standIn = "second"
	if c.Officer == w.id("second") {
		standIn = "officer"
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		id, err := w.staff.SetAbsence(ctx, tx, w.actors["approver"].Audit(), staff.Absence{Staff: c.Officer, From: tx.Today(), To: tx.Today() + 14,
			Reason: "病假", StandIn: w.id(standIn)})
		if err != nil {
			return err
		}
		a, err = w.staff.Absence(ctx, tx, id)
		return err
	})
	return a, standIn
}

func (w *world) handed(a staff.Absence) (h casefile.Handed) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := w.cases.HandedIn(ctx, tx, a.ID)
		if err == nil && len(list) == 1 {
			h = list[0]
		}
		return err
	})
	return h
}

// F101: what falls due while an officer is away is listed, and their head hands it to the
// stand-in in one act; the clock runs on, the household reads the new name, and it goes
// back while nothing was done. Whoever is kin takes nothing.
//
// Controls: DueInHand without its day ("due long after: 1 listed"); HandOver without rehand
// ("in the hands of 1 …", "handed over twice: <nil>"); HandBack without doneSince ("given back over somebody's work: <nil>");
// takes without NoConflict ("kin: <nil>").
func TestLeaveHandsItsCasesOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	a, next := w.away(c)
	listed := func(by core.Date) (n int) {
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			list, err := w.cases.DueInHand(ctx, tx, a.Staff, by)
			n = len(list)
			return err
		})
		return n
	}
	if n := listed(a.To); n != 1 {
		t.Errorf("%d fall due while they are away", n)
	}
	if n := listed(a.From - 1); n != 0 {
		t.Errorf("due long after: %d listed", n)
	}
	before := w.count(`select count(*) from deadline where case_id = $1 and met is null`, c.ID)
	for login, want := range map[string]*core.Error{"helper": casefile.ErrNotYours, next: casefile.ErrNotYours} {
		if err := w.flow.HandOver(t.Context(), w.actors[login], a, c.ID, 0); !errors.Is(err, want) {
			t.Errorf("%s: %v", login, err)
		}
	}
	head := w.actors["approver"]
	if err := w.flow.HandOver(t.Context(), head, a, c.ID, w.id("helper")); core.KindOf(err) != core.KindInvalid {
		t.Errorf("to who does other work: %v", err)
	}
	w.must(w.flow.HandOver(t.Context(), head, a, c.ID, 0))
	if got, _ := w.get(c.ID); got.Officer != w.id(next) || got.AcceptDue != c.AcceptDue {
		t.Errorf("in the hands of %d, due %s", got.Officer, got.AcceptDue)
	}
	if n := w.count(`select count(*) from deadline where case_id = $1 and met is null`, c.ID); n != before {
		t.Errorf("%d deadlines run, %d before", n, before)
	}
	if n := w.count(`select count(*) from case_status where case_id = $1 and timeline::text like $2`, c.ID, "%现在由%"+next+"接着办%"); n != 1 {
		t.Error("the household does not read who has it now")
	}
	if err := w.flow.HandOver(t.Context(), head, a, c.ID, 0); !errors.Is(err, casefile.ErrMovedOn) {
		t.Errorf("handed over twice: %v", err)
	}
	w.must(w.flow.HandBack(t.Context(), w.actors["approver"], w.handed(a)))
	if got, _ := w.get(c.ID); got.Officer != a.Staff {
		t.Errorf("given back to %d", got.Officer)
	}
	w.must(w.flow.HandOver(t.Context(), head, a, c.ID, 0))
	w.must(w.flow.Accept(t.Context(), w.actors[next], workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao},
		Visitors: [2]core.StaffID{w.id(next), w.id("helper")}, VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 1)}))
	h := w.handed(a)
	if err := w.flow.HandBack(t.Context(), head, h); !errors.Is(err, casefile.ErrMovedOn) || !h.Done {
		t.Errorf("given back over somebody's work: %v", err)
	}
}

func TestNoCaseIsHandedToKin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	a, next := w.away(c)
	w.declares(next, "周小山", sonID, "侄、甥")
	err := w.flow.HandOver(t.Context(), w.actors["approver"], a, c.ID, 0)
	if known := core.Known(err); known.Code != "stand_in_barred" || !strings.Contains(known.Say, "亲属") {
		t.Fatalf("kin: %v", err)
	}
}
