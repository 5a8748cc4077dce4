package citizen

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
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
	codeTries     = 5                // guesses one code bears
	codePause     = 60 * time.Second // between two codes to one phone
	phoneSends    = 5                // codes to one phone in an hour
	phoneSendsDay = 10               // and in a day
	sourceSends   = 20               // codes one source may ask for in an hour
	phoneGuesses  = 10               // guesses on one phone in 15 minutes
	sourceGuesses = 60               // guesses of one source in 15 minutes
	guessWindow   = 15 * time.Minute
)

// Errors of log-in by code. ErrCode is the same for a wrong code, an old one and a
// phone that never asked.
var (
	ErrCode    = core.E(core.KindUnauthenticated, "wrong_code", "登录码不对或过了时间,请再要一个。")
	ErrTooMany = core.E(core.KindTooMany, "too_many_codes", "要得太勤了,过一会儿再来。急事打 12345。")
)

// SendCode makes a log-in code for a mobile and gives it, for the text message
// only. source names where the request came from (an address); it is kept as a
// keyed hash. Whether the phone has an account plays no part.
func (c *Citizens) SendCode(ctx context.Context, phone core.Phone, source string) (code string, err error) {
	if !phone.Mobile() {
		return "", core.Invalid("phone", "请填 11 位手机号。")
	}
	if code, err = newCode(); err != nil {
		return "", err
	}
	p, s := c.blind(bind{kindPhone, phone.Reveal()}), c.d.Ring.Blind("citizen.source", source)
	err = c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := lock(ctx, tx, p); err != nil {
			return err
		}
		const count = `select count(*) filter (where phone = $1 and made > $4),
				count(*) filter (where phone = $1 and made > $3::timestamptz - interval '1 hour'),
				count(*) filter (where phone = $1),
				count(*) filter (where source = $2 and made > $3::timestamptz - interval '1 hour')
			from citizen_code where (phone = $1 or source = $2) and made > $3::timestamptz - interval '1 day'`
		var minute, hour, day, from int
		if err := tx.QueryRow(ctx, count, p, s, tx.Now(), tx.Now().Add(-codePause)).Scan(&minute, &hour, &day, &from); err != nil {
			return pg.Fail(err, "count codes")
		}
		if minute > 0 || hour >= phoneSends || day >= phoneSendsDay || from >= sourceSends {
			return ErrTooMany
		}
		const q = `insert into citizen_code (phone, source, hash, made, expires) values ($1, $2, $3, $4, $5)`
		_, err := tx.Exec(ctx, q, p, s, c.codeHash(phone, code), tx.Now(), tx.Now().Add(codeLife))
		return pg.Fail(err, "keep a code")
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", core.E(core.KindInternal, "random", "").Wrap(err)
	}
	return fmt.Sprintf("%06d", n.Int64()), nil
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

// LoginPhone opens a session for the newest code of a phone; a first log-in makes
// the account. Every guess counts; past the limits ErrTooMany, and the phone is
// only slowed down, never locked out for good.
func (c *Citizens) LoginPhone(ctx context.Context, phone core.Phone, code, source string) (Login, error) {
	if !phone.Mobile() || len(code) != 6 {
		return Login{}, ErrCode
	}
	good, err := c.guess(ctx, phone, code, source)
	if err != nil {
		return Login{}, err
	}
	if !good {
		return Login{}, ErrCode
	}
	return c.enter(ctx, []bind{{kindPhone, phone.Reveal()}}, ByPhone)
}

// guess counts a guess, commits the count whatever comes of it, and uses the code
// up when it was right.
func (c *Citizens) guess(ctx context.Context, phone core.Phone, code, source string) (good bool, err error) {
	p, s := c.blind(bind{kindPhone, phone.Reveal()}), c.d.Ring.Blind("citizen.source", source)
	err = c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		good = false
		if err := lock(ctx, tx, p); err != nil {
			return err
		}
		const count = `select count(*) filter (where phone = $1), count(*) filter (where source = $2)
			from citizen_guess where (phone = $1 or source = $2) and at > $3`
		var byPhone, bySource int
		if err := tx.QueryRow(ctx, count, p, s, tx.Now().Add(-guessWindow)).Scan(&byPhone, &bySource); err != nil {
			return pg.Fail(err, "count guesses")
		}
		if byPhone >= phoneGuesses || bySource >= sourceGuesses {
			return ErrTooMany
		}
		const guessed = `insert into citizen_guess (phone, source, at) values ($1, $2, $3)`
		if _, err := tx.Exec(ctx, guessed, p, s, tx.Now()); err != nil {
			return pg.Fail(err, "count a guess")
		}
		good, err = c.useCode(ctx, tx, p, c.codeHash(phone, code))
		return err
	})
	return good, err
}

func (c *Citizens) useCode(ctx context.Context, tx *pg.Tx, phone, want []byte) (bool, error) {
	const q = `update citizen_code set tries = tries + 1
		where id = (select id from citizen_code where phone = $1 order by made desc, id desc limit 1)
			and used is null and expires > $2 and tries < $3 returning id, hash`
	var id int64
	var hash []byte
	err := pg.Fail(tx.QueryRow(ctx, q, phone, tx.Now(), codeTries).Scan(&id, &hash), "read a code")
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return false, nil
	}
	if err != nil || subtle.ConstantTimeCompare(hash, want) != 1 {
		return false, err
	}
	const used = `update citizen_code set used = $2 where id = $1`
	_, err = tx.Exec(ctx, used, id, tx.Now())
	return err == nil, pg.Fail(err, "use a code")
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
