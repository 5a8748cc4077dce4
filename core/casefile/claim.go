package casefile

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Claim is one item of a case.
type Claim struct {
	ID         core.ClaimID
	Case       core.CaseID
	Region     core.RegionCode
	Item       core.ItemCode
	Name       string // official
	Everyday   string // as citizens say it
	Department string
	State      ClaimState
	Decides    string // "township", "county", "outside"
	NoticeDays int
	Cash       bool
	HasAmount  bool
	Amount     core.Fen // as proposed, then as decided; by Period
	Period     string   // "month", "once", "term", ...
	Sample     bool     // the amount is a sample figure
	Emergency  bool     // act first, papers later
	AgreedBy   core.StaffID
	Consent    Consent // of the household
	Proposer   core.StaffID
	Proposal   Outcome
	Reasons    []Reason
	Due        core.Date
	Money      Money
	Result     string // what the outside body answered
	Paid       time.Time
	Delivered  time.Time
	Told       time.Time
	Changed    string // why it was changed or stopped after it was granted, as the household reads it
	Updated    time.Time
	SentBack   string // why the proposal came back, until it is proposed again
	NoticeOver bool   // its notice has hung its days, and the decision waits
	NoticeNth  int    // which hanging of its notice was the last, 0 for none
	Terms      Terms  // how the law of the day of acceptance has it handled
}

// Runs reports whether money of the claim comes every month from here on.
func (c Claim) Runs() bool {
	return c.State == ClaimClosed && c.Money == MoneyPaid && c.Period == "month" && c.Changed == "" && c.Proposal == ProposeApprove
}

// Money says how far a payment is.
type Money string

// The stages of a payment as the case sees them.
const (
	MoneyNone     Money = ""
	MoneySent     Money = "sent"
	MoneyReturned Money = "returned" // the bank sent it back; an account must be mended
	MoneyPaid     Money = "paid"
)

// Outcome is what is proposed or decided for a claim.
type Outcome string

// The outcomes. A proposal says "approve", the decision on it "approved".
const (
	ProposeApprove Outcome = "approve"
	ProposeRefuse  Outcome = "refuse"
	ProposeRefer   Outcome = "refer"
	Approved       Outcome = "approved"
	Refused        Outcome = "refused"
	Referred       Outcome = "referred"
)

// NewClaim is an item to be claimed, with what the Book says about it.
type NewClaim struct {
	Item       core.ItemCode
	Name       string
	Everyday   string
	Department string
	Decides    string
	NoticeDays int
	Cash       bool
	Benefit    Benefit
	Reasons    []Reason
}

const claimColumns = `id, case_id, region, item, name, everyday, department, state, decides, notice_days, cash,
	amount is not null, coalesce(amount, 0), period, sample, emergency, coalesce(agreed_by, 0), coalesce(proposer, 0), proposal,
	reasons, due, money, result, paid, delivered, told, changed, updated, sent_back,
	state = 'noticed' and not exists (select 1 from public_notice n where n.claim_id = claim.id and n.state = 'up'),
	coalesce((select n.nth from public_notice n where n.case_id = claim.case_id and n.claim_id = claim.id and n.state <> 'stopped' order by n.id desc limit 1), 0),
	terms, agreed_how, agreed_ref, agreed_at`

func scanClaim(r row) (Claim, error) {
	var c Claim
	var due, paid, delivered, told, agreed *time.Time
	err := r.Scan(&c.ID, &c.Case, &c.Region, &c.Item, &c.Name, &c.Everyday, &c.Department, &c.State, &c.Decides, &c.NoticeDays, &c.Cash,
		&c.HasAmount, &c.Amount, &c.Period, &c.Sample, &c.Emergency, &c.AgreedBy, &c.Proposer, &c.Proposal,
		&c.Reasons, &due, &c.Money, &c.Result, &paid, &delivered, &told, &c.Changed, &c.Updated, &c.SentBack, &c.NoticeOver, &c.NoticeNth, &c.Terms, &c.Consent.How, &c.Consent.Ref, &agreed)
	c.Consent.At = timeOf(agreed)
	c.Due, c.Paid, c.Delivered, c.Told = dayOf(due), timeOf(paid), timeOf(delivered), timeOf(told)
	return c, err
}

// AddClaim writes a proposed claim. An item already claimed in this case stays as
// it is: the first row is the claim (F32).
func (s *Store) AddClaim(ctx context.Context, tx *pg.Tx, id core.CaseID, n NewClaim) error {
	var amount any
	if n.Benefit.Amount != nil {
		amount = *n.Benefit.Amount
	}
	_, err := tx.Exec(ctx, `insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash,
			amount, period, sample, reasons, created, updated)
		select id, region, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13 from casefile where id = $1
		on conflict (case_id, item) do nothing`,
		id, n.Item, n.Name, n.Everyday, n.Department, n.Decides, n.NoticeDays, n.Cash,
		amount, n.Benefit.Per, n.Benefit.Sample, encode(orEmpty(n.Reasons)), tx.Now())
	return pg.Fail(err, "write a claim")
}

