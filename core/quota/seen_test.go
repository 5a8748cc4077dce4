package quota_test

import (
	"errors"
	"testing"

	"lianou/core/quota"
)

// TestAnActIsOnWhatWasSeen: of two officers before the same page, what one does meets what
// they saw, and never what the other has written meanwhile.
//
// Controls: without the comparison Second ("the other word is held: <nil>"), Undo ("an offer of
// which somebody wrote meanwhile: <nil>"), Answer ("an answer to the offer of before: <nil>") and Try
// ("an attempt for the offer of before: <nil>").
func TestAnActIsOnWhatWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, id, by := t.Context(), w.frozen(t, 1, 3), w.today(t)+7
	late := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, quota.ErrState) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: by}))
	open := w.stands(t, id, 1)
	says := quota.Answer{N: 1, Offer: open.ID, State: quota.Declined, Words: "不要了"}
	must(t, w.quota.Answer(ctx, w.han, id, says))
	first := w.stands(t, id, 1)
	late("an offer of which somebody wrote meanwhile", w.quota.Undo(ctx, w.lin, id, 1, open, "记错了"))
	must(t, w.quota.Undo(ctx, w.han, id, 1, first, "写错了"))
	says.Words = "想再等等"
	must(t, w.quota.Answer(ctx, w.han, id, says))
	late("the other word is held", w.quota.Second(ctx, w.lin, id, 1, first, true))
	late("the other word is taken back", w.quota.Undo(ctx, w.han, id, 1, first, "写错了"))
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), false))
	says.State, says.Words = quota.Accepted, "要"
	must(t, w.quota.Answer(ctx, w.lin, id, says))
	late("a place that was accepted meanwhile", w.quota.Undo(ctx, w.han, id, 1, open, "记错了"))

	two := w.frozen(t, 1, 3)
	must(t, w.quota.Offer(ctx, w.han, two, quota.Offering{N: 1, By: by}))
	was := w.stands(t, two, 1)
	w.undone(t, two, 1, "日子写错了")
	must(t, w.quota.Offer(ctx, w.lin, two, quota.Offering{N: 1, By: by + 3}))
	says.Offer = was.ID
	late("an answer to the offer of before", w.quota.Answer(ctx, w.han, two, says))
	late("an attempt for the offer of before", w.quota.Try(ctx, w.han, two, 1, was.ID, quota.Try{How: quota.ByCall, Words: "没人接"}))
	for _, s := range []quota.Seen{{}, was, w.stands(t, two, 1)} {
		if got := quota.ParseSeen(s.String()); got != s {
			t.Errorf("%q is read as %v", s, got)
		}
	}
	for _, s := range []string{"offer-1", "offer-x-open", "offer-1-open-2", "offer 1 open", "offer--1-open"} {
		if got := quota.ParseSeen(s); got != (quota.Seen{}) {
			t.Errorf("%q is read as %v", s, got)
		}
	}
}
