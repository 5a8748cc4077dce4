package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// How long a session lives without a request, and at most (security.md P30).
const (
	SessionIdle     = 15 * time.Minute
	SessionAbsolute = 12 * time.Hour
)

// SessionConfig is what NewSessions needs.
type SessionConfig struct {
	// Staff reads the accounts. Required.
	Staff *Staff

	// Secure sends the cookie over TLS only. Defaults to false, for loopback.
	Secure bool
}

// Sessions keeps log-ins in the database, the cookie holding a random token and
// the database its hash. An account is read again at every request, so closing
// it, or raising its epoch, ends every session at once.
type Sessions struct {
	m     *scs.SessionManager
	staff *Staff
}

// ErrNoSession says that nobody is logged in, or no longer.
var ErrNoSession = core.E(core.KindUnauthenticated, "no_session", "请先登录。")

// Keys inside a session.
const (
	keyStaff = "staff"
	keyEpoch = "epoch"
	keyHalf  = "half"  // whose password was right, and no more
	keySince = "since" // when that was, in seconds
	keyOffer = "offer" // the device that is being enrolled in this session
)

// NewSessions makes a ready Sessions.
func NewSessions(cfg SessionConfig) (*Sessions, error) {
	if cfg.Staff == nil {
		return nil, core.E(core.KindInternal, "staff_config", "").Wrap(errors.New("staff.SessionConfig needs Staff"))
	}
	m := scs.New()
	m.IdleTimeout, m.Lifetime = SessionIdle, SessionAbsolute
	m.Store = &sessionStore{db: cfg.Staff.db}
	m.HashTokenInStore = true
	m.Cookie.Name, m.Cookie.HttpOnly, m.Cookie.Secure = "lianou_staff", true, cfg.Secure
	m.Cookie.SameSite, m.Cookie.Persist = http.SameSiteStrictMode, false
	m.ErrorFunc = func(w http.ResponseWriter, _ *http.Request, _ error) {
		http.Error(w, "系统正忙,请过一会儿再试。", http.StatusServiceUnavailable)
	}
	return &Sessions{m: m, staff: cfg.Staff}, nil
}

