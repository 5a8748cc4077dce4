package payout

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// A month that came back twice does not begin anew by another claim of the same person, in another
// township: it goes on with the tries of the first and waits for two people, in the list of what is
// held back and by SQL. What came back once goes once more, and the next month goes by itself.
//
// Controls: none seen red yet.
func TestAMonthThatCameBackTwiceBeginsNotAnew(t *testing.T) {
	t.Parallel()
	for _, times := range []int{1, 2} {
		h := newHouse(t)
		first := h.decided(1, town, 50000)
		_, err := h.entitle(first)
		h.must(err)
		second := account(t, "62284811111100000")
		h.bank.set(func(b *bank) {
			b.codes = map[string]string{first.Account.Reveal(): CodeClosed, second.Reveal(): CodeClosed}
		})
		h.sendAll()
		if times == 2 {
			h.must(h.correct(h.fixes()[0], second, check))
			h.sendAll()
		}
		h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
			return h.Stop(ctx, tx, StopOrder{Claim: first.Claim, From: first.Period, Reason: "另报了一件", Proposer: check, By: maker})
		}))
		again := h.decided(2, other, 50000)
		again.Members = first.Members
		_, err = h.entitle(again)
		h.must(err)
		held := h.heldBack()
		if times == 1 {
			if len(held) != 0 || h.sendAll().Paid != 50000 {
				t.Errorf("came back once: %+v held", held)
			}
			continue
		}
		if len(held) != 1 || held[0].Kind != "back" || held[0].Pay.Region != other || held[0].Other.Region != town {
			t.Fatalf("came back twice: held %+v", held)
		}
		if _, err := h.batch(); !errors.Is(err, ErrNothingDue) {
			t.Errorf("a third try: %v", err)
		}
		if err := h.lineBySQL(again.Claim, 3); pg.Constraint(err) != "payout_line_twice" {
			t.Errorf("by SQL: %v", err)
		}
		h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
			return h.SayApart(ctx, tx, maker, held[0].ID, "两张旧卡都销了户,新卡当面试过")
		}))
		h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
			return h.LetGo(ctx, tx, check, held[0].ID, "两张旧卡都销了户,新卡当面试过")
		}))
		if v := h.sendAll(); v.Paid != 50000 || len(h.heldBack()) != 0 {
			t.Errorf("after two people: %+v", v.Batch)
		}
		h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
			_, err := h.NextMonth(ctx, tx, first.Period.Next())
			return err
		}))
		if v := h.sendAll(); v.Paid != 50000 {
			t.Errorf("the month after: %+v", v.Batch)
		}
	}
}

// heldBack looks for what may be the same money again, as a payer's page does, and lists it.
func (h *house) heldBack() (held []Held) {
	h.t.Helper()
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { _, err := h.HoldBack(ctx, tx, Choice{}); return err }))
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) { held, err = h.Held(ctx, tx); return err }))
	return held
}

// lineBySQL puts the money of a claim into the newest batch, past the program.
func (h *house) lineBySQL(claim core.ClaimID, attempt int) error {
	return h.tx(func(ctx context.Context, tx *pg.Tx) error {
		const q = `insert into payout_line (batch, entitlement, region, attempt, seq, amount, holder, account, last4, item, item_name, period)
			select (select max(id) from payout_batch), e.id, e.region, $2, 90, e.amount, e.holder, e.account, e.last4, e.item, e.item_name, e.period
			from payout_entitlement e where e.claim = $1 and e.state = 'due'`
		_, err := tx.Exec(ctx, q, claim, attempt)
		return pg.Fail(err, "a line past the program")
	})
}

// What a statement has as paid is asked once a look, however much went into a batch before: after a
// discarded draft each payment of it was asked for by itself.
//
// Controls: none seen red yet.
func TestStatementsAreAskedOnceALook(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const many = 40
	h.due(many)
	b, err := h.batch()
	h.must(err)
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Discard(ctx, tx, maker, b.ID, "重做") }))
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	h.must(err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	tx, err := conn.Begin(t.Context())
	h.must(err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = tx.Exec(t.Context(), `set local track_functions = 'all'`)
	h.must(err)
	var lines, calls int
	h.must(tx.QueryRow(t.Context(), `select count(*)`+dueNow, "203012").Scan(&lines))
	const asked = `select coalesce(sum(calls), 0) from pg_stat_xact_user_functions where funcname like 'payout_contradicted%'`
	h.must(tx.QueryRow(t.Context(), asked).Scan(&calls))
	if lines != many || calls > 1 {
		t.Errorf("%d due, %d questions", lines, calls)
	}
}
