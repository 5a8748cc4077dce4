package quota_test

import (
	"errors"
	"testing"

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
	w.refuses(t, id, []string{alone, `update quota_round set leaver = ender, leaving = now() where id = $1`})
	w.gone(t, w.lin, id, "名单是按旧资料排的")
	two := w.laid(t, 1, 3)
	_, err := w.quota.Withdraw(ctx, w.lin, two, "有人不该在前面")
	must(t, err)
	r, _ := w.round(t, two)
	must(t, w.quota.Freeze(ctx, w.lin, two, r.Digest))
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