// Revive proposes an item anew that the household did not want before and asks for
// now. Any other claim stays as it is.
func (s *Store) Revive(ctx context.Context, tx *pg.Tx, id core.CaseID, item core.ItemCode) error {
	c := Claim{Case: id, State: ClaimWithdrawn}
	err := tx.QueryRow(ctx, `update claim set state = 'proposed', updated = $3 where case_id = $1 and item = $2 and state = 'withdrawn'
		returning id, region`, id, item, tx.Now()).Scan(&c.ID, &c.Region)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return s.stepped(ctx, tx, c.step(ClaimProposed), pg.Fail(err, "propose a claim anew"))
}

// Claims reads the claims of a case in the order they were made.
func (s *Store) Claims(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Claim, error) {
	rows, err := tx.Query(ctx, `select `+claimColumns+` from claim where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read claims")
	}
	defer rows.Close()
	var list []Claim
	for rows.Next() {
		c, err := scanClaim(rows)
		if err != nil {
			return nil, pg.Fail(err, "read a claim")
		}
		list = append(list, c)
	}
	return list, pg.Fail(rows.Err(), "read claims")
}

// Belongs holds that a claim is of that case; KindNotFound when it is not, or when
// neither is the reader's to see.
func (s *Store) Belongs(ctx context.Context, tx *pg.Tx, id core.ClaimID, to core.CaseID) error {
	var one int
	return pg.Fail(tx.QueryRow(ctx, `select 1 from claim where id = $1 and case_id = $2`, id, to).Scan(&one), "find a claim of a case")
}

// LockClaim reads a claim and its case and holds both until the transaction
// ends; the case first, as every act does.
func (s *Store) LockClaim(ctx context.Context, tx *pg.Tx, id core.ClaimID) (Case, Claim, error) {
	var of core.CaseID
	if err := tx.QueryRow(ctx, `select case_id from claim where id = $1`, id).Scan(&of); err != nil {
		return Case{}, Claim{}, pg.Fail(err, "find a claim")
	}
	c, err := s.Lock(ctx, tx, of)
	if err != nil {
		return Case{}, Claim{}, err
	}
	claim, err := scanClaim(tx.QueryRow(ctx, `select `+claimColumns+` from claim where id = $1 for update`, id))
	return c, claim, pg.Fail(err, "lock a claim")
}

func (c Claim) allow(to ClaimState) error {
	if !claimEdges().allows(string(c.State), string(to)) {
		return ErrMovedOn
	}
	return nil
}

// Agreed is that a household wants an item: who of the staff heard it, by when it must
// be decided, and how the law of the day has it handled.
type Agreed struct {
	By         core.StaffID
	Consent    Consent
	Due        core.Date
	NoticeDays int
	Terms      Terms
}

// Agree records that the household wants this item, and by whose word, under the law of today.
// Errors: ErrMovedOn, ErrNobodyAgreed.
func (s *Store) Agree(ctx context.Context, tx *pg.Tx, c Claim, in Agreed) error {
	if err := c.allow(ClaimAgreed); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update claim set state = 'agreed', agreed_by = $2, due = $3, updated = $4, notice_days = $5, terms = $6,
		agreed_how = $7, agreed_ref = $8, agreed_at = $9 where id = $1`, c.ID, in.By, day(in.Due), tx.Now(), in.NoticeDays, encode(in.Terms), in.Consent.How, in.Consent.Ref, in.Consent.At)
	if pg.Constraint(err) == "claim_agreed" {
		return ErrNobodyAgreed
	}
	return s.stepped(ctx, tx, c.step(ClaimAgreed), pg.Fail(err, "agree on a claim"))
}

// Extend moves the day by which a claim must be decided, as its terms allow.
func (s *Store) Extend(ctx context.Context, tx *pg.Tx, c Claim, d Deadline) error {
	if _, err := tx.Exec(ctx, `update claim set due = $2 where id = $1`, c.ID, day(d.Due)); err != nil {
		return pg.Fail(err, "move the day of a decision")
	}
	_, err := tx.Exec(ctx, `update casefile set decide_due = $2 where id = $1 and decide_due < $2`, d.Case, day(d.Due))
	if err != nil {
		return pg.Fail(err, "move the day of the last decision")
	}
	return s.MoveDeadline(ctx, tx, d)
}

