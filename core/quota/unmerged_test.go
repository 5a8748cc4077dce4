package quota_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"lianou/core/pg"
	"lianou/core/quota"
)

// TestAMergeThatIsUndoneIsLookedAtAnew: a household that was passed over as having one by another row
// is named for that as soon as the rows are two again, and not before; two people take the skip back
// though somebody after it accepted meanwhile, which they cannot of another skip, and it is its turn
// again. Two places taken before the rows became one are told of before, to who sees both, and after.
//
// Controls: late that is the course's alone ("taken back: …"); the guard of before ("held: …"); quota_two_taken that is of no other
// ("two taken: []"); quota_of_pair without its scope ("of a township: 1").
func TestAMergeThatIsUndoneIsLookedAtAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.frozen(t, 10, 10)
	for n := int64(1); n <= 6; n++ {
		w.stay(t, 100+n, n, "")
	}
	w.root(t, `insert into person_alias (region, gone, kept, decider, second, at) values ('371426104', 102, 101, 1, 2, lianou_now())`)
	w.root(t, `insert into person_pair (pair, region, person, other, other_region, total, found) values (7, '371426104', 103, 104, '371426104', 90, lianou_now()), (7, '371426104', 104, 103, '371426104', 90, lianou_now())`)
	take := func(n int) {
		t.Helper()
		must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: n, By: w.today(t) + 60}))
		must(t, w.quota.Answer(ctx, w.han, id, quota.Answer{N: n, Offer: w.offered(t, id, n), State: quota.Accepted, Words: "要"}))
	}
	pass := func(n int, why quota.Reason) {
		t.Helper()
		must(t, w.quota.Skip(ctx, w.han, id, quota.Skip{N: n, Reason: why, Words: "页上写着"}))
		w.heard(t)
		must(t, w.quota.Second(ctx, w.lin, id, n, w.stands(t, id, n), true))
	}
	anew := func() (list []int) {
		t.Helper()
		w.see(t, func(ctx context.Context, tx *pg.Tx) (err error) {
			list, err = w.quota.Unmerged(ctx, tx, id)
			return err
		})
		return list
	}
	two := func() (list []quota.TwoTaken, things []quota.Thing) {
		t.Helper()
		w.see(t, func(ctx context.Context, tx *pg.Tx) (err error) {
			if list, err = w.quota.TwoTaken(ctx, tx, id); err != nil {
				return err
			}
			things, err = quota.TakenByBoth(ctx, tx, 7)
			return err
		})
		return list, things
	}
	take(1)
	pass(2, quota.Had)
	take(3)
	if list, things := two(); len(list) != 0 || len(things) != 0 {
		t.Errorf("one of them took one: %v, %v", list, things)
	}
	take(4)
	if list, things := two(); len(list) != 0 || len(things) != 1 {
		t.Errorf("before they are one: %v, %v", list, things)
	}
	w.root(t, `update person_pair set other_region = '371424103' where pair = 7`)
	must(t, w.db.Tx(ctx, pg.Regions("371426104"), func(ctx context.Context, tx *pg.Tx) error {
		things, err := quota.TakenByBoth(ctx, tx, 7)
		if len(things) != 0 {
			t.Errorf("of a township: %d", len(things))
		}
		return err
	}))
	w.root(t, `insert into person_alias (region, gone, kept, decider, second, at) values ('371426104', 104, 103, 1, 2, lianou_now())`)
	if list, _ := two(); len(list) != 1 || list[0].N != 3 || list[0].Round != id || list[0].Other != 4 { // one pair, said once
		t.Errorf("two taken: %v", list)
	}
	pass(5, quota.Housed)
	take(6)
	if list := anew(); len(list) != 0 {
		t.Errorf("while it stands: %v", list)
	}
	w.root(t, `update person_alias set ended = lianou_now(), ender = 2, end_asker = 1 where gone = 102`)
	if list := anew(); !slices.Equal(list, []int{2}) {
		t.Errorf("undone: %v", list)
	}
	if err := w.quota.Undo(ctx, w.han, id, 5, w.stands(t, id, 5), "其实没解决"); !errors.Is(err, quota.ErrLate) {
		t.Errorf("another skip: %v", err)
	}
	if err := w.quota.Undo(ctx, w.han, id, 2, w.stands(t, id, 2), "合并撤了,他家没有"); err != nil {
		t.Fatalf("taken back: %v", err)
	}
	w.heard(t)
	if err := w.quota.Second(ctx, w.lin, id, 2, w.stands(t, id, 2), true); err != nil {
		t.Fatalf("held: %v", err)
	}
	if list := anew(); len(list) != 0 {
		t.Errorf("looked at: %v", list)
	}
	take(2)
}
