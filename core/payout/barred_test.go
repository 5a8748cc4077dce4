package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// decidedBy puts other names under every decision.
func (h *house) decidedBy(proposer, approver core.StaffID, claims ...core.ClaimID) {
	h.t.Helper()
	h.must(h.env.DB(pgtest.Owner).Tx(h.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `alter table decision disable trigger user`); err != nil {
			return pg.Fail(err, "triggers")
		}
		if _, err := tx.Exec(ctx, `update decision set proposer = $1, approver = $2 where claim_id = any ($3)`, proposer, approver, claims); err != nil {
			return pg.Fail(err, "other deciders")
		}
		_, err := tx.Exec(ctx, `alter table decision enable trigger user`)
		return pg.Fail(err, "triggers")
	}))
}

// Who proposed or approved what a batch pays neither makes nor approves it: their lines are left
// to another maker, an approval is refused with its reason, and the database refuses both whatever
// program writes.
//
// Controls: takeDue without notDecided ("the proposer's batch is {Lines:2 …}: … constraint
// payout_decider"); the trigger with the proposer alone ("12 approved what they decided: <nil>"); none
// when a batch is made ("the database lets who decided make a batch: <nil>").
func TestWhoDecidedDoesNotPay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := h.decided(1, town, 100), h.decided(2, town, 200)
	for _, e := range []Entitlement{first, second} {
		_, err := h.entitle(e)
		h.must(err)
	}
	h.decidedBy(maker, check, first.Claim)
	const third core.StaffID = 13
	make := func(by core.StaffID) (b Batch, err error) {
		err = h.tx(func(ctx context.Context, tx *pg.Tx) error { b, err = h.CreateBatch(ctx, tx, by, Choice{}); return err })
		return b, err
	}
	b, err := make(maker)
	if err != nil || b.Totals != (Totals{1, 200}) {
		t.Fatalf("the proposer's batch is %+v: %v", b.Totals, err)
	}
	if _, err := make(check); !errors.Is(err, ErrOthersOnly) {
		t.Errorf("the approver finds %v", err)
	}
	all, err := make(third)
	h.must(err)
	for _, by := range []core.StaffID{maker, check} {
		h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
			if err := h.Barred(ctx, tx, by, all.ID); !errors.Is(err, ErrDecider) {
				t.Errorf("%d is told %v", by, err)
			}
			return nil
		}))
		err := h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, by, all.ID, all.Totals) })
		if !errors.Is(err, ErrDecider) {
			t.Errorf("%d approved what they decided: %v", by, err)
		}
	}
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		if err := h.Barred(ctx, tx, 14, all.ID); err != nil {
			t.Errorf("somebody else is told %v", err)
		}
		return h.Approve(ctx, tx, 14, all.ID, all.Totals)
	}))
	last := h.decided(3, town, 300)
	_, err = h.entitle(last)
	h.must(err)
	h.decidedBy(1, third, last.Claim)
	err = h.env.DB(pgtest.Owner).Tx(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
		const q = `with b as (insert into payout_batch (created_by, lines, total, digest, created) values ($1, 1, 300, 'raw', now()) returning id)
			insert into payout_line (batch, entitlement, region, attempt, seq, amount, holder, account, last4, item, item_name, period)
			select b.id, e.id, e.region, 1, 1, e.amount, e.holder, e.account, e.last4, e.item, e.item_name, e.period from b, payout_entitlement e where e.claim = $2`
		_, err := tx.Exec(ctx, q, third, last.Claim)
		return pg.Fail(err, "a batch past the program")
	})
	if pg.Constraint(err) != "payout_decider" {
		t.Errorf("the database lets who decided make a batch: %v", err)
	}
}
