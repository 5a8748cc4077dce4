package citizen

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Deps are what Citizens work with. All are required.
type Deps struct {
	DB    *pg.DB // as lianou_gateway
	Ring  *seal.Ring
	Token ed25519.PrivateKey
	Audit *audit.Log
}

// Config has the limits; the zero value is right for service.
type Config struct {
	// Now is the clock tokens are judged by without the database. Tests and the
	// demo clock may replace it. Defaults to time.Now.
	Now func() time.Time
}

// Citizens is the accounts. Safe for concurrent use.
type Citizens struct {
	d      Deps
	public ed25519.PublicKey
	now    func() time.Time
	seen   seen
}

// New checks the dependencies and makes Citizens.
func New(cfg Config, d Deps) (*Citizens, error) {
	if d.DB == nil || d.Ring == nil || d.Audit == nil || len(d.Token) != ed25519.PrivateKeySize {
		return nil, core.E(core.KindInvalid, "citizen_config", "")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	public, ok := d.Token.Public().(ed25519.PublicKey)
	if !ok {
		return nil, core.E(core.KindInvalid, "citizen_config", "")
	}
	return &Citizens{d: d, public: public, now: cfg.Now}, nil
}

// Login is what a client keeps after logging in.
type Login struct {
	Citizen Citizen
	Token   string // five minutes, sent with each request
	Refresh string // 30 days, one use; 256 bits that nobody guesses
	First   bool   // the account was made just now
}

// binding kinds, also the names of their blind indexes.
const (
	kindWeChat = "wechat"
	kindUnion  = "unionid"
	kindPhone  = "phone"
)

// LoginWeChat opens a session for an openid that WeChat has vouched for
// (code2Session); a first one makes the account. The union id, when known, leads
// to the same account from another of the city's mini-programs.
func (c *Citizens) LoginWeChat(ctx context.Context, openid, unionid string) (Login, error) {
	if openid == "" || len(openid) > 128 || len(unionid) > 128 {
		return Login{}, core.Invalid("openid", "微信登录没成,请再点一次。")
	}
	binds := []bind{{kindWeChat, openid}}
	if unionid != "" {
		binds = append(binds, bind{kindUnion, unionid})
	}
	return c.enter(ctx, entry{binds: binds, way: ByWeChat})
}

// Known finds the account of an openid that WeChat vouches for by a signed push, or makes
// it. Nobody is logged in by it.
func (c *Citizens) Known(ctx context.Context, openid string) (id string, err error) {
	if openid == "" || len(openid) > 128 {
		return "", core.Invalid("openid", "微信登录没成,请再点一次。")
	}
	for range 3 {
		err = c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			id, _, err = c.account(ctx, tx, []bind{{kindWeChat, openid}})
			return err
		})
		if !errors.Is(err, ErrBusy) {
			break
		}
	}
	return id, err
}

// entry is how somebody comes in: by what, and for a phone's code from where, as a keyed
// hash.
type entry struct {
	binds  []bind
	way    Way
	source []byte
}

// enter finds or makes the account and opens a session. Two first log-ins at one
// instant: the one that comes second looks again and finds the account.
func (c *Citizens) enter(ctx context.Context, e entry) (out Login, err error) {
	for range 3 {
		err = c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			id, first, err := c.account(ctx, tx, e.binds)
			if err != nil {
				return err
			}
			out, err = c.begin(ctx, tx, id, e)
			out.First = first
			return err
		})
		if !errors.Is(err, ErrBusy) {
			break
		}
	}
	return out, err
}

type bind struct{ kind, value string }

func (c *Citizens) blind(b bind) []byte { return c.d.Ring.Blind("citizen."+b.kind, b.value) }

// account finds the account of any of the bindings, the first that is known, or
// makes one; bindings it lacks are added.
func (c *Citizens) account(ctx context.Context, tx *pg.Tx, binds []bind) (id string, first bool, err error) {
	for _, b := range binds {
		const q = `select citizen from citizen_binding where kind = $1 and blind = $2 and unbound is null`
		err := pg.Fail(tx.QueryRow(ctx, q, b.kind, c.blind(b)).Scan(&id), "find an account")
		if err == nil {
			break
		}
		if core.KindOf(err) != core.KindNotFound {
			return "", false, err
		}
	}
	if id == "" {
		raw := make([]byte, 16)
		if _, err := rand.Read(raw); err != nil {
			return "", false, core.E(core.KindInternal, "random", "").Wrap(err)
		}
		id, first = "c"+hex.EncodeToString(raw), true
		const q = `insert into citizen (id, created) values ($1, $2)`
		if _, err := tx.Exec(ctx, q, id, tx.Now()); err != nil {
			return "", false, pg.Fail(err, "make an account")
		}
	}
	for _, b := range binds {
		if err := c.bind(ctx, tx, id, b); err != nil {
			return "", false, err
		}
	}
	return id, first, nil
}

