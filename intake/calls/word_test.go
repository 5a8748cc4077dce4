package calls

import (
	"context"
	"errors"
	"testing"
	"time"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// A call whose caller chose by key what to say ends with that, or with why not: what else was written
// down from it is not what they rang for. Who does not hold a call writes nothing down of it and is
// told so.
//
// Controls: written by any kind (`appeal ends with unsolved: <nil>`); word without its look at the
// holder (`another agent: <nil>`).
func TestACallEndsWithItsOwnWord(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	owed := []Wish{WishAppeal, WishUnsolved, WishObject}
	ends := func(id string, also ...Also) error {
		return r.platform.Done(t.Context(), id, 7, OutcomeCalled, also...)
	}
	for _, wish := range owed {
		id := "by " + string(wish)
		_, err := r.gateway.Heard(t.Context(), Report{ID: id, Exchange: "sip", Caller: caller(t), Began: began, Answered: began, Ended: began.Add(time.Minute), Wish: wish})
		must(t, err)
		must(t, r.platform.Take(t.Context(), id, 7))
		for _, other := range owed {
			if err := ends(id, r.platform.TookDown(id, 7, other)); other != wish && !errors.Is(err, ErrUnwritten) {
				t.Errorf("%s ends with %s: %v", wish, other, err)
			} else if other == wish && err != nil {
				t.Errorf("%s does not end with its own: %v", wish, err)
			}
			if other == wish {
				break
			}
		}
	}
	_, err := r.gateway.Heard(t.Context(), Report{ID: "why", Exchange: "sip", Began: began, Answered: began, Ended: began.Add(time.Minute), Wish: WishAppeal})
	must(t, err)
	must(t, r.platform.Take(t.Context(), "why", 7))
	in := func(also Also) error {
		return r.env.DB(pgtest.Platform).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return also(ctx, tx) })
	}
	if err := in(r.platform.TookDown("why", 8, WishAppeal)); !errors.Is(err, ErrNotHeld) {
		t.Errorf("another agent: %v", err)
	}
	if err := in(r.platform.Unwritten("why", 8, WhyOther, "没有听清")); !errors.Is(err, ErrNotHeld) {
		t.Errorf("another agent says why not: %v", err)
	}
	must(t, in(r.platform.TookDown("why", 7, WishObject)))
	if err := ends("why"); !errors.Is(err, ErrUnwritten) {
		t.Errorf("with another's word alone: %v", err)
	}
	must(t, ends("why", r.platform.Unwritten("why", 7, WhyWrongKey, "他按错了")))
}

// Who speaks with a number settles what else it rang for, but not what it said by key: that is a
// line of its own, until it is written down.
//
// Controls: settleSame and lines without the wish: `appeal is settled with another call`, `1 lines`.
func TestAWordByKeyIsNotSettledWithAnotherCall(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	for i, wish := range []Wish{"", "", WishAppeal, WishUnsolved, WishObject, WishCallBack} {
		_, err := r.gateway.Heard(t.Context(), Report{ID: string(rune('a' + i)), Exchange: "sip", Caller: caller(t), Began: began.Add(time.Duration(i) * time.Second), Ended: began.Add(time.Minute), Wish: wish})
		must(t, err)
	}
	if list, err := r.platform.Waiting(t.Context(), 0); err != nil || len(list) != 4 {
		t.Errorf("%d lines, want one of three calls and three: %v", len(list), err)
	}
	_, err := r.gateway.Heard(t.Context(), Report{ID: "now", Exchange: "sip", Caller: caller(t), Began: began.Add(time.Hour), Answered: began.Add(time.Hour), Ended: began.Add(2 * time.Hour)})
	must(t, err)
	must(t, r.platform.Take(t.Context(), "now", 7))
	must(t, r.platform.Done(t.Context(), "now", 7, OutcomeAnswered))
	for i, left := range []bool{false, false, true, true, true, false} {
		c, err := r.platform.Get(t.Context(), string(rune('a'+i)))
		must(t, err)
		if c.Done.IsZero() != left {
			t.Errorf("%d, %q: settled with another call is %v", i, c.Wish, !c.Done.IsZero())
		}
	}
}
