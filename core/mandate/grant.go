package mandate

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Grant is a right between two accounts that stands before and beside any application: its
// Mandate says how far and until when, and names no application.
type Grant struct {
	Mandate
	Given    bool      // by the account that asks; else it is the helper
	Code     Code      // of a fresh invitation only: it is kept nowhere
	Expires  time.Time // of the code
	Accepted time.Time // zero while nobody took it up

	principal, account string
}

// Invitation is what a person says of who shall help them. Their name and number were
// checked before.
type Invitation struct {
	Account string
	Name    string
	Number  core.IDNumber
	Kind    core.Capacity
	Scopes  []Scope
	Until   core.Date
}

// Helpers lets people name who helps them. On the gateway's connection, where row-level
// security shows each of the two their own. Safe for concurrent use.
type Helpers struct {
	db     *pg.DB
	shared seal.Blinder
	log    *audit.Log
	teller
}

// NewHelpers makes Helpers. The blinder is the one that the platform has as well, the queue
// the gateway's own.
func NewHelpers(db *pg.DB, shared seal.Blinder, log *audit.Log, queue *jobs.Inserter) *Helpers {
	return &Helpers{db, shared, log, teller{queue}}
}

// How long a right by invitation lasts, and its code.
const (
	UsualMonths = 3
	MostMonths  = 12
	codeHours   = 24
)

// Errors of inviting and accepting.
var (
	errUnder   = core.E(core.KindForbidden, "mandate_minor", "没满 18 岁,请人代办要由监护人来说。请监护人打 12345,或到村里、窗口办,不耽误求助。")
	errNoCode  = core.E(core.KindInvalid, "mandate_code", "代办码和姓名对不上,或者已经用过、过了一天。请让对方再念一遍,或重新要一个码。")
	errSelf    = core.E(core.KindConflict, "mandate_self", "这是您自己给别人的码。请把码念给帮您的人。")
	errAlready = core.E(core.KindConflict, "mandate_already", "您已经在替这个人办了。要改,先在“谁替谁办”里收回,再请一次。")
)

// Invite makes an invitation and gives its code. One waits at a time: a code that was
// read out to the wrong ear is over as soon as there is another.
func (h *Helpers) Invite(ctx context.Context, in Invitation) (Grant, error) {
	code, err := newCode()
	if err != nil {
		return Grant{}, err
	}
	if err := h.check(in); err != nil {
		return Grant{}, err
	}
	g := Grant{Given: true, Code: code, Mandate: Mandate{Kind: in.Kind, Principal: in.Name, Scopes: in.Scopes, Until: in.Until}}
	err = h.db.Tx(ctx, pg.Subject(in.Account), func(ctx context.Context, tx *pg.Tx) error {
		today := tx.Today()
		if in.Number.Birth().Age(today) < fullAge {
			return errUnder
		}
		if in.Until < today || in.Until > today.AddDate(0, MostMonths, 0) {
			return core.Invalid("until", "最长一年,最短到今天。请另选一个日子。")
		}
		const over = `update mandate_grant set revoked = $2, revoked_by = 'over' where principal = $1 and account is null and revoked is null`
		if _, err := tx.Exec(ctx, over, in.Account, tx.Now()); err != nil {
			return pg.Fail(err, "end an invitation")
		}
		g.From, g.Expires = today, tx.Now().Add(codeHours*time.Hour)
		const put = `insert into mandate_grant (principal, name, number_key, kind, scopes, from_day, until_day, code_key, made, expires)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`
		err := tx.QueryRow(ctx, put, in.Account, in.Name, NumberKey(h.shared, in.Number), in.Kind, in.Scopes, today.Time(), in.Until.Time(),
			h.codeKey(code, in.Name), tx.Now(), g.Expires).Scan(&g.ID)
		if err != nil {
			return pg.Fail(err, "write an invitation")
		}
		return h.write(ctx, tx, in.Account, "mandate.invited", g)
	})
	return g, err
}

func (h *Helpers) check(in Invitation) error {
	if in.Kind != core.CapacityMember && in.Kind != core.CapacityEntrusted {
		return core.Invalid("kind", "请选帮您的是家里人,还是您托付的人。")
	}
	if len(in.Scopes) == 0 {
		return core.Invalid("scopes", "请选他能替您做什么,至少一样。")
	}
	for i, s := range in.Scopes {
		if s != Apply && s != Supplement && s != Notices || slices.Contains(in.Scopes[:i], s) {
			return core.Invalid("scopes", "能托付的是申请、补材料、查进度。钱只打到您自己家的卡上。")
		}
	}
	if slices.Contains(in.Scopes, Supplement) && !slices.Contains(in.Scopes, Notices) {
		return core.Invalid("scopes", "补材料要看得到还差什么,请把“查进度”一起选上。")
	}
	return nil
}

