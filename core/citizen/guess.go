package citizen

import (
	"context"
	"crypto/subtle"

	"lianou/core"
	"lianou/core/pg"
)

// LoginPhone opens a session for a code that was read off a phone; a first log-in makes
// the account. A code bears codeTries guesses of who holds its ticket. What opens no code is
// counted by its source, past the limit ErrTooMany; who holds a ticket is not kept out by
// that, though others guess from the same address.
func (c *Citizens) LoginPhone(ctx context.Context, phone core.Phone, code Code, source string) (Login, error) {
	if err := c.Prove(ctx, phone, code, source); err != nil {
		return Login{}, err
	}
	return c.enter(ctx, entry{binds: []bind{{kindPhone, phone.Reveal()}}, way: ByPhone, source: c.d.Ring.Blind("citizen.source", source)})
}

// Prove reports whether somebody has just read a code off a phone. Errors: ErrCode,
// ErrTooMany.
func (c *Citizens) Prove(ctx context.Context, phone core.Phone, code Code, source string) error {
	if !phone.Mobile() || len(code.Digits) != 6 || len(code.Ticket) != ticketLen {
		return ErrCode
	}
	good, err := c.guess(ctx, phone, code, source)
	if err == nil && !good {
		err = ErrCode
	}
	return err
}

// guess tries a code and uses it up when it was right. One without a ticket of a code that
// stands is counted, and the count committed whatever comes of it.
func (c *Citizens) guess(ctx context.Context, phone core.Phone, code Code, source string) (good bool, err error) {
	p, s := c.blind(bind{kindPhone, phone.Reveal()}), c.d.Ring.Blind("citizen.source", source)
	err = c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var held bool
		var err error
		held, good, err = c.useCode(ctx, tx, trial{phone: p, ticket: hashOf(code.Ticket), want: c.codeHash(phone, code.Digits)})
		if err != nil || held {
			return err
		}
		if err := lock(ctx, tx, s); err != nil {
			return err
		}
		const count = `select count(*) from citizen_guess where source = $1 and at > $2`
		var n int
		if err := tx.QueryRow(ctx, count, s, tx.Now().Add(-guessWindow)).Scan(&n); err != nil {
			return pg.Fail(err, "count guesses")
		}
		if n >= sourceGuesses {
			return ErrTooMany
		}
		const guessed = `insert into citizen_guess (phone, source, at) values ($1, $2, $3)`
		_, err = tx.Exec(ctx, guessed, p, s, tx.Now())
		return pg.Fail(err, "count a guess")
	})
	return good, err
}

// trial is one guess: at whose code, by whom, and what was guessed.
type trial struct{ phone, ticket, want []byte }

// useCode counts the guess at a code whose ticket it holds; without one held is false.
func (c *Citizens) useCode(ctx context.Context, tx *pg.Tx, t trial) (held, good bool, err error) {
	const q = `update citizen_code set tries = tries + 1
		where ticket = $1 and phone = $2 and used is null and expires > $3 and tries < $4 returning id, hash`
	var id int64
	var hash []byte
	err = pg.Fail(tx.QueryRow(ctx, q, t.ticket, t.phone, tx.Now(), codeTries).Scan(&id, &hash), "read a code")
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return false, false, nil
	}
	if err != nil || subtle.ConstantTimeCompare(hash, t.want) != 1 {
		return err == nil, false, err
	}
	const used = `update citizen_code set used = $2 where id = $1`
	_, err = tx.Exec(ctx, used, id, tx.Now())
	return true, err == nil, pg.Fail(err, "use a code")
}
