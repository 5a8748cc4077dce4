package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Guesses an account takes within a quarter of an hour from devices that never
// logged in to it; each known device has as many of its own, so that strangers
// cannot lock the owner out (security.md P30).
const (
	maxGuesses = 10
	guessTime  = 15 * time.Minute
)

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

// Entrance is a log-in whose password was right. Device is the token to keep on the device; where
// something is still needed there is none, and nobody is logged in.
type Entrance struct {
	Person Person
	Device string
	Need   Need
}

// Authenticate checks a log-in from a device that is not known, of an account that needs no second
// factor. Errors: ErrSignIn, ErrTooMany, ErrSecond.
func (s *Staff) Authenticate(ctx context.Context, login, password string) (Person, error) {
	e, err := s.Enter(ctx, Attempt{Login: login, Password: password})
	if err == nil && e.Need != NeedNothing {
		return Person{}, ErrSecond
	}
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
	factor   int64        // the second factor of the account, 0 for none
	signed   bool         // the city signed under demand
	password string       // "" for no such account
	device   string       // hash of the device's token, "" when not known to the account
	tries    int
}

// look counts the attempt and reads the account. The count is kept whatever comes
// after, so that a crash or a lost connection gives no free guess; and it is kept
// under a hash, because people type a password or an ID number for a log-in.
func (s *Staff) look(ctx context.Context, a Attempt) (lookup, error) {
	const account = `select a.id, a.password, coalesce((select d.device from staff_device d where d.staff = a.id and d.device = $2), ''),
			coalesce((select f.id from staff_factor f where f.staff = a.id and f.enrolled is not null and f.ended is null), 0), exists (select from staff_demand)
		from staff_account a where a.login = $1 and a.active`
	var found lookup
	err := s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		found = lookup{}
		err := tx.QueryRow(ctx, account, a.Login, hashToken(a.Device)).Scan(&found.id, &found.password, &found.device, &found.factor, &found.signed)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return pg.Fail(err, "read an account")
		}
		found.tries, err = guess(ctx, tx, guesses{of: hashToken(a.Login), device: found.device, within: guessTime})
		return err
	})
	return found, err
}

// guesses is what is counted: tries at an account from a device, within a time.
type guesses struct {
	of, device string
	within     time.Duration
}

// guess counts one more try and gives how many there were. Guesses are counted in the machine's
// time (clock_timestamp), not in the demo's.
func guess(ctx context.Context, tx *pg.Tx, g guesses) (tries int, err error) {
	const count = `insert into staff_guess (login, device, since, tries) values ($1, $2, clock_timestamp(), 1)
		on conflict (login, device) do update set
			tries = case when staff_guess.since < clock_timestamp() - make_interval(secs => $3) then 1 else least(staff_guess.tries + 1, 1000) end,
			since = case when staff_guess.since < clock_timestamp() - make_interval(secs => $3) then clock_timestamp() else staff_guess.since end
		returning tries`
	if err := tx.QueryRow(ctx, count, g.of, g.device, g.within.Seconds()).Scan(&tries); err != nil {
		return 0, pg.Fail(err, "count a log-in")
	}
	_, err = tx.Exec(ctx, `delete from staff_guess where since < clock_timestamp() - interval '1 day'`)
	return tries, pg.Fail(err, "forget old log-ins")
}

// unguess takes a try that was right off the count.
func unguess(ctx context.Context, tx *pg.Tx, of, device string) error {
	_, err := tx.Exec(ctx, `update staff_guess set tries = greatest(tries - 1, 0) where login = $1 and device = $2`, of, device)
	return pg.Fail(err, "take a log-in off the count")
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

// admit takes the attempt off the count and remembers the device; where a second factor is needed
// neither is done before that: a device that knows the password alone is a stranger's.
func (s *Staff) admit(ctx context.Context, a Attempt, found lookup) (e Entrance, err error) {
	err = s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		e = Entrance{Need: s.need(found.factor, found.signed)}
		var err error
		if e.Person, err = s.Person(ctx, tx, found.id); err != nil {
			return ErrSignIn.Wrap(err)
		}
		if err := unguess(ctx, tx, hashToken(a.Login), found.device); err != nil || e.Need != NeedNothing {
			return err
		}
		e.Device, err = s.signedIn(ctx, tx, found.id, browser{token: a.Device, known: found.device != anyDevice})
		return err
	})
	return e, err
}

// browser is what somebody logs in with: the token it gave, and whether it was there before.
type browser struct {
	token string
	known bool
}

// signedIn remembers the browser, gives its token, and leaves a trace of the log-in.
func (s *Staff) signedIn(ctx context.Context, tx *pg.Tx, id core.StaffID, b browser) (string, error) {
	token, err := remember(ctx, tx, id, b)
	if err != nil {
		return "", err
	}
	who := audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(id), 10)}
	return token, s.log.Write(ctx, tx, audit.Entry{Actor: who, Act: "staff.signed_in", Subject: "staff:" + who.ID})
}

// remember has a browser known to the account, and gives its token.
func remember(ctx context.Context, tx *pg.Tx, id core.StaffID, b browser) (string, error) {
	if !b.known {
		token := make([]byte, 24)
		if _, err := rand.Read(token); err != nil {
			return "", core.E(core.KindUnavailable, "random", "").Wrap(err)
		}
		b.token = hex.EncodeToString(token)
	}
	const keep = `insert into staff_device (staff, device, used) values ($1, $2, clock_timestamp())
		on conflict (staff, device) do update set used = excluded.used`
	_, err := tx.Exec(ctx, keep, int64(id), hashToken(b.token))
	return b.token, pg.Fail(err, "remember a device")
}

// forgetBrowsers has no browser known to an account any more.
func forgetBrowsers(ctx context.Context, tx *pg.Tx, id core.StaffID) error {
	_, err := tx.Exec(ctx, `delete from staff_device where staff = $1`, int64(id))
	return pg.Fail(err, "forget devices")
}

// forgetGuesses clears what was tried at an account: passwords, and codes wherever they are counted.
func forgetGuesses(ctx context.Context, tx *pg.Tx, id core.StaffID) error {
	var login string
	if err := tx.QueryRow(ctx, `select login from staff_account where id = $1`, int64(id)).Scan(&login); err != nil {
		return pg.Fail(err, "read an account")
	}
	of := []string{hashToken(login)}
	for _, full := range []bool{false, true} {
		h := Half{Person: Person{ID: id}, Full: full}
		for _, what := range []string{countedPassword, countedCode, countedDay, countedKnown} {
			of = append(of, h.counted(what))
		}
	}
	_, err := tx.Exec(ctx, `delete from staff_guess where login = any ($1)`, of)
	return pg.Fail(err, "forget log-ins")
}

func hashToken(token string) string {
	if token == "" {
		return anyDevice
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