// Offered gives the invitation that a code and a name open, for the helper to read before
// they accept. A wrong name, a wrong code, and one that is over have one answer.
func (h *Helpers) Offered(ctx context.Context, code Code, name string) (g Grant, err error) {
	err = h.db.Read(ctx, h.scope(code, name), func(ctx context.Context, tx *pg.Tx) error {
		g, err = h.offered(ctx, tx, code, name)
		return err
	})
	return g, err
}

func (h *Helpers) scope(code Code, name string) pg.Scope {
	return pg.Subject("code:" + h.codeKey(code, name))
}

func (h *Helpers) offered(ctx context.Context, tx *pg.Tx, code Code, name string) (Grant, error) {
	const open = `select ` + grantColumns + ` from mandate_grant where code_key = $1 and account is null and revoked is null and expires > $2`
	list, err := grants(ctx, tx, "", open, h.codeKey(code, name), tx.Now())
	if err != nil {
		return Grant{}, err
	}
	if len(list) == 0 || list[0].Until < tx.Today() {
		return Grant{}, errNoCode
	}
	return list[0], nil
}

// Accept takes an invitation up for an account, once. Agent is the helper's name, as who
// they help will read it.
func (h *Helpers) Accept(ctx context.Context, account, agent string, code Code, name string) (g Grant, err error) {
	err = h.retire(ctx, account, code, name)
	if err != nil {
		return g, err
	}
	err = h.db.Tx(ctx, h.scope(code, name), func(ctx context.Context, tx *pg.Tx) error {
		if g, err = h.offered(ctx, tx, code, name); err != nil {
			return err
		}
		const take = `update mandate_grant set account = $2, agent = $3, accepted = $4 where id = $1 and account is null and revoked is null`
		tag, err := tx.Exec(ctx, take, g.ID, account, agent, tx.Now())
		if err := pg.Fail(err, "take an invitation up"); core.KindOf(err) == core.KindConflict {
			return errAlready
		} else if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errNoCode
		}
		g.Agent, g.Accepted = agent, tx.Now()
		if err := h.write(ctx, tx, account, "mandate.accepted", g); err != nil {
			return err
		}
		return h.tell(ctx, tx, g.ID, Accepted, Principal)
	})
	return g, err
}

// retire makes room for a new word after one whose day is over: the index knows no days.
func (h *Helpers) retire(ctx context.Context, account string, code Code, name string) error {
	g, err := h.Offered(ctx, code, name)
	if err != nil {
		return err
	}
	if g.principal == account {
		return errSelf
	}
	return h.db.Tx(ctx, pg.Subject(account), func(ctx context.Context, tx *pg.Tx) error {
		const over = `update mandate_grant set revoked = $4, revoked_by = 'over' where principal = $1 and account = $2 and revoked is null and until_day < $3`
		_, err := tx.Exec(ctx, over, g.principal, account, tx.Today().Time(), tx.Now())
		return pg.Fail(err, "end what is over")
	})
}

// Waiting reports whether an invitation still waits to be taken up.
func (g Grant) Waiting() bool { return g.account == "" && g.Revoked.IsZero() }

// Standing lists the grants of an account, given and taken, the newest first, also what is
// over, and the invitation that waits; not those that nobody took up.
func (h *Helpers) Standing(ctx context.Context, account string) (list []Grant, err error) {
	err = h.db.Read(ctx, pg.Subject(account), func(ctx context.Context, tx *pg.Tx) error {
		const all = `select ` + grantColumns + ` from mandate_grant where (principal = $3 or account = $3)
			and (account is not null or revoked is null and expires > $2) order by id desc limit $1`
		list, err = grants(ctx, tx, account, all, mostListed, tx.Now(), account)
		return err
	})
	return list, err
}

