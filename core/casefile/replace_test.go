package casefile_test

import (
	"context"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// replaced opens a case, lays the second application beside it and puts it in the
// first one's place.
func (w *world) replaced(first, second casefile.NewCase) (c casefile.Case) {
	w.t.Helper()
	opened := w.open(first)
	if got := w.open(second); !got.Contested {
		w.t.Fatalf("%+v", got)
	}
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		if c, err = w.store.Lock(ctx, tx, opened.Case); err != nil {
			return err
		}
		if err := w.store.MoveApplication(ctx, tx, second.Application.ID, casefile.ApplicationLinked); err != nil {
			return err
		}
		if err := w.store.Replace(ctx, tx, c, second); err != nil {
			return err
		}
		c, err = w.store.Get(ctx, tx, c.ID)
		return err
	})
	return c
}

// Whom only the false application named belongs to nothing of the true household:
// no card in that name, and no money for them. Who comes back is there again.
// Control: Replace without endMembers leaves the stranger in.
func TestWhomTheFalseOneNamedIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	false1 := stranger(t, "4071882635", func(a *core.Application) {
		a.Contact.CitizenID = "attacker"
		a.Household.Members = append(a.Household.Members, core.Member{Ref: "m3", Relation: "child"})
		a.People = append(a.People, core.NamedMember{Ref: "m3", Name: "赵六"})
	})
	c := w.replaced(newCase(false1, 0), newCase(application(t, "4071882643"), 0))
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		for name, want := range map[string]bool{"赵六": false, "周小山": true} {
			if may, err := w.store.MayHold(ctx, tx, c, name); err != nil || may != want {
				t.Errorf("%s may hold the card: %v, %v", name, may, err)
			}
		}
		people, err := w.store.People(ctx, tx, c.ID)
		if err != nil || len(people) != 2 {
			t.Errorf("people: %+v, %v", people, err)
		}
		whose, err := w.store.Whose(ctx, tx, c, nil)
		if err != nil || len(whose) != 2 {
			t.Errorf("money is for: %+v, %v", whose, err)
		}
		v, err := w.store.View(ctx, tx, c.ID, officer(3, casefile.RoleOfficer), "test")
		if err != nil || len(v.Members) != 2 || v.People != 2 {
			t.Errorf("the page shows %+v, %d people, %v", v.Members, v.People, err)
		}
		return err
	})
}

// The true application may come without an identity number: by telephone, from a
// household that the register knows.
// Control: applicant_key = encode(null, 'hex') is null, and the database refuses.
func TestReplacedByOneWithoutANumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	none := stranger(t, "4071882643", func(a *core.Application) {
		a.Contact.CitizenID, a.Applicant.ID, a.People[0].ID = "citizen-2", core.IDNumber{}, core.IDNumber{}
	})
	c := w.replaced(newCase(application(t, "4071882635"), 11), newCase(none, 11))
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		var key string
		var number []byte
		err := tx.QueryRow(ctx, `select applicant_key, number_key from casefile where id = $1`, c.ID).Scan(&key, &number)
		if key != "" || number != nil {
			t.Errorf("the case keeps the number of the false one: %q, %x", key, number)
		}
		return err
	})
}

// A doubt that somebody looked at says nothing of the next one: the second case that
// names the same number is put before a person too, and once.
// Control: uniqueness over case, application and kind swallows it.
func TestASecondStrangerIsDoubtedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	standing := w.open(newCase(stranger(t, "4071882635", func(a *core.Application) { a.Contact.CitizenID = "attacker" }), 0))
	others := []core.CaseID{w.open(newCase(application(t, "4071882643"), 11)).Case}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := w.store.Doubts(ctx, tx, standing.Case)
		if err != nil {
			return err
		}
		d := list[0]
		d.Verdict, d.Reason, d.By = casefile.VerdictLooked, "问过本人", 3
		return w.store.EndDoubt(ctx, tx, d)
	})
	others = append(others, w.open(newCase(application(t, "4071882650"), 12)).Case)
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		c, err := w.store.Get(ctx, tx, standing.Case)
		if err != nil {
			return err
		}
		again := casefile.Doubt{Case: c.ID, Application: c.Application, Kind: casefile.DoubtNumber, Other: others[1]}
		if err := w.store.AddDoubt(ctx, tx, again); err != nil {
			return err
		}
		list, err := w.store.Doubts(ctx, tx, standing.Case)
		if err != nil {
			return err
		}
		if len(list) != 2 || list[1].Other != others[1] || list[1].Verdict != "" {
			t.Errorf("doubts of the standing case: %+v", list)
		}
		return nil
	})
}
