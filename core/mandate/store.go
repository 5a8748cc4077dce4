package mandate

import (
	"context"
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

// Store writes and reads mandates on the platform. Safe for concurrent use.
type Store struct {
	log    *audit.Log
	shared *seal.Blinder // nil knows of no grants
	teller
}

// NewStore makes a Store; without a log it only reads.
func NewStore(log *audit.Log) *Store { return &Store{log: log} }

// Keyed is the Store that knows the numbers behind grants: what is filed by one carries it.
// To the gateway's queue it gives who is to be told when an officer ends one.
func (s *Store) Keyed(shared seal.Blinder, gateway *jobs.Inserter) *Store {
	return &Store{s.log, &shared, teller{gateway}}
}

// Claim writes down by which right somebody spoke in an application, once. Who speaks for
// themselves claims nothing. The household's card is not the agent's: no claim holds money.
func (s *Store) Claim(ctx context.Context, tx *pg.Tx, id core.CaseID, region core.RegionCode, a *core.Application) error {
	rule, ok := RuleOf(a.Contact.Capacity)
	if !ok || a.Applicant.Name == "" {
		return nil
	}
	granted, err := s.granted(ctx, tx, a)
	if err != nil {
		return err
	}
	from := core.DateOf(a.At)
	proof := ""
	if i := slices.IndexFunc(a.Papers, func(p core.Paper) bool { return p.Kind == rule.Paper }); i >= 0 {
		proof = string(a.Papers[i].Digest)
	}
	var staff *int64
	if a.Contact.Staff != 0 {
		n := int64(a.Contact.Staff)
		staff = &n
	}
	m := Mandate{Kind: a.Contact.Capacity, Scopes: []Scope{Apply, Supplement, Notices}, From: from, Until: rule.ends(a.Contact.Capacity, from, a.Applicant.ID.Birth())}
	act := "mandate.claimed"
	var by *int64
	if granted.ID != 0 {
		m, by, act = granted.Mandate, &granted.ID, "mandate.used"
		rule, _ = RuleOf(m.Kind)
	}
	tag, err := tx.Exec(ctx, `insert into mandate (case_id, region, application, receipt, kind, principal, agent, account, staff, scopes, document, proof, from_day, until_day, claimed, granted)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict (application) do nothing`,
		id, region, a.ID, a.Receipt, m.Kind, a.Applicant.Name, a.Contact.Name, a.Contact.CitizenID, staff,
		m.Scopes, rule.Document, proof, m.From.Time(), m.Until.Time(), tx.Now(), by)
	if err != nil || tag.RowsAffected() == 0 {
		return pg.Fail(err, "write a mandate")
	}
	return s.log.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job"}, Act: act, Case: id, Application: a.ID, Region: region,
		Detail: map[string]any{"kind": m.Kind, "proved": proof != "", "grant": granted.ID}})
}

// granted is the right that the person themselves gave to the account before, to apply for
// them; zero for none. By the number, and by the name where no number was said.
func (s *Store) granted(ctx context.Context, tx *pg.Tx, a *core.Application) (Grant, error) {
	if s.shared == nil || a.Contact.CitizenID == "" || a.Contact.Capacity != core.CapacityMember && a.Contact.Capacity != core.CapacityEntrusted {
		return Grant{}, nil
	}
	// Held until the mandate is written: what ends meanwhile ends this one too.
	const live = `select ` + grantColumns + ` from mandate_grant where account = $1 and revoked is null and until_day >= $2 and scopes @> array['apply']`
	list, err := []Grant(nil), error(nil)
	if a.Applicant.ID.IsZero() {
		list, err = grants(ctx, tx, "", live+` and name = $3 for share`, a.Contact.CitizenID, tx.Today().Time(), a.Applicant.Name)
	} else {
		list, err = grants(ctx, tx, "", live+` and number_key = $3 for share`, a.Contact.CitizenID, tx.Today().Time(), NumberKey(*s.shared, a.Applicant.ID))
	}
	if err != nil || len(list) != 1 { // two of one name: an officer asks whom it is about
		return Grant{}, err
	}
	return list[0], nil
}

