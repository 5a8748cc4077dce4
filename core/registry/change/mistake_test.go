package change_test

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry/change"
)

func (o *office) mistake(who string, id change.ID, words string) error {
	return o.tx(func(ctx context.Context, tx *pg.Tx) error { return o.changes.Mistake(ctx, tx, by(who), id, words) })
}

// TestAnObjectionOfNobodyIsCalledThat: what was written down for the wrong family is ended by
// another person than its writer, in words, without a change, and waits to be told to nobody; it
// stays in the list and the log. What no citizen disputed is not ended so, nor does a visitor who
// saw the opposite end what a citizen says.
//
// Controls: Mistake that settles to Refused ("1 wait to be told", and the state); change_two_people
// of before ("who wrote it: <nil>"); without change_mistaken ("an officer's own: <nil>");
// change_seen_guard of before ("who was there: <nil>").
func TestAnObjectionOfNobodyIsCalledThat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	theirs := o.house()
	theirs.Origin, theirs.Reason = change.FromCitizen, "他说房子塌了"
	id, err := o.propose("7", theirs)
	must(t, err)
	own, err := o.propose("9", o.house())
	must(t, err)
	for name, c := range map[string]struct {
		err, want error
	}{
		"who wrote it":     {o.mistake("7", id, "记到别家去了"), change.ErrTwoPeople},
		"an officer's own": {o.mistake("8", own, "记到别家去了"), change.ErrNoContest},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
	if err := o.mistake("8", id, "同意"); core.KindOf(err) != core.KindInvalid {
		t.Errorf("without words: %v", err)
	}
	entries := o.count(`select count(*) from audit_pending`)
	must(t, o.mistake("8", id, "问了记的人,是隔壁赵春华家的"))
	if n := o.count(`select count(*) from audit_pending`) - entries; n != 1 {
		t.Errorf("%d entries", n)
	}
	must(t, o.tx(func(ctx context.Context, tx *pg.Tx) error {
		list, err := o.changes.Of(ctx, tx, by("8"), o.home)
		if err != nil || len(list) != 2 || list[1].State != change.Mistaken || list[1].Verdict != "问了记的人,是隔壁赵春华家的" {
			t.Errorf("the list: %+v, %v", list, err)
		}
		told, err := o.changes.Untold(ctx, tx, by("8"))
		if len(told) != 0 {
			t.Errorf("%d wait to be told", len(told))
		}
		return err
	}))
	if err := o.tx(func(ctx context.Context, tx *pg.Tx) error {
		return o.changes.Told(ctx, tx, by("8"), id, change.ByCall, tx.Today())
	}); !errors.Is(err, change.ErrTold) {
		t.Errorf("told of it: %v", err)
	}
	if grade, _ := o.grade(); grade != "B" {
		t.Errorf("a mistake made it %s", grade)
	}
	seen := o.house()
	seen.Origin, seen.Seconder, seen.Paper = change.FromVisit, 5, nil
	_, err = o.propose("4", seen)
	must(t, err)
	anew, err := o.propose("7", theirs)
	must(t, err)
	if err := o.mistake("5", anew, "问了本人,说没有提过这个"); !errors.Is(err, change.ErrTwoPeople) {
		t.Errorf("who was there: %v", err)
	}
}
