package citizen

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// Limits of log-in by code (security.md P30).
const (
	codeLife      = 5 * time.Minute
	codeTries     = 3                // guesses one code bears
	codePause     = 60 * time.Second // between two codes to one phone
	phoneSends    = 3                // codes to one phone in guessWindow: with codeTries, nine guesses
	phoneSendsDay = 10               // and in a day
	ownSendsHr    = 4                // codes to one phone that one source may ask for in an hour
	ownSendsDay   = 6                // and in a day: no single source spends what all have
	sourceSends   = 60               // codes that go out in an hour because one source asked; a village may share one
	sourceGuesses = 60               // guesses of one source in guessWindow that open no code
	guessWindow   = 15 * time.Minute
	familiarFor   = 180 * 24 * time.Hour // after a log-in, a source keeps codes of its own
)

// Errors of log-in by code. ErrCode is the same for a wrong code, an old one and a
// phone that never asked.
var (
	ErrCode    = core.E(core.KindUnauthenticated, "wrong_code", "登录码不对或过了时间,请再要一个。")
	ErrTooMany = core.E(core.KindTooMany, "too_many_codes", "要得太勤了,过一会儿再来。也可以从微信里登录;急事打 12345。")
)

// Code is a log-in code with the ticket of who asked for it: without the ticket nobody can
// guess at the code, so others' guesses cost its owner nothing.
type Code struct{ Digits, Ticket string }

// SendCode makes a log-in code for a mobile and gives it: the digits for the text message
// only, the ticket for who asked only. source names where the request came from (an
// address); it is kept as a keyed hash. What a source did itself is refused with ErrTooMany.
// When others have asked for so many codes to the phone that no more text messages go to
// it, the answer is one like any other, without digits to send: who is refused there and
// not here would learn whether the phone has an account that is used from here. A source
// that the phone was logged in from before is not counted among the others.
func (c *Citizens) SendCode(ctx context.Context, phone core.Phone, source string) (Code, error) {
	if !phone.Mobile() {
		return Code{}, core.Invalid("phone", "请填 11 位手机号。")
	}
	code, err := newCode()
	if err != nil {
		return Code{}, err
	}
	p, s := c.blind(bind{kindPhone, phone.Reveal()}), c.d.Ring.Blind("citizen.source", source)
	full := false
	err = c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		for _, turn := range [][]byte{s, p} {
			if err := lock(ctx, tx, turn); err != nil {
				return err
			}
		}
		var err error
		if full, err = mayAsk(ctx, tx, p, s); err != nil {
			return err
		}
		// One that is not sent is kept as well, over as soon as it is made: the source that
		// asked has spent one of its own, as everybody who asks.
		life := codeLife
		if full {
			life = 0
		}
		const q = `insert into citizen_code (phone, source, hash, ticket, made, expires) values ($1, $2, $3, $4, $5, $6)`
		_, err = tx.Exec(ctx, q, p, s, c.codeHash(phone, code.Digits), hashOf(code.Ticket), tx.Now(), tx.Now().Add(life))
		return pg.Fail(err, "keep a code")
	})
	if err != nil {
		return Code{}, err
	}
	if full {
		code.Digits = ""
	}
	return code, nil
}

// mayAsk counts the codes to a phone: those of the source, past which it errs, and those of
// all that are not familiar with it together, and the source's to all phones, past which full
// is true.
func mayAsk(ctx context.Context, tx *pg.Tx, phone, source []byte) (full bool, err error) {
	known, err := familiar(ctx, tx, phone, source)
	if err != nil {
		return false, err
	}
	const count = `select count(*) filter (where own and made > $4), count(*) filter (where own and made > $5),
			count(*) filter (where own and made > $3::timestamptz - interval '1 hour'), count(*) filter (where own),
			count(*) filter (where source = $2 and sent and made > $3::timestamptz - interval '1 hour'),
			count(*) filter (where phone = $1 and sent and made > $5), count(*) filter (where phone = $1 and sent)
		from (select made, source, phone, expires > made as sent, phone = $1 and source = $2 as own from citizen_code
			where (phone = $1 or source = $2) and made > $3::timestamptz - interval '1 day') as codes`
	var minute, window, hour, day, from, all, allDay int
	now := tx.Now()
	err = tx.QueryRow(ctx, count, phone, source, now, now.Add(-codePause), now.Add(-guessWindow)).Scan(&minute, &window, &hour, &day, &from, &all, &allDay)
	if err != nil {
		return false, pg.Fail(err, "count codes")
	}
	if minute > 0 || window >= phoneSends || hour >= ownSendsHr || day >= ownSendsDay {
		return false, ErrTooMany
	}
	return !known && (all >= phoneSends || allDay >= phoneSendsDay || from >= sourceSends), nil
}

// familiar reports whether a phone's account was logged in from a source before.
func familiar(ctx context.Context, tx *pg.Tx, phone, source []byte) (known bool, err error) {
	const q = `select exists (select from citizen_binding b join citizen_session s on s.citizen = b.citizen
		where b.kind = 'phone' and b.blind = $1 and b.unbound is null and s.source = $2 and s.started > $3)`
	err = tx.QueryRow(ctx, q, phone, source, tx.Now().Add(-familiarFor)).Scan(&known)
	return known, pg.Fail(err, "look for a familiar source")
}

func newCode() (Code, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return Code{}, core.E(core.KindInternal, "random", "").Wrap(err)
	}
	ticket, _, err := newRefresh()
	return Code{Digits: fmt.Sprintf("%06d", n.Int64()), Ticket: ticket}, err
}

// codeHash is keyed, because six digits alone are guessed from any plain hash.
func (c *Citizens) codeHash(phone core.Phone, code string) []byte {
	return c.d.Ring.Blind("citizen.code", phone.Reveal()+"/"+code)
}

// lock makes requests about one phone take turns, so that limits hold to the
// number under any concurrency.
func lock(ctx context.Context, tx *pg.Tx, phone []byte) error {
	const q = `select pg_advisory_xact_lock(hashtextextended($1, 713485))`
	_, err := tx.Exec(ctx, q, hex.EncodeToString(phone))
	return pg.Fail(err, "take turns")
}

// Sweep forgets codes and guesses older than two days; the sweeper calls it.
func (c *Citizens) Sweep(ctx context.Context) error {
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		old := tx.Now().Add(-48 * time.Hour)
		if _, err := tx.Exec(ctx, `delete from citizen_code where made < $1`, old); err != nil {
			return pg.Fail(err, "forget codes")
		}
		if _, err := tx.Exec(ctx, `delete from citizen_grant_event where at < $1`, old); err != nil {
			return pg.Fail(err, "forget pushes")
		}
		_, err := tx.Exec(ctx, `delete from citizen_guess where at < $1`, old)
		return pg.Fail(err, "forget guesses")
	})
}
