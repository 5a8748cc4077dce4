package registry_test

import (
	"context"
	"testing"

	"lianou/core/pg"
	"lianou/core/registry"
)

// A household that lost the one it is called after before successors existed has one again
// from that day on, and what happened since is undone, the last first, as ever; a household
// that never had one is left alone. Undone, it stands as it was enrolled.
//
// Red: added to the event by which they left instead of to the newest ("undo the birth:
// event_overlaid"); by today's day ("not since the day of the death").
func TestAHouseholdWithoutAHeadGetsOne(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	home, p := f.enrolled(aged("applicant", "male", 50), aged("spouse", "female", 48), aged("child", "male", 25))
	never, _ := f.enrolled(aged("other", "male", 50), aged("child", "male", 20))
	enrolled := f.stand(home)
	var death, birth registry.EventID
	f.must(func(ctx context.Context, tx *pg.Tx) (err error) {
		death, err = f.life.Death(ctx, tx, f.why, told(tx, 3), p[0])
		return err
	})
	// As it was written then: nobody who stays became anything.
	f.exec(t, `delete from membership where household = $1 and since = (select day from life_event where id = $2)`, int64(home), int64(death))
	f.exec(t, `update membership set until = null where household = $1 and person = any($2)`, int64(home), []int64{int64(p[1]), int64(p[2])})
	f.exec(t, `delete from life_change where event = $1 and person = any($2)`, int64(death), []int64{int64(p[1]), int64(p[2])})
	f.must(func(ctx context.Context, tx *pg.Tx) (err error) {
		birth, _, err = f.life.Birth(ctx, tx, f.why, told(tx, 1), home, registry.NewPerson{Name: "人新", Sex: "female", Relation: "grandchild", Birth: tx.Today() - 1})
		return err
	})
	before := f.stand(home)
	if before != "b:spouse c:child m1:grandchild" {
		t.Fatalf("the old fault reads %s", before)
	}
	first, err := f.life.NameNext(t.Context(), f.db, 0)
	if err != nil || first != home {
		t.Fatalf("named in %d, %v; want %d", first, err, home)
	}
	if next, err := f.life.NameNext(t.Context(), f.db, first); err != nil || next != 0 {
		t.Errorf("and in %d, %v", next, err)
	}
	if got := f.stand(never); got != "a:other b:child" {
		t.Errorf("by nobody: named, %s", got)
	}
	if got := f.stand(home); got != "b:applicant c:child m1:grandchild" {
		t.Errorf("stands as %s", got)
	}
	f.undo(birth, "the birth")
	if next, err := f.life.NameNext(t.Context(), f.db, 0); err != nil || next != home {
		t.Errorf("after an undo: %d, %v", next, err)
	}
	if got := f.stand(home); got != "b:applicant c:child" {
		t.Errorf("after an undo: %s", got)
	}
	if n := f.count(t, `select count(*) from membership where household = $1 and relation = 'applicant' and until is null and since = (select day from life_event where id = $2)`, int64(home), int64(death)); n != 1 {
		t.Error("not since the day of the death")
	}
	f.undo(death, "the death")
	if got := f.stand(home); got != enrolled {
		t.Errorf("all undone: %s, want %s", got, enrolled)
	}
}

func (f families) must(fn func(ctx context.Context, tx *pg.Tx) error) {
	f.t.Helper()
	if err := f.at(fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f families) undo(event registry.EventID, what string) {
	f.t.Helper()
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.Undo(ctx, tx, f.why, "officer:7", event)
		return err
	}); err != nil {
		f.t.Errorf("undo %s: %v", what, err)
	}
}
