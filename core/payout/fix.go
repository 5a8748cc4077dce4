package payout

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Fix is a task to mend a returned payment.
type Fix struct {
	ID         int64
	Line       Line
	Code       string // the bank's
	State      string // open, proposed, confirmed, cancelled
	Holder     string // as proposed
	Last4      string // as proposed
	Evidence   string
	ProposedBy core.StaffID
	Opened     time.Time
	Times      int          // how often this money came back
	Again      string       // why it may be sent once more after the second time; "" while nobody has said
	AgainBy    core.StaffID // and who said so
}

// Correction is a proposed account.
type Correction struct {
	Account  core.BankAccount // may be the old one: a dormant card was woken
	Holder   string
	Evidence string // how we know: card seen, passbook copied, bank slip
}

// FixTasks lists the open tasks in the caller's scope, oldest first, at most 200.
func (p *Payout) FixTasks(ctx context.Context, tx *pg.Tx) ([]Fix, error) {
	const q = `select f.id, f.code, f.state, f.holder, f.last4, f.evidence, coalesce(f.proposed_by, 0), f.opened,
			l.id, l.name, l.batch, l.entitlement, l.region, e.case_id, e.claim, l.item, l.item_name, l.period, l.amount,
			e.sample, l.holder, l.last4, l.state, l.code,
			` + timesBack + `, coalesce(a.says, ''), coalesce(a.allowed_by, 0)
		from payout_fix f join payout_line l on l.id = f.line join payout_entitlement e on e.id = f.entitlement left join payout_again a on a.fix = f.id
		where f.state in ('open', 'proposed') order by f.id limit 200`
	rows, err := tx.Query(ctx, q)
	if err != nil {
		return nil, pg.Fail(err, "list fix tasks")
	}
	defer rows.Close()
	var out []Fix
	for rows.Next() {
		var f Fix
		l := &f.Line
		err := rows.Scan(&f.ID, &f.Code, &f.State, &f.Holder, &f.Last4, &f.Evidence, &f.ProposedBy, &f.Opened,
			&l.ID, &l.Name, &l.Batch, &l.Entitlement, &l.Region, &l.Case, &l.Claim, &l.Item, &l.ItemName, &l.Period, &l.Amount,
			&l.Sample, &l.Holder, &l.Last4, &l.State, &l.Code, &f.Times, &f.Again, &f.AgainBy)
		if err != nil {
			return nil, pg.Fail(err, "list fix tasks")
		}
		out = append(out, f)
	}
	return out, pg.Fail(rows.Err(), "list fix tasks")
}

func fixAt(id int64) seal.At {
	return seal.At{Table: "payout_fix", Row: formatID(id), Column: "account"}
}

// ProposeAccount records a corrected account. A proposal may be replaced until it
// is confirmed. KindInvalid for a holder that no bank file could carry, missing
// evidence, or what cannot mend the bank's code (Mends); ErrMoved for a task that has ended.
func (p *Payout) ProposeAccount(ctx context.Context, tx *pg.Tx, by core.StaffID, fix int64, c Correction) error {
	if err := checkHolder(c.Holder); err != nil {
		return err
	}
	switch {
	case c.Account.IsZero():
		return core.Invalid("bank_account", "请填卡号。")
	case c.Evidence == "" || len(c.Evidence) > 600:
		return core.Invalid("evidence", "请写明怎么核对的,例如:看了卡和身份证。")
	case by <= 0:
		return core.E(core.KindForbidden, "no_staff", "")
	}
	if err := p.mends(ctx, tx, fix, c); err != nil {
		return err
	}
	sealed, err := p.ring.Seal([]byte(c.Account.Reveal()), fixAt(fix))
	if err != nil {
		return err
	}
	const q = `update payout_fix set state = 'proposed', holder = $2, account = $3, last4 = $4, evidence = $5, proposed_by = $6, proposed = $7
		where id = $1 and state in ('open', 'proposed') returning entitlement, region`
	var entitlement int64
	var region core.RegionCode
	err = pg.Fail(tx.QueryRow(ctx, q, fix, c.Holder, sealed, c.Account.Last4(), c.Evidence, by, tx.Now()).Scan(&entitlement, &region), "propose an account")
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return ErrMoved
	}
	if err != nil {
		return err
	}
	const mark = `update payout_entitlement set state = 'fixing', updated = $2 where id = $1 and state = 'returned'`
	if _, err := tx.Exec(ctx, mark, entitlement, tx.Now()); err != nil {
		return pg.Fail(err, "mark what is being fixed")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "account.proposed", Subject: entitlementSubject(entitlement), Region: region, Purpose: "payout",
		Detail: map[string]any{"fix": fix, "entitlement": entitlement, "last4": c.Account.Last4(), "evidence": c.Evidence}})
}

