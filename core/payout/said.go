package payout

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Ruling is what two people record of a batch whose outcome is unknown.
type Ruling string

// The rulings.
const (
	// RuledHere is the bank's word, asked by telephone, that it has the file: the batch
	// waits for its return.
	RuledHere Ruling = "here"
	// RuledAbsent is its word that it has no such file: the same bytes go out once more.
	// It frees no money: what the bank has after all it books once, whoever was wrong.
	RuledAbsent Ruling = "absent"
	// RuledDissolve ends a batch that is held: its entitlements are due again. It needs
	// the bank's own "not here" beside the two people.
	RuledDissolve Ruling = "dissolve"
)

// Unsettled is a batch that is with the bank, or not, and what people say of it.
type Unsettled struct {
	Batch       int64
	Name        string
	Offer       int  // which handing over it is about
	Held        bool // not handed over any more: a card, a stop, a death since
	MayDissolve bool // the bank itself says that it has none
	Ruling      Ruling
	Evidence    string
	ProposedBy  core.StaffID
	Proposed    time.Time // names the proposal: another one has another time
	Confirmed   bool
}

const unsettled = `select b.id, b.name, b.offered, b.held is not null,
		b.held is not null and exists (select from payout_word w where w.batch = b.id and w.offer = b.offered and w.word = 'absent')
			and not exists (select from payout_word w where w.batch = b.id and w.offer = b.offered and w.word = 'differs'),
		coalesce(s.word, ''), coalesce(s.evidence, ''), coalesce(s.proposed_by, 0), coalesce(s.proposed, b.created), s.confirmed is not null
	from payout_batch b left join payout_said s on s.batch = b.id and s.offer = b.offered
	where b.state = 'file_written' and b.offered > 0`

// askByPhone is how long a bank may say nothing before people ask it.
const askByPhone = time.Hour

// Unsettled lists the batches that need people, because they are held or because nobody
// has known for an hour whether the bank has them; oldest first, at most 100.
func (p *Payout) Unsettled(ctx context.Context, tx *pg.Tx) ([]Unsettled, error) {
	rows, err := tx.Query(ctx, unsettled+` and (b.held is not null or b.intended < $1) order by b.id limit 100`, tx.Now().Add(-askByPhone))
	if err != nil {
		return nil, pg.Fail(err, "list unknown batches")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Unsettled])
	return list, pg.Fail(err, "list unknown batches")
}

func lockUnsettled(ctx context.Context, tx *pg.Tx, batch int64) (Unsettled, error) {
	rows, err := tx.Query(ctx, unsettled+` and b.id = $1 for update of b`, batch)
	if err != nil {
		return Unsettled{}, pg.Fail(err, "read an unknown batch")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Unsettled])
	if err == nil && len(list) == 0 {
		return Unsettled{}, ErrMoved
	}
	if err != nil {
		return Unsettled{}, pg.Fail(err, "read an unknown batch")
	}
	return list[0], nil
}

// allows reports whether a ruling fits the batch as it is now.
func (u Unsettled) allows(r Ruling) bool {
	switch r {
	case RuledHere:
		return !u.Confirmed
	case RuledAbsent:
		return !u.Confirmed && !u.Held
	case RuledDissolve:
		return u.MayDissolve
	}
	return false
}

// ProposeRuling writes down what the bank said of an unknown batch: who said it and when.
// It may be replaced until another person confirms it. KindInvalid without evidence or
// for a ruling that does not fit, ErrMoved for a batch that is not unknown.
func (p *Payout) ProposeRuling(ctx context.Context, tx *pg.Tx, by core.StaffID, batch int64, r Ruling, evidence string) error {
	u, err := lockUnsettled(ctx, tx, batch)
	evidence = strings.TrimSpace(evidence)
	switch {
	case err != nil:
		return err
	case by <= 0:
		return core.E(core.KindForbidden, "no_staff", "")
	case evidence == "" || len(evidence) > 600:
		return core.Invalid("evidence", "请写明问的是银行哪一位、什么时候问的。")
	case !u.allows(r):
		return core.Invalid("word", "请选银行是怎么说的。")
	case r == RuledDissolve:
		if err := statementPaid(ctx, tx, batch); err != nil {
			return err
		}
	}
	const keep = `insert into payout_said (batch, offer, word, evidence, proposed_by, proposed) values ($1, $2, $3, $4, $5, $6)
		on conflict (batch, offer) do update set word = excluded.word, evidence = excluded.evidence,
			proposed_by = excluded.proposed_by, proposed = excluded.proposed, confirmed_by = null, confirmed = null`
	if _, err := tx.Exec(ctx, keep, batch, u.Offer, r, evidence, by, tx.Now()); err != nil {
		return pg.Fail(err, "write down what the bank said")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "ruling.proposed", Subject: batchSubject(batch), Purpose: "payout",
		Detail: map[string]any{"batch": u.Name, "offer": u.Offer, "word": r, "evidence": evidence}})
}

