package payout

import (
	"context"
	"strconv"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Entitlement is one claim's one month of money, or its one payment. All of it is
// frozen when it is made; only the account may be corrected, by two people.
type Entitlement struct {
	Region         core.RegionCode // the case's township
	Case           core.CaseID
	Claim          core.ClaimID
	Decision       int64         // row of casefile's decision
	DecisionDigest string        // its digest, compared by the database
	Scheme         string        // whose money; "" is the item. One scheme pays a member once a month
	Members        []MemberKey   // whom it is for; at least one
	Beneficiary    core.PersonID // the applicant, as the registry knows them; 0 when it does not
	Item           core.ItemCode
	ItemName       string // official, as the notice prints it
	Period         Period
	Monthly        bool // NextMonth goes on with it
	Amount         core.Fen
	Sample         bool
	Holder         string // name on the account
	Account        core.BankAccount
}

// Errors of entitling.
var (
	// ErrOtherwise is the same claim and month with other content.
	ErrOtherwise = core.E(core.KindConflict, "entitled_otherwise", "这个事项这个月已经按别的金额定了,请先核对。")
	// ErrTwice is the same money to the same person in the same month by another claim.
	ErrTwice = core.E(core.KindConflict, "paid_elsewhere", "这个人这个月已经有这笔钱,不能再发一次。")
	// ErrUndecided is money without an approved decision of that amount and digest.
	ErrUndecided = core.E(core.KindConflict, "no_decision", "没有对应的批准决定,不能发钱。")
)

// Entitle makes an entitlement in the caller's transaction and gives its id. The
// same one again is a success with the same id, so a job may repeat it. Errors:
// KindInvalid, ErrOtherwise, ErrTwice, ErrUndecided.
func (p *Payout) Entitle(ctx context.Context, tx *pg.Tx, e Entitlement) (int64, error) {
	if err := e.check(); err != nil {
		return 0, err
	}
	if e.Scheme == "" {
		e.Scheme = string(e.Item)
	}
	sealed, err := p.ring.Seal([]byte(e.Account.Reveal()), accountAt(e.Claim))
	if err != nil {
		return 0, err
	}
	id, err := insertEntitlement(ctx, tx, e, sealed)
	if err != nil || id == 0 {
		if pg.Constraint(err) == "payout_decided" {
			return 0, ErrUndecided.Wrap(err)
		}
		if err != nil {
			return 0, err
		}
		return p.entitledBefore(ctx, tx, e)
	}
	if err := claimMembers(ctx, tx, e); err != nil {
		return 0, err
	}
	if err := post(ctx, tx, "entitle", id, map[string]core.Fen{accEntitled: e.Amount, accOwed: -e.Amount}); err != nil {
		return 0, err
	}
	made := month{id: id, caseID: e.Case, region: e.Region, claim: e.Claim, period: e.Period, amount: e.Amount, digest: e.DecisionDigest}
	return id, p.audit.Write(ctx, tx, made.entry(robot(), "payment.entitled"))
}

func (e Entitlement) check() error {
	_, err := ParsePeriod(string(e.Period))
	switch {
	case err != nil:
		return err
	case len(e.Region) != 9:
		return core.Invalid("region", "要写到乡镇。")
	case e.Claim <= 0 || e.Case <= 0 || e.Decision <= 0 || e.Item == "" || e.ItemName == "":
		return core.Invalid("claim", "事项不完整。")
	case len(e.Members) == 0:
		return core.Invalid("members", "没有写明这笔钱是给谁的。")
	case e.Amount <= 0 || e.Amount > core.MaxAmount:
		return core.Invalid("amount", "金额要大于 0。")
	case e.Account.IsZero():
		return core.Invalid("bank_account", "还没有收款账户。")
	}
	return checkHolder(e.Holder)
}

// checkHolder refuses now what the bank file could not carry later.
func checkHolder(name string) error {
	r := record{}
	r.text("name", name, 40)
	if name == "" || r.err != nil {
		return core.Invalid("holder", "请填卡上的名字。")
	}
	return nil
}

// accountAt binds a sealed account to its claim: a corrected one and next
// month's copy stay readable, another claim's cannot be put in its place.
func accountAt(c core.ClaimID) seal.At {
	return seal.At{Table: "payout_entitlement", Row: strconv.FormatInt(int64(c), 10), Column: "account"}
}

// insertEntitlement gives 0 when a unique index already holds it.
func insertEntitlement(ctx context.Context, tx *pg.Tx, e Entitlement, sealed []byte) (int64, error) {
	const q = `insert into payout_entitlement (region, case_id, claim, decision, decision_digest, scheme, beneficiary,
			item, item_name, period, monthly, amount, sample, holder, account, last4, created, updated)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)
		on conflict do nothing returning id`
	rows, err := tx.Query(ctx, q, e.Region, e.Case, e.Claim, e.Decision, e.DecisionDigest, e.Scheme, e.Beneficiary,
		e.Item, e.ItemName, e.Period, e.Monthly, e.Amount, e.Sample, e.Holder, sealed, e.Account.Last4(), tx.Now())
	if err != nil {
		return 0, pg.Fail(err, "insert an entitlement")
	}
	defer rows.Close()
	var id int64
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return 0, pg.Fail(err, "insert an entitlement")
		}
	}
	return id, pg.Fail(rows.Err(), "insert an entitlement")
}

// entitledBefore answers a repeat: the same content gives the id, other content
// or another claim of the same money an error.
func (p *Payout) entitledBefore(ctx context.Context, tx *pg.Tx, e Entitlement) (int64, error) {
	const q = `select id, amount = $3 and decision_digest = $4 and item = $5 from payout_entitlement
		where claim = $1 and period = $2 and state <> 'cancelled'`
	var id int64
	var same bool
	err := pg.Fail(tx.QueryRow(ctx, q, e.Claim, e.Period, e.Amount, e.DecisionDigest, e.Item).Scan(&id, &same), "look for an entitlement")
	switch {
	case core.KindOf(err) == core.KindNotFound && err != nil:
		return 0, ErrTwice
	case err != nil:
		return 0, err
	case !same:
		return 0, ErrOtherwise
	}
	return id, nil
}

// Due counts what waits for a batch in the caller's scope, up to the coming month: not what a
// statement of the bank has as paid.
func (p *Payout) Due(ctx context.Context, tx *pg.Tx) (t Totals, sample bool, err error) {
	const q = `select count(*), coalesce(sum(e.amount), 0)::bigint, coalesce(bool_or(e.sample), false) from payout_entitlement e where e.state = 'due' and e.period <= $1` + unsaid + unheld
	err = tx.QueryRow(ctx, q, payable(tx)).Scan(&t.Lines, &t.Total, &sample)
	return t, sample, pg.Fail(err, "count what is due")
}