// ConfirmAccount lets a second person, who has called the citizen back, put the
// corrected account in force; the entitlement is due again, once. ErrSamePerson
// for whoever proposed it, ErrMoved when there is nothing proposed, ErrStatementSays while
// the bank's statement has the money as paid, ErrReturnedTwice for money
// that came back a second time and that nobody has allowed to go out once more.
func (p *Payout) ConfirmAccount(ctx context.Context, tx *pg.Tx, by core.StaffID, fix int64) error {
	const q = `select f.state, f.proposed_by, f.entitlement, f.region, f.holder, f.account, f.last4, e.claim, e.period, l.batch
		from payout_fix f join payout_entitlement e on e.id = f.entitlement join payout_line l on l.id = f.line
		where f.id = $1 for update of f`
	var state, holder, last4 string
	var proposer *core.StaffID
	var entitlement, batch int64
	var region core.RegionCode
	var claim core.ClaimID
	var month Period
	var sealed []byte
	err := tx.QueryRow(ctx, q, fix).Scan(&state, &proposer, &entitlement, &region, &holder, &sealed, &last4, &claim, &month, &batch)
	switch {
	case err != nil:
		return pg.Fail(err, "read a fix task")
	case state != "proposed" || proposer == nil:
		return ErrMoved
	case *proposer == by || by <= 0:
		return ErrSamePerson
	}
	plain, err := p.ring.Open(sealed, fixAt(fix))
	if err != nil {
		return err
	}
	if sealed, err = p.ring.Seal(plain, accountAt(claim)); err != nil {
		return err
	}
	if err := statementSays(ctx, tx, claim, month); err != nil {
		return err
	}
	if err := p.twice(ctx, tx, by, fix); err != nil {
		return err
	}
	if err := lockOnward(ctx, tx, claim); err != nil {
		return err
	}
	const done = `update payout_fix set state = 'confirmed', confirmed_by = $2, confirmed = $3 where id = $1`
	if _, err := tx.Exec(ctx, done, fix, by, tx.Now()); pg.Constraint(err) == "payout_second" {
		return ErrSecond.Wrap(pg.Fail(err, "confirm an account"))
	} else if err != nil {
		return pg.Fail(err, "confirm an account")
	}
	if err := dueAgain(ctx, tx, entitlement); err != nil {
		return err
	}
	if err := retarget(ctx, tx, claim, card{holder, last4, sealed}); err != nil {
		return err
	}
	if err := p.jobs.Insert(ctx, tx, CloseBatch{Batch: batch}); err != nil {
		return err
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "account.confirmed", Subject: entitlementSubject(entitlement), Region: region, Purpose: "payout",
		Detail: map[string]any{"fix": fix, "entitlement": entitlement, "last4": last4}})
}

func dueAgain(ctx context.Context, tx *pg.Tx, entitlement int64) error {
	tag, err := tx.Exec(ctx, `update payout_entitlement set state = 'due', updated = $2 where id = $1 and state = 'fixing'`, entitlement, tx.Now())
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMoved
	}
	return pg.Fail(err, "make a payment due again")
}

// card is an account as the months of a claim keep it.
type card struct {
	holder, last4 string
	account       []byte // sealed at the claim
}

// retarget sends the months of a claim to another card: those still to be sent, and
// the newest, from which the next month takes its card. What is on its way keeps its
// line's own copy; a returned one has a task of its own.
func retarget(ctx context.Context, tx *pg.Tx, claim core.ClaimID, to card) error {
	const q = `update payout_entitlement set holder = $2, account = $3, last4 = $4, updated = $5
		where claim = $1 and (state in ('due', 'batched', 'sent') or state <> 'cancelled'
			and period = (select max(period) from payout_entitlement n where n.claim = $1 and n.state <> 'cancelled'))`
	_, err := tx.Exec(ctx, q, claim, to.holder, to.account, to.last4, tx.Now())
	return pg.Fail(err, "send what is to come to another card")
}

// RejectAccount lets a second person send a proposal back with a reason; the task
// is open again.
func (p *Payout) RejectAccount(ctx context.Context, tx *pg.Tx, by core.StaffID, fix int64, reason string) error {
	if reason == "" {
		return core.Invalid("reason", "请写一句为什么退回。")
	}
	const q = `update payout_fix set state = 'open' where id = $1 and state = 'proposed' and proposed_by <> $2 returning entitlement, region`
	var entitlement int64
	var region core.RegionCode
	err := pg.Fail(tx.QueryRow(ctx, q, fix, by).Scan(&entitlement, &region), "reject an account")
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return ErrMoved
	}
	if err != nil {
		return err
	}
	const mark = `update payout_entitlement set state = 'returned', updated = $2 where id = $1 and state = 'fixing'`
	if _, err := tx.Exec(ctx, mark, entitlement, tx.Now()); err != nil {
		return pg.Fail(err, "reject an account")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "account.rejected", Subject: entitlementSubject(entitlement), Region: region, Purpose: "payout",
		Detail: map[string]any{"fix": fix, "reason": reason}})
}
