package quota_test

import (
	"context"
	"errors"
	"testing"

	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/staff"
)

// TestTwoWithdrawAListThatWasDrawn: who does not like an order makes it void only with another;
// before there is one they do it alone, and what was asked bars nobody from freezing it.
//
// Controls: Withdraw without leave, as it was, and the table without quota_round_leaves ("update
// quota_round set state = 'withdrawn' …: nothing refused it", "after one person's word: withdrawn").
func TestTwoWithdrawAListThatWasDrawn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id := t.Context(), w.laid(t, 1, 3)
	alone := `update quota_round set state = 'withdrawn', ended = now(), ender = opener where id = $1`
	w.refuses(t, id, []string{alone})
	if gone, err := w.quota.Withdraw(ctx, w.han, id, "有人不该在前面"); gone || err != nil {
		t.Errorf("one person alone: %v %v", gone, err)
	}
	if _, err := w.quota.Withdraw(ctx, w.han, id, "再撤一次"); !errors.Is(err, quota.ErrSecond) {
		t.Errorf("the same twice: %v", err)
	}
	if r, _ := w.round(t, id); r.State != quota.Open || r.Leaver != w.han.ID {
		t.Errorf("after one person's word: %s, asked by %d", r.State, r.Leaver)
	}
	if why := w.leaving(t, id); why != "有人不该在前面" {
		t.Errorf("the second reads %q", why)
	}
	w.refuses(t, id, []string{alone, `update quota_round set leaver = ender, leaving = now() where id = $1`})
	w.gone(t, w.lin, id, "名单是按旧资料排的")
	two := w.laid(t, 1, 3)
	_, err := w.quota.Withdraw(ctx, w.lin, two, "有人不该在前面")
	must(t, err)
	w.gone(t, w.han, two, "是排错了")
	three := w.laid(t, 1, 3)
	_, err = w.quota.Withdraw(ctx, w.han, three, "有人不该在前面")
	must(t, err)
	r, _ := w.round(t, three)
	must(t, w.quota.Freeze(ctx, w.lin, three, r.Digest))
}

// TestWhoAsksThatAListBeWithdrawnDoesNotSignIt: they take it back, alone, and nobody else does;
// while it waits they freeze nothing; why they asked lies sealed.
//
// Controls: Freeze without its leaver, and the table ("who asked freezes: <nil>"); Stay without who
// asked, and the table ("another takes it back: <nil>", "update quota_round set leaver = null …: nothing refused it"); leave that
// keeps why as it is ("why lies in the clear").
func TestWhoAsksThatAListBeWithdrawnDoesNotSignIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id := t.Context(), w.laid(t, 1, 3)
	fails := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	fails("taken back before it is asked", w.quota.Stay(ctx, w.lin, id), quota.ErrState)
	_, err := w.quota.Withdraw(ctx, w.lin, id, "张家不该在前面")
	must(t, err)
	fails("who asked freezes", w.quota.Freeze(ctx, w.lin, id, "d"), quota.ErrLeaving)
	fails("another takes it back", w.quota.Stay(ctx, w.han, id), quota.ErrLeaver)
	w.refuses(t, id, []string{
		`update quota_round set state = 'frozen', ended = lianou_now(), ender = leaver where id = $1`,
		`update quota_round set leaver = null, leaving = null, leaving_why = null where id = $1`,
		`update quota_round set leaver = null, leaving = null, leaving_why = null, stayer = opener, stayed = lianou_now() where id = $1`,
		`update quota_round set leaver = opener where id = $1`,
		`update quota_round set leaving_why = '\x00' where id = $1`,
	})
	if w.lies(t, "张家不该在前面") {
		t.Error("why lies in the clear")
	}
	must(t, w.quota.Stay(ctx, w.lin, id))
	if r, _ := w.round(t, id); r.State != quota.Open || r.Leaver != 0 {
		t.Errorf("taken back: %s, asked by %d", r.State, r.Leaver)
	}
	w.refuses(t, id, []string{`update quota_round set state = 'withdrawn', ended = lianou_now(), ender = stayer where id = $1`})
	must(t, w.quota.Freeze(ctx, w.lin, id, "d"))
}

// leaving is why a list is to be withdrawn.
func (w *world) leaving(t *testing.T, id int64) string {
	t.Helper()
	var l quota.Leaving
	w.see(t, func(ctx context.Context, tx *pg.Tx) error {
		r, err := w.quota.Round(ctx, tx, w.lin, id)
		if err == nil {
			l, err = w.quota.Leaving(ctx, tx, r)
		}
		return err
	})
	return l.Why
}

// gone has somebody withdraw a round, which must end by it.
func (w *world) gone(t *testing.T, who staff.Person, id int64, why string) {
	t.Helper()
	gone, err := w.quota.Withdraw(t.Context(), who, id, why)
	must(t, err)
	if r, _ := w.round(t, id); !gone || r.State != quota.Withdrawn {
		t.Errorf("round %d is %s", id, r.State)
	}
}
