package mandate

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Store writes and reads mandates on the platform. Safe for concurrent use.
type Store struct{ log *audit.Log }

// NewStore makes a Store; without a log it only reads.
func NewStore(log *audit.Log) *Store { return &Store{log} }

// Claim writes down by which right somebody spoke in an application, once. Who speaks for
// themselves claims nothing. The household's card is not the agent's: no claim holds money.
func (s *Store) Claim(ctx context.Context, tx *pg.Tx, id core.CaseID, region core.RegionCode, a *core.Application) error {
	rule, ok := RuleOf(a.Contact.Capacity)
	if !ok || a.Applicant.Name == "" {
		return nil
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
	tag, err := tx.Exec(ctx, `insert into mandate (case_id, region, application, receipt, kind, principal, agent, account, staff, scopes, document, proof, from_day, until_day, claimed)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict (application) do nothing`,
		id, region, a.ID, a.Receipt, a.Contact.Capacity, a.Applicant.Name, a.Contact.Name, a.Contact.CitizenID, staff,
		[]string{string(Apply), string(Supplement), string(Notices)}, rule.Document, proof, from.Time(),
		rule.ends(a.Contact.Capacity, from, a.Applicant.ID.Birth()).Time(), tx.Now())
	if err != nil || tag.RowsAffected() == 0 {
		return pg.Fail(err, "write a mandate")
	}
	return s.log.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job"}, Act: "mandate.claimed", Case: id, Application: a.ID, Region: region,
		Detail: map[string]any{"kind": a.Contact.Capacity, "proved": proof != ""}})
}

// Stale reports whether the newest mandate by which an account acted for somebody of this
// name is over: what it sends joins nothing by itself any more.
func (s *Store) Stale(ctx context.Context, tx *pg.Tx, account, principal string) (bool, error) {
	if account == "" {
		return false, nil
	}
	rows, err := tx.Query(ctx, `select `+columns+` from mandate where account = $1 and principal = $2 order by id desc limit 1`, account, principal)
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
}

// NewReader makes a Reader on the gateway's connection.
func NewReader(db *pg.DB, log *audit.Log) *Reader { return &Reader{db, log} }

const mostListed = 100

// Seen lists the mandates that a subject may see, the newest first: an account's own, or
// of a pair's subject those about its application.
func (r *Reader) Seen(ctx context.Context, subject string) ([]Mandate, error) {
	return r.list(ctx, subject, `select `+columns+` from mandate order by id desc limit $1`, mostListed)
}

// Of gives the mandates that some applications came with, all of them.
func (r *Reader) Of(ctx context.Context, subject string, list []core.ApplicationID) ([]Mandate, error) {
	return r.list(ctx, subject, `select `+columns+` from mandate where application = any($1::uuid[])`, list)
}

func (r *Reader) list(ctx context.Context, subject, sql string, arg any) (list []Mandate, err error) {
	if subject == "" {
		return nil, nil
	}
	err = r.db.Read(ctx, pg.Subject(subject), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, arg)
		if err != nil {
			return pg.Fail(err, "read mandates")
		}
		list, err = pgx.CollectRows(rows, scan)
		return pg.Fail(err, "read mandates")
	})
	return list, err
}

// Use answers whether an account may act by the mandate of an application, and writes the
// use down. An application that came without one is the account's own.
func (r *Reader) Use(ctx context.Context, account string, id core.ApplicationID, scope Scope, day core.Date) error {
	var refused error
	err := r.db.Tx(ctx, pg.Subject(account), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select `+columns+` from mandate where application = $1`, id)
		if err != nil {
			return pg.Fail(err, "read a mandate")
		}
		m, err := pgx.CollectExactlyOneRow(rows, scan)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return pg.Fail(err, "read a mandate")
		}
		if refused = m.May(scope, day); refused != nil {
			return nil
		}
		return r.write(ctx, tx, account, "mandate.used", m)
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
		tag, err := tx.Exec(ctx, `update mandate set revoked = $2, revoked_by = case when account = $3 then 'agent' else 'principal' end
			where id = $1 and revoked is null`, id, tx.Now(), account)
		if err != nil || tag.RowsAffected() == 0 {
			return pg.Fail(err, "end a mandate")
		}
		return r.write(ctx, tx, account, "mandate.revoked", m)
	})
}

func (r *Reader) write(ctx context.Context, tx *pg.Tx, account, act string, m Mandate) error {
	return r.log.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: account}, Act: act, Application: m.Application,
		Subject: "mandate:" + strconv.FormatInt(m.ID, 10), Purpose: "acting_for"})
}
