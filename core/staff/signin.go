package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Guesses an account takes within a quarter of an hour from devices that never
// logged in to it; each known device has as many of its own, so that strangers
// cannot lock the owner out (security.md P30).
const maxGuesses = 10

// The two answers to a log-in that does not succeed. The first is the same for a
// wrong password, an unknown and a closed account.
var (
	ErrSignIn  = core.E(core.KindUnauthenticated, "sign_in", "用户名或密码不对。")
	ErrTooMany = core.E(core.KindTooMany, "sign_in_too_many", "试的次数太多了,请过 15 分钟再试,或者请管理员帮忙。")
)

// loginLetters are all that a log-in name is made of.
const loginLetters = "abcdefghijklmnopqrstuvwxyz0123456789._-"

// anyDevice stands for every device that never logged in to the account.
const anyDevice = ""

// Attempt is one try to log in. Device is the token that an earlier success gave
// this device, or "".
type Attempt struct {
	Login    string
	Password string
	Device   string
}

// Entrance is a log-in that succeeded. Device is the token to keep on the device.
type Entrance struct {
	Person Person
	Device string
}

// Authenticate checks a log-in from a device that is not known. Errors: ErrSignIn,
// ErrTooMany.
func (s *Staff) Authenticate(ctx context.Context, login, password string) (Person, error) {
	e, err := s.Enter(ctx, Attempt{Login: login, Password: password})
	return e.Person, err
}

// Enter checks a log-in. Errors: ErrSignIn, ErrTooMany.
func (s *Staff) Enter(ctx context.Context, a Attempt) (Entrance, error) {
	a.Login = strings.ToLower(strings.TrimSpace(a.Login))
	if len(a.Login) == 0 || len(a.Login) > 64 || len(a.Password) > maxPassword || len(a.Device) > 128 || strings.Trim(a.Login, loginLetters) != "" {
		return Entrance{}, ErrSignIn
	}
	found, err := s.look(ctx, a)
	if err != nil {
		return Entrance{}, err
	}
	if found.tries > maxGuesses {
		return Entrance{}, s.refused(ctx, found, ErrTooMany)
	}
	ok, err := s.hasher.matches(ctx, found.password, a.Password)
	if err != nil {
		return Entrance{}, err
	}
	if !ok {
		return Entrance{}, s.refused(ctx, found, ErrSignIn)
	}
	return s.admit(ctx, a, found)
}

// lookup is what is known of an attempt before the password is compared.
type lookup struct {
	id       core.StaffID // 0 for no such account
	password string       // "" for no such account
	device   string       // hash of the device's token, "" when not known to the account
	tries    int
}

// look counts the attempt and reads the account. The count is kept whatever comes
// after, so that a crash or a lost connection gives no free guess; and it is kept
// under a hash, because people type a password or an ID number for a log-in.
func (s *Staff) look(ctx context.Context, a Attempt) (lookup, error) {
	const account = `select a.id, a.password, coalesce((select d.device from staff_device d where d.staff = a.id and d.device = $2), '')
		from staff_account a where a.login = $1 and a.active`
	// clock_timestamp: guesses are counted in the machine's time, not in the demo's.
	const count = `insert into staff_guess (login, device, since, tries) values ($1, $2, clock_timestamp(), 1)
		on conflict (login, device) do update set
			tries = case when staff_guess.since < clock_timestamp() - interval '15 minutes' then 1 else least(staff_guess.tries + 1, 1000) end,
			since = case when staff_guess.since < clock_timestamp() - interval '15 minutes' then clock_timestamp() else staff_guess.since end
		returning tries`
	const sweep = `delete from staff_guess where since < clock_timestamp() - interval '1 day'`
	var found lookup
	err := s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		found = lookup{}
		err := tx.QueryRow(ctx, account, a.Login, hashToken(a.Device)).Scan(&found.id, &found.password, &found.device)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return pg.Fail(err, "read an account")
		}
		if err := tx.QueryRow(ctx, count, hashToken(a.Login), found.device).Scan(&found.tries); err != nil {
			return pg.Fail(err, "count a log-in")
		}
		_, err = tx.Exec(ctx, sweep)
		return pg.Fail(err, "forget old log-ins")
	})
	return found, err
}

// refused leaves a trace of a log-in that did not succeed, without its login: a
// password typed into the wrong field must not end up in the log.
func (s *Staff) refused(ctx context.Context, found lookup, why *core.Error) error {
	err := s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return s.trace(ctx, tx, audit.Actor{Kind: "staff"}, "refusal.sign_in", found.id)
	})
	if err != nil {
		return err
	}
	return why
}

// admit takes the attempt off the count and remembers the device.
func (s *Staff) admit(ctx context.Context, a Attempt, found lookup) (Entrance, error) {
	e := Entrance{Device: a.Device}
	if found.device == anyDevice {
		token := make([]byte, 24)
		if _, err := rand.Read(token); err != nil {
			return Entrance{}, core.E(core.KindUnavailable, "random", "").Wrap(err)
		}
		e.Device = hex.EncodeToString(token)
	}
	err := s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if e.Person, err = s.Person(ctx, tx, found.id); err != nil {
			return ErrSignIn.Wrap(err)
		}
		const back = `update staff_guess set tries = greatest(tries - 1, 0) where login = $1 and device = $2`
		if _, err := tx.Exec(ctx, back, hashToken(a.Login), found.device); err != nil {
			return pg.Fail(err, "take a log-in off the count")
		}
		const keep = `insert into staff_device (staff, device, used) values ($1, $2, clock_timestamp())
			on conflict (staff, device) do update set used = excluded.used`
		if _, err := tx.Exec(ctx, keep, int64(found.id), hashToken(e.Device)); err != nil {
			return pg.Fail(err, "remember a device")
		}
		who := audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(found.id), 10)}
		return s.log.Write(ctx, tx, audit.Entry{Actor: who, Act: "staff.signed_in", Subject: "staff:" + who.ID})
	})
	if err != nil {
		return Entrance{}, err
	}
	return e, nil
}

func hashToken(token string) string {
	if token == "" {
		return anyDevice
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
