package workflow_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// person reads an account anew.
func (w *world) person(login string) (p staff.Person) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		p, err = w.staff.Person(ctx, tx, w.id(login))
		return err
	})
	return p
}

// allOf puts some cases into one pair of hands and gives the move of them.
func (w *world) allOf(from core.StaffID, n int) workflow.Move {
	w.t.Helper()
	in := workflow.Move{From: from, Part: casefile.PartOfficer, Why: "调去别的岗位"}
	for i := range n {
		id := w.arrives(i, false, 500)
		if c, _ := w.get(id); c.Officer != from {
			w.must(w.flow.Assign(w.t.Context(), w.actors["approver"], workflow.Assign{Case: id, Part: casefile.PartOfficer, To: from, Why: "先放一起"}))
		}
		in.Cases = append(in.Cases, workflow.MoveOne{Case: id})
	}
	return in
}

// All that one person has goes to others in one act: what goes to whom is shown before, kin stay as
// a number, one entry a case, the clocks run on, and it goes back within the day while nothing was
// done (F101).
//
// Controls: see docs/evidence/5.md.
func TestAllOfOnePersonGoesInOneAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.employ("third", staff.Officer, town)
	head, by, from := w.actors["approver"], w.person("approver"), w.id("officer")
	in := w.allOf(from, 6)
	kin := in.Cases[5].Case
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return w.cases.AddConflicts(ctx, tx, kin, []casefile.Kin{{Staff: w.id("second"), Relation: "侄、甥"}, {Staff: w.id("third"), Relation: "侄、甥"}})
	})
	var plan workflow.Planned
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		plan, err = w.flow.PlanMove(ctx, tx, head, by, from, casefile.PartOfficer, 0)
		return err
	})
	got := map[core.StaffID]int{}
	in.Cases = nil
	for _, c := range plan.Cases {
		got[c.To]++
		in.Cases = append(in.Cases, workflow.MoveOne{Case: c.ID, To: c.To})
	}
	if plan.Kin != 1 || len(plan.Cases) != 5 || got[from] != 0 || max(got[w.id("second")], got[w.id("third")])-min(got[w.id("second")], got[w.id("third")]) > 1 {
		t.Fatalf("%d to be left, %v to go", plan.Kin, got)
	}
	in.Cases = append(in.Cases, workflow.MoveOne{Case: kin, To: w.id("second")})
	clocks := w.count(`select sum(due - date '2020-01-01') from deadline where met is null`)
	if _, err := w.flow.MoveAll(t.Context(), w.actors["officer"], w.person("officer"), in); core.Known(err).Kind != core.KindForbidden {
		t.Errorf("an officer: %v", err)
	}
	done, err := w.flow.MoveAll(t.Context(), head, by, in)
	w.must(err)
	if done.Cases != 5 || done.Kin != 1 {
		t.Errorf("moved %+v", done)
	}
	for _, c := range plan.Cases {
		if now, _ := w.get(c.ID); now.Officer != c.To {
			t.Errorf("case %d is in the hands of %d, shown %d", c.ID, now.Officer, c.To)
		}
	}
	if n := w.count(`select sum(due - date '2020-01-01') from deadline where met is null`); n != clocks {
		t.Error("a clock moved")
	}
	if n := w.count(`select count(distinct case_id) from audit_entry where act = 'case.moved'`); n != 5 {
		t.Errorf("%d entries", n)
	}
	// One was taken up; the others go back today.
	taken := plan.Cases[0]
	for login, a := range w.actors {
		if a.Staff == taken.To {
			w.must(w.flow.AskSupplement(t.Context(), w.actors[login], workflow.AskSupplement{Case: taken.ID, What: "低保边缘的证明"}))
		}
	}
	var list []casefile.Handed
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		if _, err = w.cases.MoveToUndo(ctx, tx, done.Move); err != nil {
			return err
		}
		list, err = w.cases.HandedBy(ctx, tx, done.Move)
		return err
	})
	for _, h := range list {
		if err := w.flow.HandBack(t.Context(), head, h); (err == nil) == (h.Case == taken.ID) {
			t.Errorf("case %d goes back: %v", h.Case, err)
		}
	}
	w.env.Advance(24 * time.Hour)
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		if _, err := w.cases.MoveToUndo(ctx, tx, done.Move); !errors.Is(err, casefile.ErrMoveOver) {
			t.Errorf("undone the next day: %v", err)
		}
		return nil
	})
}

// Two who hand the same person's cases over at once, and an officer who acts meanwhile: each case
// moves once, and what was done in it stands.
func TestTwoMoveTheSameAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.employ("third", staff.Officer, town)
	w.employ("head", staff.Approver, town)
	in := w.allOf(w.id("officer"), 6)
	var all sync.WaitGroup
	for i, login := range []string{"approver", "head", "approver"} {
		by, mine := w.person(login), in
		mine.Cases = nil
		for _, one := range in.Cases {
			one.To = w.id([]string{"second", "third", "second"}[i])
			mine.Cases = append(mine.Cases, one)
		}
		all.Go(func() {
			_, err := w.flow.MoveAll(context.WithoutCancel(t.Context()), w.actors[login], by, mine)
			if known := core.Known(err); err != nil && known.Kind != core.KindConflict {
				t.Errorf("%s: %v", login, err)
			}
		})
	}
	for _, one := range in.Cases[:3] {
		all.Go(func() {
			if err := w.flow.AskSupplement(context.WithoutCancel(t.Context()), w.actors["officer"], workflow.AskSupplement{Case: one.Case, What: "低保边缘的证明"}); err != nil {
				t.Errorf("an officer who acts: %v", err)
			}
		})
	}
	all.Wait()
	if n := w.count(`select count(*) from case_handover`); n != 6 {
		t.Errorf("%d were handed over of 6", n)
	}
	if n := w.count(`select count(*) from casefile f where not exists (select from case_handover h where h.case_id = f.id and h.to_staff = f.officer)`); n != 0 {
		t.Errorf("%d are in other hands than the hand-over says", n)
	}
	if n := w.count(`select count(*) from casefile where state = 'supplement_asked'`); n != 3 {
		t.Errorf("%d were asked", n)
	}
}
