package payout

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// In a city that demands a second factor nobody approves a batch, and nobody puts another card in
// force, who did not show one within a working day: not by SQL as the application's own role either.
//
// Control: without trigger payout_second on payout_batch ("approved by who showed none: <nil>") and on
// payout_fix ("a card, by who showed none: <nil>").
func TestMoneyNeedsASecondFactor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.decided(9, town, 50000)
	_, err := h.entitle(e)
	h.must(err)
	h.bank.set(func(b *bank) { b.codes = map[string]string{e.Account.Reveal(): CodeClosed} })
	h.sendAll()
	fix := h.fixes()[0]
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.ProposeAccount(ctx, tx, maker, fix.ID, Correction{account(t, "62284811111100000"), "李秀英", "看了卡"})
	}))
	h.due(2)
	var b Batch
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = h.CreateBatch(ctx, tx, maker, Choice{})
		return err
	}))
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	h.must(err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	super := func(sql string) {
		t.Helper()
		_, err := conn.Exec(t.Context(), `begin; set local session_replication_role = replica; `+sql+`; commit`)
		h.must(err)
	}
	approve := func() error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, check, b.ID, b.Totals) })
	}
	confirm := func() error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmAccount(ctx, tx, check, fix.ID) })
	}
	refused := func(what string) {
		t.Helper()
		if err := approve(); !errors.Is(err, ErrSecond) {
			t.Errorf("approved by who showed %s: %v", what, err)
		}
		if err := confirm(); !errors.Is(err, ErrSecond) {
			t.Errorf("a card, by who showed %s: %v", what, err)
		}
	}
	super(`insert into staff_demand default values`)
	refused("none")
	who := core.StaffID(check)
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica`)
	h.must(err)
	_, err = conn.Exec(t.Context(), `insert into staff_factor (id, staff, secret, begun, enrolled, last_step) overriding system value values (1, $1, 'x', now(), now(), 1)`, int64(who))
	h.must(err)
	_, err = conn.Exec(t.Context(), `insert into staff_shown (session, staff, factor, step, at) values ('0011223344556677', $1, 1, 1, now() - interval '13 hours')`, int64(who))
	h.must(err)
	refused("one yesterday")
	super(`delete from staff_demand`) // whoever has a phone needs it, demanded or not
	refused("one yesterday, in a city that does not demand it")
	super(`update staff_shown set at = now()`)
	h.must(approve())
	h.must(confirm())
}