// bind adds a binding; one that stands already, here or elsewhere, is left alone:
// moving it needs a real-name check and is not done by logging in (F95).
func (c *Citizens) bind(ctx context.Context, tx *pg.Tx, id string, b bind) error {
	sealed, err := c.d.Ring.Seal([]byte(b.value), bindingAt(id, b.kind))
	if err != nil {
		return err
	}
	const q = `insert into citizen_binding (citizen, kind, blind, sealed, bound) values ($1, $2, $3, $4, $5) on conflict do nothing`
	tag, err := tx.Exec(ctx, q, id, b.kind, c.blind(b), sealed, tx.Now())
	if err != nil {
		return pg.Fail(err, "bind")
	}
	if tag.RowsAffected() == 1 {
		return nil
	}
	// Two first log-ins at once: the other one's account is the account.
	const whose = `select citizen from citizen_binding where kind = $1 and blind = $2 and unbound is null`
	var owner string
	err = pg.Fail(tx.QueryRow(ctx, whose, b.kind, c.blind(b)).Scan(&owner), "find a binding")
	switch {
	case err != nil && core.KindOf(err) == core.KindNotFound:
		if b.kind == kindPhone {
			return errPhoneAlready
		}
		return nil // this account has another one of the kind
	case err != nil:
		return err
	case owner != id && b.kind != kindUnion:
		return ErrBusy
	}
	return nil
}

// errPhoneAlready says that an account has a number: it is taken off first.
var errPhoneAlready = core.E(core.KindConflict, "phone_already", "您这个账号已经绑了别的号码,先解绑再换。")

// ErrBusy is two log-ins of one person at the same instant; the second attempt
// finds the account.
var ErrBusy = core.E(core.KindUnavailable, "login_busy", "正在登录,请再点一次。")

func bindingAt(id, kind string) seal.At {
	return seal.At{Table: "citizen_binding", Row: id + "/" + kind, Column: "sealed"}
}

// BindPhone binds a phone number to an account, for numbers that WeChat has
// vouched for (getPhoneNumber). KindConflict when it belongs to another account.
func (c *Citizens) BindPhone(ctx context.Context, id string, phone core.Phone) error {
	if phone.IsZero() {
		return core.Invalid("phone", "请填手机号。")
	}
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := c.bind(ctx, tx, id, bind{kindPhone, phone.Reveal()})
		if errors.Is(err, ErrBusy) {
			return core.E(core.KindConflict, "phone_elsewhere", "这个手机号已在别的账号上。请打 12345 帮您改。")
		}
		if err != nil {
			return err
		}
		return c.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: id}, Act: "binding.added",
			Subject: "citizen:" + id, Purpose: "login", Detail: map[string]any{"kind": kindPhone}})
	})
}

// Unbind ends a binding; the session it began is not ended by it.
func (c *Citizens) Unbind(ctx context.Context, id string, way Way) error {
	kind := kindPhone
	if way == ByWeChat {
		kind = kindWeChat
	}
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `update citizen_binding set unbound = $3 where citizen = $1 and unbound is null and (kind = $2 or ($2 = 'wechat' and kind = 'unionid'))`
		tag, err := tx.Exec(ctx, q, id, kind, tx.Now())
		if err != nil || tag.RowsAffected() == 0 {
			return pg.Fail(err, "unbind")
		}
		return c.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: id}, Act: "binding.removed",
			Subject: "citizen:" + id, Purpose: "login", Detail: map[string]any{"kind": kind}})
	})
}

// Openid gives the openid of an account, for the sender of subscribe messages;
// KindNotFound when there is none.
func (c *Citizens) Openid(ctx context.Context, id string) (string, error) {
	return c.reveal(ctx, id, kindWeChat)
}

// Phone gives the phone bound to an account; KindNotFound when there is none.
func (c *Citizens) Phone(ctx context.Context, id string) (core.Phone, error) {
	plain, err := c.reveal(ctx, id, kindPhone)
	if err != nil {
		return core.Phone{}, err
	}
	return core.ParsePhone(plain)
}

func (c *Citizens) reveal(ctx context.Context, id, kind string) (string, error) {
	var sealed []byte
	err := c.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select sealed from citizen_binding where citizen = $1 and kind = $2 and unbound is null`
		return pg.Fail(tx.QueryRow(ctx, q, id, kind).Scan(&sealed), "read a binding")
	})
	if err != nil {
		return "", err
	}
	plain, err := c.d.Ring.Open(sealed, bindingAt(id, kind))
	return string(plain), err
}