// Wrap loads the session of each request and saves it with the answer. SignIn,
// SignOut and Who work below it only.
func (s *Sessions) Wrap(next http.Handler) http.Handler {
	keeping := s.m.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !byItself(r) {
			keeping.ServeHTTP(w, r)
			return
		}
		token := ""
		if cookie, err := r.Cookie(s.m.Cookie.Name); err == nil {
			token = cookie.Value
		}
		ctx, err := s.m.Load(r.Context(), token)
		if err != nil {
			s.m.ErrorFunc(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// HeaderPoll marks what a page asks by itself, as time goes by.
const HeaderPoll = "Lianou-Poll"

// byItself reports that a page asked and no person did: it must not keep alive a session
// that nobody sits at. Who leaves the mark out has a person's token anyway.
func byItself(r *http.Request) bool {
	return r.Method == http.MethodGet && (r.Header.Get(HeaderPoll) != "" || r.Header.Get("Upgrade") != "")
}

// SignIn makes the session a person's, under a new token: one that was known
// before the log-in is worth nothing after it. Errors: ErrSecond for an account that needs a second
// factor, for which there is SignInWith.
func (s *Sessions) SignIn(ctx context.Context, p Person) error { return s.SignInWith(ctx, p, Proof{}) }

// SignInWith is SignIn after a second factor was shown: the database keeps by which device and when.
// Errors: ErrSecond for a device that is no longer the account's, or a code that opened a session before.
func (s *Sessions) SignInWith(ctx context.Context, p Person, proof Proof) error {
	a, err := s.account(ctx, p.ID)
	if err != nil {
		return err
	}
	if a.need != NeedNothing && proof.Factor == 0 || proof.Factor != 0 && proof.Factor != a.factor {
		return ErrSecond
	}
	if err := s.anew(ctx); err != nil {
		return err
	}
	if proof.Factor != 0 {
		if err := s.show(ctx, p, proof); err != nil {
			return err
		}
	}
	s.m.Put(ctx, keyStaff, int64(p.ID))
	s.m.Put(ctx, keyEpoch, a.epoch)
	return nil
}

// anew gives the session another token and forgets what was in it.
func (s *Sessions) anew(ctx context.Context) error {
	if err := s.m.RenewToken(ctx); err != nil {
		return pg.Fail(err, "renew a session")
	}
	for _, key := range []string{keyStaff, keyEpoch, keyHalf, keySince, keyOffer} {
		s.m.Remove(ctx, key)
	}
	return nil
}

// SignOut ends the session.
func (s *Sessions) SignOut(ctx context.Context) error {
	return pg.Fail(s.m.Destroy(ctx), "end a session")
}

// Who gives the person of the session as their account is now. Errors:
// ErrNoSession, also for whom a second factor is demanded of by now, or whose device was ended, or
// who showed it longer ago than SecondLife.
func (s *Sessions) Who(ctx context.Context) (Person, error) {
	id := core.StaffID(s.m.GetInt64(ctx, keyStaff))
	if id == 0 {
		return Person{}, ErrNoSession
	}
	var p Person
	var a account
	err := s.staff.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if p, err = s.staff.Person(ctx, tx, id); err != nil {
			return err
		}
		a, err = s.readAccount(ctx, tx, id)
		return err
	})
	if core.KindOf(err) == core.KindNotFound || (err == nil && (a.epoch != s.m.GetInt64(ctx, keyEpoch) || a.need != NeedNothing && !a.fresh)) {
		return Person{}, ErrNoSession
	}
	p.Session = s.name(ctx)
	if a.fresh {
		p.Second = Second{Factor: a.factor, At: a.shown, Demanded: s.staff.demand || a.signed}
	}
	return p, err
}

// name is what a session is called where something is signed in it: of the token, which it does not
// give away, and not its hash in the database either.
func (s *Sessions) name(ctx context.Context) string {
	sum := sha256.Sum256([]byte("lianou session\n" + s.m.Token(ctx)))
	return hex.EncodeToString(sum[:8])
}

// Again gives the person of a request's session as things stand now, for what
// outlives the request: a websocket. Errors: ErrNoSession.
func (s *Sessions) Again(r *http.Request) (Person, error) {
	cookie, err := r.Cookie(s.m.Cookie.Name)
	if err != nil {
		return Person{}, ErrNoSession
	}
	// Not the request's context: it carries the session as it was at the beginning.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	loaded, err := s.m.Load(ctx, cookie.Value)
	if err != nil {
		return Person{}, pg.Fail(err, "read a session")
	}
	return s.Who(loaded)
}

// sessionStore keeps sessions in staff_session. The library's own store would run
// outside our transactions, without deadlines, and print database errors.
type sessionStore struct{ db *pg.DB }

var _ scs.CtxStore = (*sessionStore)(nil)

// FindCtx implements scs.CtxStore.
func (s *sessionStore) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	const sql = `select data from staff_session where token = $1 and expiry > clock_timestamp()`
	err = s.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, sql, token).Scan(&data)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		found = err == nil
		return pg.Fail(err, "read a session")
	})
	return data, found, err
}

// CommitCtx implements scs.CtxStore and forgets a few sessions that are over.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	const keep = `insert into staff_session (token, data, expiry) values ($1, $2, $3)
		on conflict (token) do update set data = excluded.data, expiry = excluded.expiry`
	const sweep = `delete from staff_session where token in
		(select token from staff_session where expiry < clock_timestamp() limit 20 for update skip locked)`
	return s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, keep, token, data, expiry); err != nil {
			return pg.Fail(err, "keep a session")
		}
		_, err := tx.Exec(ctx, sweep)
		return pg.Fail(err, "forget sessions")
	})
}

// DeleteCtx implements scs.CtxStore.
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from staff_session where token = $1`, token)
		return pg.Fail(err, "delete a session")
	})
}

// Find, Commit and Delete complete scs.Store; the manager calls the forms with a
// context.
func (s *sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (s *sessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements scs.Store.
func (s *sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
