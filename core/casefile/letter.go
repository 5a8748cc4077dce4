package casefile

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/wording"
)

// Written is the letter of a decision as its household reads it. It names nobody: it is
// read by whose it is, and what lies at the public edge tells no name.
type Written struct {
	ID         int64
	Item       core.ItemCode
	Name       string // of the item, as citizens say it
	Title      string
	Paragraphs []string // none in a list
	From       string   // who decided
	On         core.Date
	Code       string // by which 12345 knows it, "" for a stop
}

// LetterOf says which decision a letter is of: Decision, or Change for a stop.
type LetterOf struct {
	Claim            Claim
	Decision, Change int64
	Digest           string // of the decision
}

// AddLetter lays a letter down for its household, in the transaction of its decision. What
// has its letter keeps it.
func (s *Store) AddLetter(ctx context.Context, tx *pg.Tx, of LetterOf, l wording.Letter) error {
	const sql = `insert into letter (case_id, claim_id, region, decision, change, item, name, title, paragraphs, signed, on_day, code)
		select case_id, id, region, nullif($2::bigint, 0), nullif($3::bigint, 0), item, everyday, $4, $5, $6, $7, $8 from claim where id = $1
		on conflict do nothing`
	_, err := tx.Exec(ctx, sql, of.Claim.ID, of.Decision, of.Change, l.Title, encode(l.Paragraphs), l.From, day(l.On), LetterCode(of.Digest))
	return pg.Fail(err, "lay a letter down")
}

// SignedBy is whose decision the letter of a decision or a change says it is; "" where there is
// none.
func (s *Store) SignedBy(ctx context.Context, tx *pg.Tx, of LetterOf) (by string, err error) {
	const sql = `select coalesce((select signed from letter where decision = nullif($1::bigint, 0) or change = nullif($2::bigint, 0) limit 1), '')`
	err = tx.QueryRow(ctx, sql, of.Decision, of.Change).Scan(&by)
	return by, pg.Fail(err, "find whose decision a letter is")
}

// LettersAsk says whose letters are asked for: those of the case of one application that
// the account may see.
type LettersAsk struct {
	Citizen     string
	Application core.ApplicationID
	Case        core.CaseID
	Today       core.Date // what an account may see by a mandate ends with its last day
}

// ofOwnLetter holds a letter to the application it is asked for by: one that counts in its case
// and, where it was made for somebody else, whose mandate still holds.
const ofOwnLetter = `l.case_id = $1 and $2::uuid in (select payout_through(l.case_id))
	and not exists (select from mandate m where m.application = $2::uuid and m.until_day < $3::date)`

// Letters lists the letters of a case, the newest first, fifty at most, without their text.
func (r *Reader) Letters(ctx context.Context, ask LettersAsk) (list []Written, err error) {
	if ask.Citizen == "" || ask.Case == 0 {
		return nil, nil
	}
	const sql = `select l.id, l.item, l.name, l.title, '[]'::jsonb, l.signed, l.on_day, l.code from letter l where ` + ofOwnLetter + ` order by l.id desc limit 50`
	err = r.db.Read(ctx, pg.Subject(ask.Citizen), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, ask.Case, ask.Application, day(ask.Today))
		if err != nil {
			return pg.Fail(err, "list letters")
		}
		list, err = pgx.CollectRows(rows, scanWritten)
		return pg.Fail(err, "list letters")
	})
	return list, err
}

// Letter reads one letter and writes down that it was read and for what, in the same
// transaction: without the entry there is no letter. One of somebody else is KindNotFound,
// like one that does not exist.
func (r *Reader) Letter(ctx context.Context, ask LettersAsk, id int64, purpose string) (found Written, err error) {
	if ask.Citizen == "" || ask.Case == 0 {
		return found, core.E(core.KindNotFound, "no_letter", noLetter)
	}
	const sql = `select l.id, l.item, l.name, l.title, l.paragraphs, l.signed, l.on_day, l.code from letter l where l.id = $4 and ` + ofOwnLetter
	err = r.db.Tx(ctx, pg.Subject(ask.Citizen), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, ask.Case, ask.Application, day(ask.Today), id)
		if err != nil {
			return pg.Fail(err, "read a letter")
		}
		if found, err = pgx.CollectExactlyOneRow(rows, scanWritten); err != nil {
			if err = pg.Fail(err, "read a letter"); core.KindOf(err) == core.KindNotFound {
				return core.E(core.KindNotFound, "no_letter", noLetter)
			}
			return err
		}
		return r.log.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: ask.Citizen}, Act: "letter.read", Case: ask.Case, Application: ask.Application,
			Subject: "letter:" + strconv.FormatInt(id, 10), Purpose: purpose})
	})
	return found, err
}

const noLetter = "没有找到这封信。要纸的,到镇上窗口打印,或者打 " + wording.Hotline + "。"

func scanWritten(r pgx.CollectableRow) (w Written, err error) {
	var on time.Time
	err = r.Scan(&w.ID, &w.Item, &w.Name, &w.Title, &w.Paragraphs, &w.From, &on, &w.Code)
	w.On = dayOf(&on)
	return w, err
}
