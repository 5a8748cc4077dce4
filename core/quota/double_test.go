package quota_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"lianou/core/pg"
	"lianou/core/quota"
)

// stay puts somebody into the n-th household of the last list that was laid, until a day or, for
// "", until now.
func (w *world) stay(t testing.TB, person int64, n int64, until string) {
	t.Helper()
	w.root(t, `insert into membership (household, person, region, ref, since, until) values ($1, $2::bigint, '371426104', 'm' || $2::bigint, '2020-01-01', nullif($3, '')::date)`,
		w.first+n-1, person, until)
}

func (w *world) doubles(t testing.TB, id int64, of ...int) (list []quota.Double) {
	t.Helper()
	w.see(t, func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = w.quota.Doubles(ctx, tx, id, of...)
		return err
	})
	return list
}

// TestOnePersonIsGivenOne: of two households of a list in which one person stands, by rows that
// people made one or because one moved whole into the other's number, the second has what the
// first took, for the table too, until two people say that it is not so; a pair that nobody looked
// at yet is told of and bars nothing, and who only left home is no double.
//
// Controls: quota_elsewhere of its own household alone ("took one under another row: []", "is offered
// a second: <nil>"); quota_others without the row itself ("the list has the doubles …", without 5 and 6), and with it
// wherever somebody lived (9 and 10 more); pairs that bar ("4, which nothing bars: quota_had"); WouldDouble on a
// day after they moved ("before it is drawn it would have [{1 2 0} {2 1 0} {3 4 7} {4 3 7}]").
func TestOnePersonIsGivenOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.frozen(t, 10, 10)
	for n := int64(1); n <= 4; n++ {
		w.stay(t, 100+n, n, "")
	}
	w.stay(t, 105, 5, "2027-01-01") // moved whole into the number of 6
	w.stay(t, 105, 6, "")
	w.stay(t, 109, 9, "2027-01-01") // married into 10, and left somebody behind
	w.stay(t, 108, 9, "")
	w.stay(t, 109, 10, "")
	w.root(t, `insert into person_alias (region, gone, kept, decider, second, at) values ('371426104', 102, 101, 1, 2, lianou_now())`)
	w.root(t, `insert into person_pair (pair, region, person, other, other_region, total, found) values (7, '371426104', 103, 104, '371426104', 90, lianou_now()), (7, '371426104', 104, 103, '371426104', 90, lianou_now())`)
	want := []quota.Double{{1, 2, 0}, {2, 1, 0}, {3, 4, 7}, {4, 3, 7}, {5, 6, 0}, {6, 5, 0}}
	if got := w.doubles(t, id); !reflect.DeepEqual(got, want) {
		t.Errorf("the list has the doubles %v, want %v", got, want)
	}
	var would []quota.Double
	w.see(t, func(ctx context.Context, tx *pg.Tx) error {
		list, err := w.quota.Entries(ctx, tx, id, 1, 10)
		if err == nil {
			would, err = w.quota.WouldDouble(ctx, tx, list)
		}
		return err
	})
	if !reflect.DeepEqual(would, want) {
		t.Errorf("before it is drawn it would have %v, want %v", would, want)
	}
	if got := w.doubles(t, id, 4); !reflect.DeepEqual(got, want[3:4]) {
		t.Errorf("the fourth has the doubles %v", got)
	}
	take := func(n int) error {
		if err := w.quota.Offer(ctx, w.han, id, quota.Offering{N: n, By: w.today(t) + 60}); err != nil {
			return err
		}
		return w.quota.Answer(ctx, w.han, id, quota.Answer{N: n, Offer: w.offered(t, id, n), State: quota.Accepted, Words: "要"})
	}
	must(t, take(1))
	if has := w.has(t, id, 2); len(has) != 1 || has[0].Round != id || has[0].N != 1 || !has[0].Other || has[0].Open {
		t.Errorf("took one under another row: %+v", has)
	}
	if err := take(2); !errors.Is(err, quota.ErrHad) {
		t.Errorf("is offered a second: %v", err)
	}
	if !w.forbids(t, `insert into quota_offer (round, n, region, place_no, answer_by, maker, made, notice) select $1, 2, '371426104', 3, current_date + 30, $2, lianou_now(), 1`, id, int64(w.han.ID)) {
		t.Error("the table offers a second")
	}
	must(t, w.quota.Skip(ctx, w.han, id, quota.Skip{N: 2, Reason: quota.Had, Words: "页上写着"}))
	w.heard(t)
	must(t, w.quota.Second(ctx, w.lin, id, 2, w.stands(t, id, 2), false))
	for _, n := range []int{2, 3, 4} {
		if err := take(n); err != nil {
			t.Errorf("%d, which nothing bars: %v", n, err)
		}
	}
	w.apart(t, id, take)
}

// apart: who left a household after it took a place, and left somebody there, is given one by who
// has seen from whom they came. Its controls: quota_parted without anybody left behind (of 6 too: "whose household
// moved whole into it: …"), and Offer that asks for no look ("came from the ninth: <nil>").
func (w *world) apart(t *testing.T, id int64, take func(int) error) {
	t.Helper()
	ctx := t.Context()
	must(t, take(5))
	if has := w.has(t, id, 6); len(has) != 1 || has[0].Parted || has[0].N != 5 {
		t.Errorf("whose household moved whole into it: %+v", has)
	}
	must(t, w.quota.Skip(ctx, w.han, id, quota.Skip{N: 6, Reason: quota.Had, Words: "就是第 5 户"}))
	w.heard(t)
	must(t, w.quota.Second(ctx, w.lin, id, 6, w.stands(t, id, 6), true))
	w.root(t, `update membership set until = $2 where household = $1 and person = 109`, w.first+8, "2027-12-31")
	for _, n := range []int{7, 8, 9} {
		must(t, take(n))
	}
	if err := take(10); !errors.Is(err, quota.ErrParted) {
		t.Errorf("came from the ninth: %v", err)
	}
	if err := w.quota.Offer(ctx, w.han, id, quota.Offering{N: 10, By: w.today(t) + 60, Sure: true}); !errors.Is(err, quota.ErrParted) {
		t.Errorf("by who says that something else is seen: %v", err)
	}
	if has := w.has(t, id, 10); len(has) != 1 || !has[0].Parted || has[0].N != 9 {
		t.Errorf("from whom it came: %+v", has)
	}
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 10, By: w.today(t) + 60, Home: true}))
}

// TestAListOfNobodyIsNotFrozen: its places could be offered to nobody for ever. It is withdrawn.
//
// Control: without the trigger ("the table freezes it"). Freeze without its question is refused by that, by the same sentence.
func TestAListOfNobodyIsNotFrozen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.laid(t, 3, 0)
	if err := w.quota.Freeze(t.Context(), w.lin, id, "d"); !errors.Is(err, quota.ErrEmpty) {
		t.Errorf("frozen: %v", err)
	}
	if !w.forbids(t, `update quota_round set state = 'frozen', ended = lianou_now(), ender = $2 where id = $1`, id, int64(w.lin.ID)) {
		t.Error("the table freezes it")
	}
	if !w.withdrawn(t, id) {
		t.Error("two cannot withdraw it")
	}
}

func (w *world) withdrawn(t testing.TB, id int64) bool {
	t.Helper()
	if _, err := w.quota.Withdraw(t.Context(), w.han, id, "截止时没有人家够条件"); err != nil {
		t.Fatal(err)
	}
	_, err := w.quota.Withdraw(t.Context(), w.lin, id, "核对过,没有人家")
	must(t, err)
	r, _ := w.round(t, id)
	return r.State == quota.Withdrawn
}
