package quota_test

import (
	"errors"
	"testing"

	"lianou/core/quota"
)

// TestWhatTwoHeldTwoTakeBack: no place and no turn goes from a household or to it by one
// person's word, also not by taking back what was done: who mis-clicked asks, and somebody
// else holds it; what was only asked for, who asked takes back at once. The table says the same.
//
// Controls: Undo that does it at once, as it was, with the table as it was ("after one person's
// word on a skip: waiting, want out"); quota_skip_moves and quota_offer_moves without their two people
// ("update quota_skip set state = 'undone' …: nothing refused it").
func TestWhatTwoHeldTwoTakeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id, by := t.Context(), w.frozen(t, 1, 3), w.today(t)+7
	is := func(n int, after string, want quota.Outcome) {
		t.Helper()
		if c := w.course(t, id); c.Of(n) != want {
			t.Errorf("after %s: %s, want %s", after, c.Of(n), want)
		}
	}
	fails := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	must(t, w.quota.Skip(ctx, w.han, id, quota.Skip{N: 1, Reason: quota.Moved, Words: "搬走了"}))
	fails("another takes back what waits", w.quota.Undo(ctx, w.lin, id, 1, w.stands(t, id, 1), "没搬"), quota.ErrAsker)
	w.heard(t)
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true))
	must(t, w.quota.Undo(ctx, w.han, id, 1, w.stands(t, id, 1), "没搬"))
	must(t, w.quota.Undo(ctx, w.han, id, 1, w.stands(t, id, 1), "看错了"))
	must(t, w.quota.Undo(ctx, w.han, id, 1, w.stands(t, id, 1), "没搬"))
	is(1, "one person's word on a skip", quota.Out)
	fails("held by who asked", w.quota.Second(ctx, w.han, id, 1, w.stands(t, id, 1), true), quota.ErrSecond)
	w.refuses(t, id, []string{
		`update quota_skip set state = 'undone', undone = now(), undoer = asker, undo_why = '\x00' where round = $1 and reason = 'moved'`,
		`update quota_skip set state = 'undone', undone = now(), undoer = (select second from quota_skip where round = $1 and reason = 'moved'), undo_why = '\x00' where round = $1 and reason = 'undo'`,
		`insert into quota_skip (round, n, region, reason, words, asker, asked, undoes) select round, 2, region, 'undo', '\x00', asker, asked, id from quota_skip where round = $1 and reason = 'moved'`,
	})
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true))
	is(1, "two people's word on a skip", quota.Waiting)

	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: by}))
	must(t, w.quota.Undo(ctx, w.han, id, 1, w.stands(t, id, 1), "日子写错了"))
	is(1, "one person's word on an offer", quota.Offered)
	fails("an answer beside it", w.quota.Answer(ctx, w.lin, id, quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Accepted, Words: "要"}), quota.ErrDeclining)
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), false))
	is(1, "it was refused", quota.Offered)
	must(t, w.quota.Answer(ctx, w.lin, id, quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Accepted, Words: "要"}))
	w.refuses(t, id, []string{`update quota_offer set state = 'undone', undone = now(), undoer = maker, undo_why = '\x00' where round = $1`})
	w.undone(t, id, 1, "记错户了")
	is(1, "two people's word on an offer", quota.Waiting)
	c := w.course(t, id)
	if list := c.Undone(1); len(list) != 3 || list[0].What != quota.Undoing || list[1].What != quota.Passed || list[2].What != quota.Offered ||
		list[2].By != w.lin.ID || list[2].Second != w.han.ID || list[0].Second != 0 || list[2].Why != "记错户了" {
		t.Errorf("%+v", list)
	}
}
