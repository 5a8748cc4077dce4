package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
)

// A draft is discarded for a reason and once; its lines are free again and come into
// a new batch, which again two people must want. What was approved is the bank's.
// Control: leave release out of Discard, and there is nothing to batch again.
func TestDiscardFreesTheLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(2)
	create := func() (b Batch) {
		t.Helper()
		h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
			b, err = h.CreateBatch(ctx, tx, maker, Choice{})
			return err
		}))
		return b
	}
	discard := func(id int64, reason string) error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Discard(ctx, tx, check, id, reason) })
	}
	first := create()
	if err := discard(first.ID, "  "); core.KindOf(err) != core.KindInvalid {
		t.Fatalf("without a reason: %v", err)
	}
	h.must(discard(first.ID, "有一户的卡要先核"))
	if err := discard(first.ID, "再来一次"); !errors.Is(err, ErrMoved) {
		t.Fatalf("twice: %v", err)
	}
	second := create()
	if second.Totals != first.Totals || second.ID == first.ID {
		t.Fatalf("batched again: %+v, first %+v", second, first)
	}
	approve := func(by core.StaffID) error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, by, second.ID, second.Totals) })
	}
	if err := approve(maker); !errors.Is(err, ErrSamePerson) {
		t.Fatalf("its maker approved: %v", err)
	}
	h.must(approve(check))
	if err := discard(second.ID, "晚了"); !errors.Is(err, ErrMoved) {
		t.Fatalf("after the approval: %v", err)
	}
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		b, err := BatchByID(ctx, tx, first.ID)
		if err == nil && (b.Discarded != check || b.Why != "有一户的卡要先核") {
			t.Errorf("the discarded batch: %+v", b)
		}
		return err
	}))
}
