package casefile

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Reader is the gateway's view of cases: the status rows of one citizen, or the
// one a caller proved the right to. It holds no key that opens anything, and
// row-level security gives it nothing but the subject's rows.
type Reader struct {
	db     *pg.DB
	shared seal.Blinder
	log    *audit.Log
}

// NewReader makes a Reader on the gateway's connection. The log takes the looks of an
// account at what is not its own.
func NewReader(db *pg.DB, shared seal.Blinder, log *audit.Log) (*Reader, error) {
	if db == nil || log == nil {
		return nil, core.E(core.KindInvalid, "casefile_reader_config", "")
	}
	return &Reader{db: db, shared: shared, log: log}, nil
}

const statusColumns = `application::text, case_id, receipt, status, detail, next, items, timeline, missing, updated,
	citizen <> '' and citizen = coalesce(current_setting('lianou.subject', true), '')`

// seenColumns says as well whether the account that asks is a helper who was invited.
const seenColumns = statusColumns + `, grant_veils(application, citizen)`

// maxStatuses bounds the list a citizen sees: the newest.
const maxStatuses = 50

// ByCitizen reads what a citizen's account may see, newest first.
func (r *Reader) ByCitizen(ctx context.Context, citizen string) ([]Status, error) {
	if citizen == "" {
		return nil, nil
	}
	var list []Status
	err := r.db.Read(ctx, pg.Subject(citizen), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select `+seenColumns+` from case_status where citizen = $1 or application = any (array(select grant_applications()))
			order by updated desc, application limit $2`, citizen, maxStatuses)
		if err != nil {
			return pg.Fail(err, "read a citizen's cases")
		}
		list, err = pgx.CollectRows(rows, scanSeen)
		return pg.Fail(err, "read a citizen's cases")
	})
	return list, err
}

// ByReceipt reads one application of a citizen. A receipt of somebody else is
// KindNotFound, like one that does not exist.
func (r *Reader) ByReceipt(ctx context.Context, receipt core.Receipt, citizen string) (Status, error) {
	if citizen == "" {
		return Status{}, core.E(core.KindNotFound, "not_found", "没有找到这个回执号。")
	}
	var found Status
	err := r.db.Read(ctx, pg.Subject(citizen), func(ctx context.Context, tx *pg.Tx) (err error) {
		found, err = one(ctx, tx, scanSeen, `select `+seenColumns+` from case_status where receipt = $1 and (citizen = $2 or application = any (array(select grant_applications())))`, receipt, citizen)
		return err
	})
	return found, err
}

// ByPair reads the status for an account that knows the receipt and the last four
// characters of the applicant's ID number: whoever asked for help at a window or by
// telephone. A pair that fits nothing is KindNotFound. The attempts are counted at the
// door: four characters alone are no secret.
func (r *Reader) ByPair(ctx context.Context, citizen string, receipt core.Receipt, last4 string) (Status, error) {
	if citizen == "" {
		return Status{}, core.E(core.KindNotFound, "not_found", "没有找到这个回执号。")
	}
	return r.pair(ctx, receipt, last4, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: citizen}, Act: "status.found", Subject: "citizen:" + citizen})
}

// ByCall is ByPair for the caller of one telephone call, who keyed the pair in. A pair
// that fits nothing stands in the log, without itself.
func (r *Reader) ByCall(ctx context.Context, call string, receipt core.Receipt, last4 string) (Status, error) {
	found, err := r.pair(ctx, receipt, last4, audit.Entry{Actor: audit.Actor{Kind: "caller", ID: call}, Act: "status.heard", Subject: "call:" + call})
	if err == nil || core.KindOf(err) != core.KindNotFound {
		return found, err
	}
	wrong := audit.Refused(audit.Actor{Kind: "outside", ID: "hotline"}, "wrong_pair", "wrong_pair")
	wrong.Purpose = "progress"
	logged := r.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return r.log.Write(ctx, tx, wrong) })
	if logged != nil {
		return Status{}, logged
	}
	return Status{}, err
}

// PairSubject is the scope of who knows the receipt and the last four characters of the
// applicant's number, "" for what can be no pair.
func (r *Reader) PairSubject(receipt core.Receipt, last4 string) string {
	if key := phoneKey(r.shared.Blind, receipt, last4); key != "" {
		return "phone:" + key
	}
	return ""
}

func (r *Reader) pair(ctx context.Context, receipt core.Receipt, last4 string, trace audit.Entry) (Status, error) {
	key := phoneKey(r.shared.Blind, receipt, last4)
	if key == "" {
		return Status{}, core.E(core.KindNotFound, "not_found", "没有找到这个回执号。")
	}
	var found Status
	err := r.db.Tx(ctx, pg.Subject("phone:"+key), func(ctx context.Context, tx *pg.Tx) (err error) {
		found, err = one(ctx, tx, scanStatus, `select `+statusColumns+` from case_status where receipt = $1 and phone_key = $2`, receipt, key)
		if err != nil {
			return err
		}
		trace.Application, trace.Purpose = found.Application, "progress"
		return r.log.Write(ctx, tx, trace)
	})
	return found, err
}

// StatusByPair reads the status for whoever answers a caller that says the receipt and
// the last four characters of the applicant's ID number. The entry about the look is
// the caller's to write, in the same transaction. A pair that fits nothing is
// KindNotFound.
func (s *Store) StatusByPair(ctx context.Context, tx *pg.Tx, receipt core.Receipt, last4 string) (Status, error) {
	key := phoneKey(s.shared.Blind, receipt, last4)
	if key == "" {
		return Status{}, core.E(core.KindNotFound, "not_found", "没有找到这个回执号。")
	}
	return one(ctx, tx, scanStatus, `select `+statusColumns+` from case_status where receipt = $1 and phone_key = $2`, receipt, key)
}

func one(ctx context.Context, tx *pg.Tx, scan pgx.RowToFunc[Status], sql string, args ...any) (Status, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return Status{}, pg.Fail(err, "read a case by its receipt")
	}
	found, err := pgx.CollectExactlyOneRow(rows, scan)
	return found, pg.Fail(err, "read a case by its receipt")
}

func scanStatus(r pgx.CollectableRow) (Status, error) { return scanned(r) }

// scanSeen leaves a helper no sum and no line about one: money is the household's to see.
func scanSeen(r pgx.CollectableRow) (Status, error) {
	var helper bool
	s, err := scanned(r, &helper)
	if helper {
		for i := range s.Items {
			s.Items[i].Amount, s.Items[i].Sample = "", false
		}
		s.Timeline = slices.DeleteFunc(s.Timeline, func(l StatusLine) bool { return l.Money })
	}
	return s, err
}

func scanned(r pgx.CollectableRow, more ...any) (Status, error) {
	var s Status
	into := []any{&s.Application, &s.Case, &s.Receipt, &s.Status, &s.Detail, &s.Next, &s.Items, &s.Timeline, &s.Missing, &s.Updated, &s.Own}
	err := r.Scan(append(into, more...)...)
	for i := range s.Items {
		s.Items[i].Say = s.Items[i].Status.Say(s.Items[i].Detail)
	}
	return s, err
}

// OfHousehold reads how the applications of a household stand, newest first, for whoever
// speaks with somebody of it. The entry about the look is the caller's to write, in the
// same transaction.
func (s *Store) OfHousehold(ctx context.Context, tx *pg.Tx, household core.HouseholdID) ([]Status, error) {
	const sql = `select ` + statusColumns + ` from case_status where application in
		(select application from casefile where household = $1 order by id desc limit 10) order by updated desc`
	if household == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, sql, int64(household))
	if err != nil {
		return nil, pg.Fail(err, "read how a household's cases stand")
	}
	list, err := pgx.CollectRows(rows, scanStatus)
	return list, pg.Fail(err, "read how a household's cases stand")
}
