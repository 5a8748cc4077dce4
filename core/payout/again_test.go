package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
)

// Money is issued again once: a second return opens no third try before somebody has
// written down why, and another confirms the card; the database holds it as well.
//
// Controls, seen red: ConfirmAccount without twice ("a third try: <nil>"); without the
// trigger ("by SQL: … 23514 constraint
// payout_line_entitled", which is another).
func TestMoneyThatCameBackTwiceWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.decided(1, town, 50000)
	_, err := h.entitle(e)
	h.must(err)
	cards := []core.BankAccount{e.Account, account(t, "62284811111100000"), account(t, "62284811111100001")}
	h.bank.set(func(b *bank) {
		b.codes = map[string]string{cards[0].Reveal(): CodeClosed, cards[1].Reveal(): CodeClosed}
	})
	propose := func(f Fix, to core.BankAccount) {
		t.Helper()
		h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
			return h.ProposeAccount(ctx, tx, maker, f.ID, Correction{to, "李秀英", "看了卡"})
		}))
	}
	confirm := func(by core.StaffID, f Fix) error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmAccount(ctx, tx, by, f.ID) })
	}
	allow := func(by core.StaffID, f Fix, says string) error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.AllowAgain(ctx, tx, by, f.ID, says) })
	}
	h.sendAll()
	first := h.fixes()[0]
	propose(first, cards[1])
	if err := allow(check, first, "查过"); !errors.Is(err, ErrMoved) || first.Times != 1 {
		t.Errorf("came back %d times, and is allowed: %v", first.Times, err)
	}
	h.must(confirm(check, first)) // once more, once
	h.sendAll()
	second := h.fixes()[0]
	propose(second, cards[2])
	if err := confirm(check, second); !errors.Is(err, ErrReturnedTwice) || second.Times != 2 {
		t.Errorf("a third try: %v, came back %d times", err, second.Times)
	}
	err = h.tx(func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into payout_line (batch, seq, entitlement, region, attempt, amount, holder, account, last4, item, item_name, period)
			select batch, seq + 1, entitlement, region, 3, amount, holder, account, last4, item, item_name, period from payout_line where id = $1`, second.Line.ID)
		return err
	})
	if pg.Constraint(err) != "payout_line_twice" {
		t.Errorf("by SQL: %v", err)
	}
	if err := allow(check, second, ""); core.KindOf(err) != core.KindInvalid {
		t.Errorf("without a reason: %v", err)
	}
	h.must(allow(check, second, "银行说旧卡换号,新卡当面试过"))
	if err := confirm(check, second); !errors.Is(err, ErrSamePerson) {
		t.Errorf("allowed and confirmed by one: %v", err)
	}
	h.must(confirm(check+1, second))
	if v := h.sendAll(); v.Paid != 50000 || h.entries("payment.allowed", "") != 1 {
		t.Errorf("the third time: %+v", v.Batch)
	}
}