// End ends a grant and all that was filed by it, at once: by the one who gave it, or the
// helper who gives it back. Once ended it stays ended, and saying so again is no fault.
func (h *Helpers) End(ctx context.Context, account string, id int64) (g Grant, err error) {
	err = h.db.Tx(ctx, pg.Subject(account), func(ctx context.Context, tx *pg.Tx) error {
		list, err := grants(ctx, tx, account, `select `+grantColumns+` from mandate_grant where id = $1`, id)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return errNoMandate
		}
		g = list[0]
		by := "agent"
		if g.Given {
			by = "principal"
		}
		tag, err := tx.Exec(ctx, `update mandate_grant set revoked = $2, revoked_by = $3 where id = $1 and revoked is null`, id, tx.Now(), by)
		if err != nil || tag.RowsAffected() == 0 {
			return pg.Fail(err, "end a grant")
		}
		return h.ended(ctx, tx, account, by, g)
	})
	return g, err
}

// ended ends what was filed by a grant that was ended just now, writes it all down and has
// the other side told.
func (h *Helpers) ended(ctx context.Context, tx *pg.Tx, account, by string, g Grant) error {
	rest, err := endRest(ctx, tx, g.ID)
	if err != nil {
		return err
	}
	if err := h.log.Write(ctx, tx, append(byCitizen(rest, account), g.trace(account, "mandate.revoked", ""))...); err != nil || g.account == "" {
		return err
	}
	return h.tell(ctx, tx, g.ID, Ended, others(by)...)
}

// EndGiven ends all that an account gave: whoever has proved to be its person goes on from
// another account, and could not end it from there.
func (h *Helpers) EndGiven(ctx context.Context, account string) error {
	return h.db.Tx(ctx, pg.Subject(account), func(ctx context.Context, tx *pg.Tx) error {
		const off = `update mandate_grant set revoked = $2, revoked_by = 'principal' where principal = $1 and revoked is null returning ` + grantColumns
		list, err := grants(ctx, tx, account, off, account, tx.Now())
		if err != nil {
			return err
		}
		for _, g := range list {
			if err := h.ended(ctx, tx, account, "principal", g); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *Helpers) write(ctx context.Context, tx *pg.Tx, account, act string, g Grant) error {
	return h.log.Write(ctx, tx, g.trace(account, act, ""))
}

func (g Grant) trace(account, act string, id core.ApplicationID) audit.Entry {
	return audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: account}, Act: act, Application: id,
		Subject: "grant:" + strconv.FormatInt(g.ID, 10), Purpose: "acting_for"}
}

func (h *Helpers) codeKey(code Code, name string) string {
	return hex.EncodeToString(h.shared.Blind("mandate.code", string(code)+":"+plainName(name)))
}

// plainName is a name without what people type differently.
func plainName(name string) string {
	return strings.NewReplacer(" ", "", " ", "", "•", "·", "‧", "·", "・", "·", "．", "·").Replace(name)
}

// NumberKey is an ID number as a keyed hash, by which a grant is found; nil for none.
func NumberKey(shared seal.Blinder, id core.IDNumber) []byte {
	if id.IsZero() {
		return nil
	}
	return shared.Blind("mandate.number", id.Reveal())
}

const grantColumns = `id, principal, coalesce(account, ''), name, agent, kind, scopes, from_day, until_day, expires, accepted, revoked`

func grants(ctx context.Context, tx *pg.Tx, account, sql string, args ...any) ([]Grant, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read grants")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (g Grant, err error) {
		var from, until time.Time
		var accepted, revoked *time.Time
		m := &g.Mandate
		err = r.Scan(&m.ID, &g.principal, &g.account, &m.Principal, &m.Agent, &m.Kind, &m.Scopes, &from, &until, &g.Expires, &accepted, &revoked)
		m.From, m.Until, g.Given = core.NewDate(from.Date()), core.NewDate(until.Date()), account != "" && g.principal == account
		if accepted != nil {
			g.Accepted = *accepted
		}
		if revoked != nil {
			m.Revoked = *revoked
		}
		return g, err
	})
	return list, pg.Fail(err, "read grants")
}

// reached answers whether an account may act in an application by a grant that reaches it:
// nil and the grant, the refusal of the newest, or errNoMandate when none does.
func reached(ctx context.Context, tx *pg.Tx, id core.ApplicationID, scope Scope, day core.Date) (Grant, error) {
	list, err := grants(ctx, tx, "", `select `+grantColumns+` from mandate_grant where id in (select grant_by($1)) order by id desc`, string(id))
	if err != nil {
		return Grant{}, err
	}
	refused := error(errNoMandate)
	for _, g := range list {
		err := g.May(scope, day)
		if err == nil {
			return g, nil
		}
		if errors.Is(refused, errNoMandate) {
			refused = err
		}
	}
	return Grant{}, refused
}
