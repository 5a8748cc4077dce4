package payout

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
)

// The whole way by real jobs: an approval alone brings the money home, and the
// poll finds the answer by itself.
func TestApprovalBringsTheMoneyHome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sum := h.due(4)
	list := jobs.NewWorkers()
	poll := h.Register(list, time.Second)
	client, err := jobs.New(jobs.Config{DB: h.db, Schema: jobs.Platform, Workers: list, Periodic: []jobs.Periodic{poll}, Log: slog.New(slog.DiscardHandler)})
	h.must(err)
	h.must(client.Start(t.Context()))
	t.Cleanup(func() {
		if err := client.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	b := h.approved()
	jobstest.Until(t, "the batch to close", func(context.Context) bool { return h.view(b.ID).State == "closed" })
	if l := h.ledger(); l.Bank != sum || !l.Balanced() {
		t.Errorf("ledger %+v", l)
	}
}

// P15: whatever the lines, what is declared is what is in the bytes, to the fen.
func TestOrderTotalsAreThoseOfTheBytes(t *testing.T) {
	t.Parallel()
	payer := account(t, "622848000000000001")
	rapid.Check(t, func(r *rapid.T) {
		o := Order{Batch: "LN000000000001", Date: core.NewDate(2026, 3, 4), Payer: payer}
		for i := range rapid.IntRange(1, 40).Draw(r, "lines") {
			o.Lines = append(o.Lines, OrderLine{Line: "P" + formatID(int64(i)), Account: payer,
				Name: rapid.StringMatching(`[一-龥]{1,20}`).Draw(r, "name"), Amount: core.Fen(rapid.Int64Range(1, int64(core.MaxAmount)).Draw(r, "fen")),
				Item: "MZ-01", Period: "202603", Purpose: fit(rapid.StringMatching(`[一-龥a-z]{0,30}`).Draw(r, "purpose"), 30)})
		}
		raw, err := o.Bytes()
		if err != nil {
			r.Fatal(err)
		}
		batch, n, total, err := orderTotals(raw)
		if err != nil || batch != o.Batch || n != len(o.Lines) || total != o.Total() {
			r.Fatalf("%s %d %d %v", batch, n, total, err)
		}
	})
}
