package casefile_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// stranger spoils an application in one thing: another account, telephone or name.
func stranger(t *testing.T, receipt core.Receipt, spoil func(*core.Application)) core.Application {
	t.Helper()
	a := application(t, receipt)
	spoil(&a)
	return a
}

// An identity number alone opens nobody's case: what comes from another account,
// telephone or name lies beside it, shows its sender nothing and is put before a
// person (the Xu Yuyu scenario of security.md 6).
// Control: doubtOf that answers "" lets each of them in.
func TestAnotherHandIsContested(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.open(newCase(application(t, "4071882635"), 11))
	reader, err := casefile.NewReader(w.env.DB(pgtest.Gateway), w.keys.Gateway.Shared, audit.NewTo(w.keys.Gateway.Platform))
	if err != nil {
		t.Fatal(err)
	}
	other, _ := core.ParsePhone("13905349999")
	account := func(a *core.Application) { a.Contact.CitizenID = "attacker" }
	for receipt, c := range map[core.Receipt]struct {
		spoil func(*core.Application)
		kind  casefile.DoubtKind
	}{
		"4071882643": {account, casefile.DoubtAccount},
		"4071882650": {func(a *core.Application) { a.Contact.Phone = other }, casefile.DoubtAccount},
		"4071882651": {func(a *core.Application) { a.Contact.CitizenID = "" }, casefile.DoubtAccount},
		"4071882652": {func(a *core.Application) { a.Applicant.Name, a.Contact.CitizenID = "无名", "attacker" }, casefile.DoubtName},
	} {
		a := stranger(t, receipt, c.spoil)
		got := w.open(newCase(a, 0)) // the register vouches for nothing; the number is the same
		if !got.Contested || got.Case != first.Case {
			t.Errorf("%s: %+v", receipt, got)
			continue
		}
		w.in(func(ctx context.Context, tx *pg.Tx) error { return w.store.PublishStatus(ctx, tx, first.Case) })
		if a.Contact.CitizenID == "attacker" {
			s, err := reader.ByReceipt(context.Background(), receipt, "attacker")
			if err != nil || s.Say() != "已收到" || s.Next != "有人会联系您。" || len(s.Timeline)+len(s.Items) != 0 {
				t.Errorf("%s: its sender sees %+v, %v", receipt, s, err)
			}
		}
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			list, err := w.store.Doubts(ctx, tx, first.Case)
			if last := list[len(list)-1]; err == nil && (last.Application != a.ID || last.Kind != c.kind || last.Verdict != "") {
				t.Errorf("%s: doubt %+v", receipt, last)
			}
			return err
		})
	}
}

// Whom the register vouches for is not put under a case that came first with the
// same number and no such proof: both have a case, and both pages say so.
// Control: a join without the comparison of households takes the second one in.
func TestAFalseFirstDoesNotTakeTheTrueOneIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	false1 := w.open(newCase(stranger(t, "4071882635", func(a *core.Application) { a.Applicant.Name, a.Contact.CitizenID = "无名", "attacker" }), 0))
	true1 := w.open(newCase(application(t, "4071882643"), 11))
	if true1.Linked || true1.Case == false1.Case {
		t.Fatalf("%+v, %+v", false1, true1)
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		for id, other := range map[core.CaseID]core.CaseID{false1.Case: true1.Case, true1.Case: false1.Case} {
			list, err := w.store.Doubts(ctx, tx, id)
			if err != nil {
				return err
			}
			if len(list) != 1 || list[0].Kind != casefile.DoubtNumber || list[0].Other != other {
				t.Errorf("doubts of %d: %+v", id, list)
			}
		}
		return nil
	})
}

// Two at one instant with one number: one of them sees the other.
func TestTwoOfOneNumberAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all sync.WaitGroup
	for i := range 6 {
		a := stranger(t, core.Receipt("407188263"+string(rune('0'+i))), func(a *core.Application) { a.Contact.CitizenID = string(rune('a' + i)) })
		all.Go(func() {
			err := w.try(func(ctx context.Context, tx *pg.Tx) error {
				_, err := w.store.Open(ctx, tx, newCase(a, 0))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		var cases, doubts int
		err := tx.QueryRow(ctx, `select (select count(*) from casefile), (select count(*) from case_doubt)`).Scan(&cases, &doubts)
		if err == nil && (cases != 1 || doubts != 5) {
			t.Errorf("%d cases and %d doubts, want 1 and 5", cases, doubts)
		}
		return err
	})
}

// Seventy windows at once show no more full numbers than one.
// Control: without the lock of Reveal more than thirty are granted.
func TestRevealsAreBoundedInParallel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened := w.open(newCase(application(t, "4071882635"), 11))
	var granted atomic.Int32
	var all sync.WaitGroup
	for range 70 {
		all.Go(func() {
			err := w.try(func(ctx context.Context, tx *pg.Tx) error {
				_, err := w.store.Reveal(ctx, tx, casefile.Look{Case: opened.Case, Field: casefile.FieldPhone, Actor: officer(3, casefile.RoleOfficer), Reason: "核对"})
				return err
			})
			switch {
			case err == nil:
				granted.Add(1)
			case core.KindOf(err) != core.KindTooMany:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if granted.Load() != 30 {
		t.Errorf("%d of 70 granted, want 30", granted.Load())
	}
}

// Kin do not even look (F60).
// Control: View without NoConflict shows the case.
func TestKinDoNotOpenTheCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened := w.open(newCase(application(t, "4071882635"), 11))
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return w.store.AddConflicts(ctx, tx, opened.Case, []casefile.Kin{{Staff: 3, Relation: "兄弟"}})
	})
	for staff, want := range map[core.StaffID]error{3: casefile.ErrConflictOfInterest, 4: nil} {
		err := w.try(func(ctx context.Context, tx *pg.Tx) error {
			_, err := w.store.View(ctx, tx, opened.Case, officer(staff, casefile.RoleOfficer), "办件")
			return err
		})
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("staff %d: %v, want %v", staff, err, want)
		}
	}
}
