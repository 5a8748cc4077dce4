package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core/pg"
)

// Two lines of one family's closed card are one errand: one proposal and one
// confirmation mend both. Another family's line is not touched.
//
// Control: drop "g.case_id = e.case_id" and the other family's line comes along
// when the cards end alike.
func TestSameCardIsOneErrand(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mine, other := h.decided(1, town, 36000), h.decided(2, town, 41000)
	other.Account = mine.Account // a card that two families gave
	next := mine
	next.Period = mine.Period.Next()
	codes := map[string]string{mine.Account.Reveal(): CodeClosed}
	for _, e := range []Entitlement{mine, next, other} {
		_, err := h.entitle(e)
		h.must(err)
	}
	h.bank.set(func(b *bank) { b.codes = codes })
	h.sendAll()
	tasks := h.fixes()
	if len(tasks) != 3 {
		t.Fatalf("%d tasks, want 3", len(tasks))
	}
	var together []int64
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		together, err = h.SameCard(ctx, tx, tasks[1].ID)
		return err
	}))
	if len(together) != 2 || together[0] != tasks[1].ID || together[1] != tasks[0].ID {
		t.Fatalf("same card: %v of %d and %d", together, tasks[0].ID, tasks[1].ID)
	}
	h.mend(tasks[0], account(t, "622848111111000001"))
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		together, err = h.SameCard(ctx, tx, tasks[1].ID)
		return err
	}))
	if len(together) != 1 {
		t.Errorf("a mended line is still asked for: %v", together)
	}
	err := h.tx(func(ctx context.Context, tx *pg.Tx) error { _, err := h.SameCard(ctx, tx, tasks[0].ID); return err })
	if !errors.Is(err, ErrMoved) {
		t.Errorf("a task that is over: %v", err)
	}
}
