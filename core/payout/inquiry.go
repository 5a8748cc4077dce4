package payout

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Outcome is what the bank says of a file when a person asks.
type Outcome string

// The outcomes of an inquiry.
const (
	// BookedNothing frees the money of a refused file: it is due again.
	BookedNothing Outcome = "nothing"
	// Stands keeps what we knew before: a refused file was booked after all and its
	// return is waited for; a return that contradicts an earlier one has no effect.
	Stands Outcome = "stands"
)

// Inquiry is a word of the bank that contradicts an earlier one, and what a person
// has found out by asking.
type Inquiry struct {
	Return     int64
	Name       string // of the return file
	Batch      int64  // 0 when the bank named none of ours
	BatchName  string
	Refused    bool   // the whole file was refused, unknown what was booked
	Reason     string // the bank's code, or which rule the return breaks; nothing of its content
	Received   time.Time
	Outcome    Outcome // "" while nobody has asked
	Evidence   string
	ProposedBy core.StaffID
	Proposed   time.Time // names the proposal: another one has another time
}

const inquiries = `select r.id, r.name, coalesce(r.batch, 0), coalesce(b.name, ''), coalesce(b.state = 'refused' and r.state = 'applied', false),
		case when r.state = 'applied' then b.refused else r.reason end, r.received,
		coalesce(i.outcome, ''), coalesce(i.evidence, ''), coalesce(i.proposed_by, 0), coalesce(i.proposed, r.received)
	from bank_return r left join payout_batch b on b.id = r.batch left join payout_inquiry i on i.return = r.id
	where (r.state = 'set_aside' or b.state = 'refused') and i.confirmed is null`

// Inquiries lists what the bank has to be asked about, oldest first, at most 100.
func (p *Payout) Inquiries(ctx context.Context, tx *pg.Tx) ([]Inquiry, error) {
	rows, err := tx.Query(ctx, inquiries+` order by r.id limit 100`)
	if err != nil {
		return nil, pg.Fail(err, "list inquiries")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Inquiry])
	return list, pg.Fail(err, "list inquiries")
}

// inquiry locks one return that is still open to an inquiry. Errors: ErrMoved.
func inquiry(ctx context.Context, tx *pg.Tx, ret int64) (Inquiry, error) {
	rows, err := tx.Query(ctx, inquiries+` and r.id = $1 for update of r`, ret)
	if err != nil {
		return Inquiry{}, pg.Fail(err, "read an inquiry")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Inquiry])
	if err == nil && len(list) == 0 {
		return Inquiry{}, ErrMoved
	}
	if err != nil {
		return Inquiry{}, pg.Fail(err, "read an inquiry")
	}
	return list[0], nil
}

// ProposeInquiry writes down what the bank said. It may be replaced until another
// person confirms it. KindInvalid without evidence or for an outcome that the
// return cannot have, ErrMoved for one that is settled.
func (p *Payout) ProposeInquiry(ctx context.Context, tx *pg.Tx, by core.StaffID, ret int64, said Outcome, evidence string) error {
	q, err := inquiry(ctx, tx, ret)
	switch {
	case err != nil:
		return err
	case by <= 0:
		return core.E(core.KindForbidden, "no_staff", "")
	case evidence == "" || len(evidence) > 600:
		return core.Invalid("evidence", "请写明问的是银行哪一位、什么时候问的。")
	case said != Stands && (said != BookedNothing || !q.Refused):
		return core.Invalid("outcome", "请选银行是怎么说的。")
	}
	if err := q.answered(ctx, tx, said); err != nil {
		return err
	}
	const keep = `insert into payout_inquiry (return, outcome, evidence, proposed_by, proposed) values ($1, $2, $3, $4, $5)
		on conflict (return) do update set outcome = excluded.outcome, evidence = excluded.evidence,
			proposed_by = excluded.proposed_by, proposed = excluded.proposed`
	if _, err := tx.Exec(ctx, keep, ret, said, evidence, by, tx.Now()); err != nil {
		return pg.Fail(err, "write down what the bank said")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "inquiry.proposed", Purpose: "payout",
		Detail: map[string]any{"return": q.Name, "batch": q.BatchName, "outcome": said, "evidence": evidence}})
}

// errAnswered is the answer to "nothing was booked" about a file that the bank has
// sent a return for.
var errAnswered = core.E(core.KindConflict, "bank_answered", "银行给这一批发过回单,不能当作一笔没记。请再问银行,按回单走。")