// ConfirmRuling lets a second person put in force what is written down. seen is the
// proposal as that person read it. ErrSamePerson for whoever proposed it, ErrMoved when
// nothing, or by now something else, is proposed, or when it no longer fits, ErrStatementPaid
// for dissolving what a statement of the bank has as paid.
func (p *Payout) ConfirmRuling(ctx context.Context, tx *pg.Tx, by core.StaffID, seen Unsettled) error {
	u, err := lockUnsettled(ctx, tx, seen.Batch)
	switch {
	case err != nil:
		return err
	case u.Ruling == "" || u.Confirmed || u.Ruling != seen.Ruling || u.Proposed.UnixMicro() != seen.Proposed.UnixMicro() || !u.allows(u.Ruling):
		return ErrMoved
	case u.ProposedBy == by || by <= 0:
		return ErrSamePerson
	case u.Ruling == RuledDissolve:
		if err := statementPaid(ctx, tx, u.Batch); err != nil {
			return err
		}
	}
	const done = `update payout_said set confirmed_by = $3, confirmed = $4 where batch = $1 and offer = $2`
	if _, err := tx.Exec(ctx, done, u.Batch, u.Offer, by, tx.Now()); err != nil {
		return pg.Fail(err, "confirm what the bank said")
	}
	if err := p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "ruling.confirmed", Subject: batchSubject(u.Batch), Purpose: "payout",
		Detail: map[string]any{"batch": u.Name, "offer": u.Offer, "word": u.Ruling}}); err != nil {
		return err
	}
	switch u.Ruling {
	case RuledHere:
		return p.markSent(ctx, tx, u.Batch)
	case RuledDissolve:
		return p.withdraw(ctx, tx, u.Batch)
	}
	return p.jobs.Insert(ctx, tx, SendBatch{Batch: u.Batch})
}

// withdraw dissolves a held batch that the bank says it never had, or that was never handed
// over. Its money was never in transit, so the ledger stays as it is.
func (p *Payout) withdraw(ctx context.Context, tx *pg.Tx, batch int64) error {
	const q = `update payout_batch set state = 'refused', refused = $2, answered = $3 where id = $1`
	if _, err := tx.Exec(ctx, q, batch, receiptAbsent, tx.Now()); err != nil {
		return pg.Fail(err, "withdraw a batch")
	}
	if err := p.stepped(ctx, tx, "batch.refused", batch); err != nil {
		return err
	}
	return p.closeUnbooked(ctx, tx, batch)
}

// ErrStatementPaid is a batch that would be dissolved while a statement of the bank has a
// payment of it.
var ErrStatementPaid = core.E(core.KindConflict, "statement_paid", "银行的对账单上,这一批里有钱付出去了。先问清银行,两个人在“对账”里核过,再作废。")

// ruledAbsent reports whether two people have recorded that the bank has no such file of
// this offer.
func (p *Payout) ruledAbsent(ctx context.Context, id int64, offer int) (absent bool, err error) {
	err = p.db.Read(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select exists (select from payout_said where batch = $1 and offer = $2 and word = 'absent' and confirmed is not null)`
		return pg.Fail(tx.QueryRow(ctx, q, id, offer).Scan(&absent), "look for the word of two people")
	})
	return absent, err
}

// changedSince holds for a batch of which a line would be paid wrongly by now: to a card
// that was replaced, for money that was stopped since the approval, to somebody of whom
// it was learnt since that they died, or once more what a statement of the bank has as paid.
const changedSince = `exists (select from payout_line l join payout_entitlement e on e.id = l.entitlement
		where l.batch = payout_batch.id and (e.card <> l.card or l.attempt > 1 and (e.claim, e.period) in (select claim, period from payout_contradicted_months())
			or exists (select from payout_stop s where s.claim = e.claim and (s.from_period <= e.period or s.at > payout_batch.approved))
			or exists (select from person_death d join life_event v on v.id = d.event where d.person = e.beneficiary and v.known_at > payout_batch.approved)))`

// hold stops a batch that is about to be handed over, for the first time or again, when it
// would be paid wrongly by now, and reports whether it is stopped. before is how often it was
// handed over.
func (p *Payout) hold(ctx context.Context, tx *pg.Tx, id int64, before int) (held bool, err error) {
	if err := holdCards(ctx, tx, id); err != nil {
		return false, err
	}
	const q = `update payout_batch set held = $2 where id = $1 and state = 'file_written' and held is null and offered = $3 and ` + changedSince
	tag, err := tx.Exec(ctx, q, id, tx.Now(), before)
	if err != nil {
		return false, pg.Fail(err, "look for what changed since")
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	p.log.ErrorContext(ctx, "a batch is held: a card, a stop, a death or a statement since it was approved", "batch", id, "offers", before)
	if err := whyHeld(ctx, tx, id); err != nil {
		return true, err
	}
	return true, p.stepped(ctx, tx, "batch.held", id)
}

// holdCards waits for a card that is just being changed, so that it is seen.
func holdCards(ctx context.Context, tx *pg.Tx, batch int64) error {
	const q = `select from payout_line l join payout_entitlement e on e.id = l.entitlement where l.batch = $1 order by e.id for share of e`
	_, err := tx.Exec(ctx, q, batch)
	return pg.Fail(err, "hold the cards of a batch")
}
