package citizen

import (
	"context"
	"errors"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Holder gives the account that a phone number is bound to; KindNotFound for none.
func (c *Citizens) Holder(ctx context.Context, phone core.Phone) (id string, err error) {
	const q = `select citizen from citizen_binding where kind = 'phone' and blind = $1 and unbound is null`
	err = c.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return pg.Fail(tx.QueryRow(ctx, q, c.blind(bind{kindPhone, phone.Reveal()})).Scan(&id), "find who holds a number")
	})
	return id, err
}

// ChangePhone puts a number that nobody holds in the place of the one an account has, or
// gives it a first one. The caller has proved the number and the person. Errors: ErrMoved.
func (c *Citizens) ChangePhone(ctx context.Context, id string, phone core.Phone) error {
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := free(ctx, tx, id); err != nil {
			return err
		}
		err := c.bind(ctx, tx, id, bind{kindPhone, phone.Reveal()})
		if errors.Is(err, ErrBusy) {
			return ErrMoved
		}
		if err != nil {
			return err
		}
		return c.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: id}, Act: "binding.added", Subject: "citizen:" + id, Purpose: "rebind", Detail: map[string]any{"kind": kindPhone}})
	})
}

// free takes the number off an account that is about to have another.
func free(ctx context.Context, tx *pg.Tx, id string) error {
	const off = `update citizen_binding set unbound = $2 where citizen = $1 and kind = 'phone' and unbound is null`
	_, err := tx.Exec(ctx, off, id, tx.Now())
	return pg.Fail(err, "take the old number off")
}

// Moving takes a phone number from one account to another.
type Moving struct {
	From, To string
	Phone    core.Phone
}

// ErrMoved says that the number is not where it was a moment ago.
var ErrMoved = core.E(core.KindConflict, "phone_moved", "这个号码刚刚有变动,请再试一次。")

// Move moves a number and ends every session of the account it leaves, in one
// transaction. The caller has proved the number and checked the person's real name (F95):
// there is nothing here that could. A number that To had before gives way. Errors: ErrMoved.
func (c *Citizens) Move(ctx context.Context, m Moving) error {
	const off = `update citizen_binding set unbound = $3 where citizen = $1 and kind = 'phone' and blind = $2 and unbound is null`
	const out = `update citizen_session set ended = $2 where citizen = $1 and ended is null`
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := free(ctx, tx, m.To); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, off, m.From, c.blind(bind{kindPhone, m.Phone.Reveal()}), tx.Now())
		if err != nil {
			return pg.Fail(err, "unbind a number")
		}
		if tag.RowsAffected() != 1 {
			return ErrMoved
		}
		if err := c.bind(ctx, tx, m.To, bind{kindPhone, m.Phone.Reveal()}); err != nil {
			if errors.Is(err, ErrBusy) {
				return ErrMoved
			}
			return err
		}
		if _, err := tx.Exec(ctx, out, m.From, tx.Now()); err != nil {
			return pg.Fail(err, "end sessions")
		}
		for id, act := range map[string]string{m.From: "binding.removed", m.To: "binding.added"} {
			err := c.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: m.To}, Act: act, Subject: "citizen:" + id, Purpose: "rebind", Detail: map[string]any{"kind": kindPhone}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
