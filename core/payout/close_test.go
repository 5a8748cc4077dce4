package payout

import (
	"context"
	"testing"

	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
)

// closing does what the waiting close_batch jobs ask for, and fails when none waits.
func (h *house) closing(batch int64) {
	h.t.Helper()
	if jobstest.States(h.t, h.db, jobs.Platform, "close_batch")["available"] == 0 {
		h.t.Fatal("nobody asked to close the batch")
	}
	h.must(h.Close(h.t.Context(), batch))
}

// An officer who sees one township ends a task of a batch that holds another's line,
// by a stop or by a card; the batch closes by a job that sees all of it, when the last
// task has ended.
//
// Control: call closeIfDone in cancel and in ConfirmAccount instead of the job.
func TestOneTownshipEndsATaskOfAMixedBatch(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mine, second, others := h.decided(1, town, 36000), h.decided(2, town, 41000), h.decided(3, other, 38000)
	h.bank.set(func(b *bank) { b.codes = map[string]string{} })
	for _, e := range []Entitlement{mine, second, others} {
		_, err := h.entitle(e)
		h.must(err)
		h.bank.set(func(b *bank) { b.codes[e.Account.Reveal()] = CodeClosed })
	}
	v := h.sendAll()
	own := func(fn func(ctx context.Context, tx *pg.Tx) error) error {
		return h.db.Tx(t.Context(), pg.Regions(town), fn)
	}
	if err := own(func(ctx context.Context, tx *pg.Tx) error {
		return h.Stop(ctx, tx, StopOrder{Claim: mine.Claim, From: mine.Period, Reason: "r", Proposer: maker, By: check})
	}); err != nil {
		t.Fatalf("stop of a returned month: %v", err)
	}
	if err := own(func(ctx context.Context, tx *pg.Tx) error {
		_, err := h.ChangeCard(ctx, tx, CardChange{Case: second.Case, Proposer: maker, Confirmer: check,
			New: Correction{Account: account(t, "622848111111000001"), Holder: "李秀英", Evidence: "看了卡和身份证"}})
		return err
	}); err != nil {
		t.Fatalf("a card of one township: %v", err)
	}
	h.closing(v.ID)
	if got := h.view(v.ID); got.State != "answered" {
		t.Fatalf("closed with another township's task open: %s", got.State)
	}
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.Stop(ctx, tx, StopOrder{Claim: others.Claim, From: others.Period, Reason: "r", Proposer: maker, By: check})
	}))
	h.closing(v.ID)
	if got := h.view(v.ID); got.State != "closed" {
		t.Errorf("all tasks have ended and the batch is %s", got.State)
	}
}
