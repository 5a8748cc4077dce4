package recheck_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/recheck"
	"lianou/core/recheck/rechecktest"
	"lianou/core/staff"
)

// Another pair than before goes to a drawn case; one of them writes what they found, the other
// holds it, and it changes nothing of the case.
//
// Control: recheck_visit_guard without recheck_barred ("who went there before: <nil>, want recheck_another_pair").
func TestAnotherPairGoes(t *testing.T) {
	t.Parallel()
	w := rechecktest.New(t)
	w.Decided(10, 0)
	id := w.Drawn()
	_, list := w.Round(id)
	if len(list) != 3 {
		t.Fatalf("%d are drawn, want 3", len(list))
	}
	today := w.Until.AddDate(0, 0, 1)
	v := list[0].Case
	send := func(first, second staff.Person, on core.Date) error {
		return w.Recheck.Send(t.Context(), w.County, recheck.Send{Round: id, Case: v, Visitors: [2]core.StaffID{first.ID, second.ID}, On: on})
	}
	refused := func(name string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	// 1. Who went there, works on it, decided it or is kin does not go.
	before := func(column string) { w.Super(fmt.Sprintf(`update %s where case_id = %d`, column, v)) }
	before(fmt.Sprintf(`visit set first_staff = %d`, w.One.ID))
	refused("who went there before", send(w.One, w.Two, today), recheck.ErrPair)
	before(`visit set first_staff = 903`)
	before(fmt.Sprintf(`decision set approver = %d`, w.Two.ID))
	refused("who decided it", send(w.One, w.Two, today), recheck.ErrPair)
	before(`decision set approver = 902`)
	w.Super(fmt.Sprintf(`update casefile set officer = %d where id = %d`, w.One.ID, v))
	refused("whose case it is", send(w.One, w.Two, today), recheck.ErrPair)
	w.Super(fmt.Sprintf(`update casefile set officer = 900 where id = %d`, v), fmt.Sprintf(`insert into case_conflict (case_id, region, staff, relation) select id, region, %d, '子女' from casefile where id = %d`, w.Two.ID, v))
	refused("kin", send(w.One, w.Two, today), recheck.ErrKinGoes)
	w.Must(w.DB.Read(t.Context(), w.County.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		free, err := w.Recheck.Free(ctx, tx, list[0])
		if len(free) != 3 { // the first officer, the assistant, and the county
			t.Errorf("free to go: %v", free)
		}
		return err
	}))
	refused("one alone", send(w.One, w.One, today), recheck.ErrTwo)
	refused("of another county", send(w.One, w.Other, today), recheck.ErrTwo)
	if err := send(w.One, w.Three, today.AddDate(0, 0, -1)); core.KindOf(err) != core.KindInvalid {
		t.Errorf("yesterday: %v", err)
	}
	w.Must(send(w.One, w.Three, today))
	// 2. What they found.
	write := func(who staff.Person, words string) error {
		return w.Recheck.Write(t.Context(), who, id, v, recheck.Different, words)
	}
	const saw = "儿子去年回来住了,在镇上厂里上班"
	refused("who does not go", write(w.Two, saw), recheck.ErrWent)
	refused("a word that fits all", write(w.One, "属实"), recheck.ErrWords)
	w.Must(write(w.One, saw))
	refused("written twice", write(w.Three, saw), recheck.ErrWaits)
	now := func() (v recheck.Visit) { _, l := w.Round(id); return l[0] }
	word := now().Word
	hold := func(who staff.Person, holds bool) error {
		return w.Recheck.Hold(t.Context(), who, id, v, word, holds)
	}
	refused("who wrote it", hold(w.One, true), recheck.ErrSecond)
	w.Must(hold(w.Three, false))
	w.Must(write(w.Three, saw))
	refused("what was refused", hold(w.One, true), recheck.ErrState)
	word = now().Word
	w.Must(hold(w.One, true))
	if got := now(); !got.Held || got.Outcome != recheck.Different || got.Words != saw || got.Seconder != w.One.ID {
		t.Errorf("found: %+v", got)
	}
	refused("another pair after that", send(w.One, w.County, today), recheck.ErrFinal)
	// 3. It stands in the timeline, its words lie sealed, and nothing of the case moved.
	w.Must(w.Env.DB(pgtest.Owner).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		var events, changes, clear int
		err := tx.QueryRow(ctx, `select (select count(*) from case_event where kind = 'recheck.held' and staff like '%不一样%'), (select count(*) from benefit_change),
			(select count(*) from recheck_word where position(convert_to('儿子', 'UTF8') in words) > 0)`).Scan(&events, &changes, &clear)
		if events != 1 || changes != 0 || clear != 0 {
			t.Errorf("%d lines of the timeline, %d changes, %d words in the clear", events, changes, clear)
		}
		return err
	}))
	// 4. The database holds it too.
	for name, sql := range map[string]string{
		"what was held is taken back": `update recheck_word set state = 'refused'`,
		"other words":                 `update recheck_word set words = 'x'`,
		"a word of somebody else":     fmt.Sprintf(`insert into recheck_word (round, case_id, region, staff, at, outcome, words, row) select round, case_id, region, %d, now(), 'same', 'x', gen_random_uuid() from recheck_visit where first is null limit 1`, w.Two.ID),
		"found is deleted":            `delete from recheck_word`,
	} {
		err := w.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { _, err := tx.Exec(ctx, sql); return err })
		if err == nil {
			t.Errorf("%s: done", name)
		}
	}
	if s := fmt.Sprint(recheck.ErrKinGoes.Say, recheck.ErrPair.Say); strings.Contains(s, "亲属") {
		t.Error("it is said who is kin")
	}
}