// answered refuses to free the money of a file that the bank has answered line by
// line, if only while the file was refused, or of which its statement has a payment: it would
// be paid twice.
func (q Inquiry) answered(ctx context.Context, tx *pg.Tx, said Outcome) error {
	if said != BookedNothing {
		return nil
	}
	var some bool
	const look = `select exists (select 1 from bank_return where batch = $1 and state = 'set_aside' and reason = $2)`
	if err := tx.QueryRow(ctx, look, q.Batch, batchIs+"refused").Scan(&some); err != nil {
		return pg.Fail(err, "look for a return of a refused file")
	}
	if some {
		return errAnswered
	}
	return statementPaid(ctx, tx, q.Batch)
}

// ConfirmInquiry lets a second person put in force what the bank said. seen is the
// proposal as that person read it. Nothing is paid by it: money that the bank has not
// booked is due again, money that it has stays in transit until its return.
// ErrSamePerson for whoever proposed it, ErrMoved when nothing, or by now something
// else, is proposed, ErrStatementPaid for freeing what a statement of the bank has as paid.
func (p *Payout) ConfirmInquiry(ctx context.Context, tx *pg.Tx, by core.StaffID, seen Inquiry) error {
	q, err := inquiry(ctx, tx, seen.Return)
	switch {
	case err != nil:
		return err
	case q.Outcome == "" || q.Outcome != seen.Outcome || q.Proposed.UnixMicro() != seen.Proposed.UnixMicro():
		return ErrMoved
	case q.ProposedBy == by || by <= 0:
		return ErrSamePerson
	}
	if err := q.answered(ctx, tx, q.Outcome); err != nil {
		return err
	}
	const done = `update payout_inquiry set confirmed_by = $2, confirmed = $3 where return = $1`
	if _, err := tx.Exec(ctx, done, q.Return, by, tx.Now()); err != nil {
		return pg.Fail(err, "confirm an inquiry")
	}
	if q.Refused {
		if err := p.settle(ctx, tx, q); err != nil {
			return err
		}
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "inquiry.confirmed", Purpose: "payout",
		Detail: map[string]any{"return": q.Name, "batch": q.BatchName, "outcome": q.Outcome}})
}

// settle ends the refusal of a whole file.
func (p *Payout) settle(ctx context.Context, tx *pg.Tx, q Inquiry) error {
	const lock = `select id, name, state, lines, total from payout_batch where id = $1 for update`
	var b Batch
	err := tx.QueryRow(ctx, lock, q.Batch).Scan(&b.ID, &b.Name, &b.State, &b.Totals.Lines, &b.Totals.Total)
	switch {
	case err != nil:
		return pg.Fail(err, "lock a batch")
	case b.State != "refused":
		return ErrMoved
	case q.Outcome == BookedNothing:
		return p.dissolve(ctx, tx, b)
	}
	// The refusal no longer answers the batch: its return will.
	const aside = `update bank_return set state = 'set_aside', reason = $2 where id = $1`
	if _, err := tx.Exec(ctx, aside, q.Return, reasonBooked); err != nil {
		return pg.Fail(err, "set a refusal aside")
	}
	const reopen = `update payout_batch set state = 'sent', refused = '', answered = null, sent = coalesce(sent, $2) where id = $1`
	if _, err := tx.Exec(ctx, reopen, b.ID, tx.Now()); err != nil {
		return pg.Fail(err, "wait for a return again")
	}
	if err := p.stepped(ctx, tx, "batch.reopened", b.ID); err != nil {
		return err
	}
	return p.takeAgain(ctx, tx, b)
}

// takeAgain takes in the returns that came while their batch was refused, the oldest
// first, until one of them answers it.
func (p *Payout) takeAgain(ctx context.Context, tx *pg.Tx, b Batch) error {
	early, err := earlyReturns(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	for _, e := range early {
		r := incoming{again: true, name: e.Name}
		if r.raw, err = p.ring.Open(e.Sealed, returnAt(e.Name)); err != nil {
			return err
		}
		if r.Return, err = ParseReturn(r.raw); err != nil {
			return err
		}
		if r.batch, err = BatchByID(ctx, tx, b.ID); err != nil {
			return err
		}
		if r.batch.State != "sent" {
			return nil
		}
		if err := p.take(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

type earlyReturn struct {
	Name   string
	Sealed []byte
}

func earlyReturns(ctx context.Context, tx *pg.Tx, batch int64) ([]earlyReturn, error) {
	const q = `select name, sealed from bank_return where batch = $1 and state = 'set_aside' and reason = $2 order by id`
	rows, err := tx.Query(ctx, q, batch, batchIs+"refused")
	if err != nil {
		return nil, pg.Fail(err, "look for early returns")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[earlyReturn])
	return list, pg.Fail(err, "look for early returns")
}