// Stale reports whether the newest mandate by which an account acted for somebody of this
// name is over: what it sends joins nothing by itself any more.
func (s *Store) Stale(ctx context.Context, tx *pg.Tx, account, principal string) (bool, error) {
	if account == "" {
		return false, nil
	}
	rows, err := tx.Query(ctx, `select `+columns+` from mandate where account = $1 and principal = $2
		and not exists (select from mandate_grant g where g.account = $1 and g.name = $2 and g.revoked is null and g.until_day >= $3)
		order by id desc limit 1`, account, principal, tx.Today().Time())
	if err != nil {
		return false, pg.Fail(err, "read a mandate")
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil || len(list) == 0 {
		return false, pg.Fail(err, "read a mandate")
	}
	return list[0].May(Supplement, tx.Today()) != nil, nil
}

// OfCase lists who acts in a case, the newest first.
func (s *Store) OfCase(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Mandate, error) {
	rows, err := tx.Query(ctx, `select `+columns+` from mandate where case_id = $1 order by id desc`, id)
	if err != nil {
		return nil, pg.Fail(err, "read the mandates of a case")
	}
	list, err := pgx.CollectRows(rows, scan)
	return list, pg.Fail(err, "read the mandates of a case")
}

const columns = `id, application::text, receipt, kind, principal, agent, scopes, proof <> '', from_day, until_day, revoked`

func scan(r pgx.CollectableRow) (m Mandate, err error) {
	var from, until time.Time
	var revoked *time.Time
	err = r.Scan(&m.ID, &m.Application, &m.Receipt, &m.Kind, &m.Principal, &m.Agent, &m.Scopes, &m.Proved, &from, &until, &revoked)
	m.From, m.Until = core.NewDate(from.Date()), core.NewDate(until.Date())
	if revoked != nil {
		m.Revoked = *revoked
	}
	return m, err
}

// Reader is the gateway's view: row-level security gives a subject the mandates by which
// they act, and those about an application that they may see. Safe for concurrent use.
type Reader struct {
	db  *pg.DB
	log *audit.Log
	teller
}

// NewReader makes a Reader on the gateway's connection. Its queue is the gateway's own;
// without, nobody is told what a word here ends beside its own.
func NewReader(db *pg.DB, log *audit.Log, queue *jobs.Inserter) *Reader {
	return &Reader{db, log, teller{queue}}
}

const mostListed = 100

// Seen lists the mandates that a subject may see, the newest first: an account's own, or
// of a pair's subject those about its application.
func (r *Reader) Seen(ctx context.Context, subject string) ([]Mandate, error) {
	const sql = `select ` + columns + ` from mandate where (granted is null or not grant_of(granted))
		and (account <> '' and account = $2 or application = any (array(select application from case_status
			where citizen <> '' and citizen = $2 or phone_key <> '' and phone_key = $3)))
		order by id desc limit $1`
	pair, _ := strings.CutPrefix(subject, "phone:")
	return r.list(ctx, subject, sql, mostListed, subject, pair)
}

// Of gives the mandates that some applications came with, by which alone the subject sees
// them: not those of who granted them, nor where a grant reaches.
func (r *Reader) Of(ctx context.Context, subject string, list []core.ApplicationID) ([]Mandate, error) {
	return r.list(ctx, subject, `select `+columns+` from mandate where application = any($1::uuid[]) and (granted is null or not grant_of(granted))
		and not exists (select from grant_by(application))`, list)
}

// CameWith gives the mandates by which an account filed applications, over or not.
func (r *Reader) CameWith(ctx context.Context, account string, list []core.ApplicationID) ([]Mandate, error) {
	return r.list(ctx, account, `select `+columns+` from mandate where application = any($1::uuid[]) and account = current_setting('lianou.subject', true)`, list)
}

func (r *Reader) list(ctx context.Context, subject, sql string, args ...any) (list []Mandate, err error) {
	if subject == "" {
		return nil, nil
	}
	err = r.db.Read(ctx, pg.Subject(subject), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return pg.Fail(err, "read mandates")
		}
		list, err = pgx.CollectRows(rows, scan)
		return pg.Fail(err, "read mandates")
	})
	return list, err
}

// Use answers whether an account may act by the mandate of an application, or by a grant
// that reaches it, and writes the use down. An application that came without one is the
// account's own, and so is what was filed by its own grant.
func (r *Reader) Use(ctx context.Context, account string, id core.ApplicationID, scope Scope, day core.Date) error {
	var refused error
	err := r.db.Tx(ctx, pg.Subject(account), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select `+columns+` from mandate where application = $1 and (granted is null or not grant_of(granted))`, id)
		if err != nil {
			return pg.Fail(err, "read a mandate")
		}
		m, err := pgx.CollectExactlyOneRow(rows, scan)
		none := errors.Is(err, pgx.ErrNoRows)
		if err != nil && !none {
			return pg.Fail(err, "read a mandate")
		}
		if refused = nil; !none {
			if refused = m.May(scope, day); refused == nil {
				return r.write(ctx, tx, account, "mandate.used", m)
			}
		}
		g, err := reached(ctx, tx, id, scope, day)
		switch {
		case err == nil:
			refused = nil
			return r.log.Write(ctx, tx, g.trace(account, "mandate.used", id))
		case errors.Is(err, errNoMandate):
			return nil
		case core.KindOf(err) == core.KindForbidden:
			refused = err
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return refused
}

var errNoMandate = core.E(core.KindNotFound, "no_mandate", "没有找到这份授权。请刷新再看。")

// Revoke ends a mandate that the subject may see; whose account acts by it gives it back.
// Once ended it stays ended, and saying so again is no fault.
func (r *Reader) Revoke(ctx context.Context, subject, account string, id int64) error {
	return r.db.Tx(ctx, pg.Subject(subject), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select `+columns+` from mandate where id = $1`, id)
		if err != nil {
			return pg.Fail(err, "read a mandate")
		}
		m, err := pgx.CollectExactlyOneRow(rows, scan)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoMandate
		}
		if err != nil {
			return pg.Fail(err, "read a mandate")
		}
		var grant *int64
		var by string
		err = tx.QueryRow(ctx, `update mandate set revoked = $2, revoked_by = case when account = $3 then 'agent' else 'principal' end
			where id = $1 and revoked is null returning granted, revoked_by`, id, tx.Now(), account).Scan(&grant, &by)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return pg.Fail(err, "end a mandate")
		}
		if err := r.write(ctx, tx, account, "mandate.revoked", m); err != nil || grant == nil {
			return err
		}
		return r.endGrant(ctx, tx, *grant, account, by)
	})
}

// endGrant ends the invitation that a mandate came from with all else, and tells of it.
func (r *Reader) endGrant(ctx context.Context, tx *pg.Tx, grant int64, account, by string) error {
	rest, err := endRest(ctx, tx, grant)
	if err != nil {
		return err
	}
	if err := r.log.Write(ctx, tx, byCitizen(rest, account)...); err != nil {
		return err
	}
	return r.tell(ctx, tx, grant, Ended, others(by)...)
}

func (r *Reader) write(ctx context.Context, tx *pg.Tx, account, act string, m Mandate) error {
	return r.log.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: account}, Act: act, Application: m.Application,
		Subject: "mandate:" + strconv.FormatInt(m.ID, 10), Purpose: "acting_for"})
}