// Proposal is what an officer proposes for a claim, and why.
type Proposal struct {
	Outcome   Outcome // ProposeApprove, ProposeRefuse, ProposeRefer
	Amount    *core.Fen
	Period    string
	Sample    bool
	Reasons   []Reason
	By        core.StaffID
	Emergency bool
	Decides   string // who decides at this amount; "" leaves it as the Book says
	Cash      *bool  // as money or otherwise; nil leaves it as it is
}

// ErrNoReason is the answer to an outcome without a reason.
var ErrNoReason = core.E(core.KindInvalid, "invalid_reasons", "请写明理由。没有理由不能定。")

// ErrNoAmount is the answer to money without an amount.
var ErrNoAmount = core.E(core.KindInvalid, "invalid_amount", "请写明金额,要大于 0 元。一分不发的,请选不同意。")

// Propose writes the officer's proposal.
func (s *Store) Propose(ctx context.Context, tx *pg.Tx, c Claim, p Proposal) error {
	if err := c.allow(ClaimReviewed); err != nil {
		return err
	}
	if len(p.Reasons) == 0 {
		return ErrNoReason
	}
	if p.Cash != nil {
		c.Cash = *p.Cash
	}
	// Nothing at all is no payment: the bank takes none and nobody is told of one.
	if p.Outcome == ProposeApprove && c.Cash && (p.Amount == nil || *p.Amount == 0) {
		return ErrNoAmount
	}
	var amount any
	if p.Amount != nil {
		if *p.Amount < 0 || *p.Amount > core.MaxAmount {
			return ErrNoAmount
		}
		amount = int64(*p.Amount)
	}
	_, err := tx.Exec(ctx, `update claim set state = 'reviewed', proposer = $2, proposal = $3, reasons = $4, amount = $5,
		period = $6, sample = $7, emergency = $8, updated = $9, decides = coalesce(nullif($10, ''), decides), cash = $11, sent_back = '' where id = $1`,
		c.ID, p.By, p.Outcome, encode(p.Reasons), amount, p.Period, p.Sample, p.Emergency, tx.Now(), p.Decides, c.Cash)
	return s.stepped(ctx, tx, c.step(ClaimReviewed), conferenceFault(err, "propose for a claim"))
}

// SendBack returns a proposal to the officer, with why.
func (s *Store) SendBack(ctx context.Context, tx *pg.Tx, c Claim, why string) error {
	if err := s.MoveClaim(ctx, tx, c, ClaimAgreed); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update claim set sent_back = $2 where id = $1`, c.ID, why)
	return pg.Fail(err, "keep why a proposal came back")
}

// MoveClaim makes a step that needs nothing but the new state.
func (s *Store) MoveClaim(ctx context.Context, tx *pg.Tx, c Claim, to ClaimState) error {
	if c.State == to {
		return nil
	}
	if err := c.allow(to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update claim set state = $2, updated = $3 where id = $1`, c.ID, to, tx.Now())
	return s.stepped(ctx, tx, c.step(to), pg.Fail(err, "move a claim"))
}

// SetMoney writes how far the payment is. Paid is final.
func (s *Store) SetMoney(ctx context.Context, tx *pg.Tx, c Claim, m Money) error {
	if c.State != ClaimPaying || c.Money == MoneyPaid {
		return ErrMovedOn
	}
	var paid any
	if m == MoneyPaid {
		paid = tx.Now()
	}
	_, err := tx.Exec(ctx, `update claim set money = $2, paid = $3, updated = $4 where id = $1`, c.ID, m, paid, tx.Now())
	return pg.Fail(err, "write the payment of a claim")
}

// Told closes the circle: the household knows the end of the claim. It is called
// again for the same claim without harm.
func (s *Store) Told(ctx context.Context, tx *pg.Tx, c Claim) error {
	if c.State == ClaimClosed {
		return nil
	}
	if c.State != ClaimTold {
		if err := s.MoveClaim(ctx, tx, c, ClaimTold); err != nil {
			return err
		}
		c.State = ClaimTold
	}
	_, err := tx.Exec(ctx, `update claim set state = 'closed', told = coalesce(told, $2), updated = $2 where id = $1`, c.ID, tx.Now())
	return s.stepped(ctx, tx, c.step(ClaimClosed), pg.Fail(err, "close a claim"))
}

// SetResult writes what the outside body answered; once.
func (s *Store) SetResult(ctx context.Context, tx *pg.Tx, c Claim, result string) error {
	if c.Result != "" {
		return ErrMovedOn
	}
	_, err := tx.Exec(ctx, `update claim set result = $2, updated = $3 where id = $1`, c.ID, result, tx.Now())
	return pg.Fail(err, "write the result of a referred claim")
}
