package casefile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

// ChangeKind is what happens to monthly money that runs.
type ChangeKind string

// The kinds of change.
const (
	ChangeStop   ChangeKind = "stop"
	ChangeAmount ChangeKind = "change"
)

// ChangeState is how far a change is.
type ChangeState string

// The states of a change.
const (
	ChangeProposed ChangeState = "proposed"
	ChangeApproved ChangeState = "approved"
	ChangeRejected ChangeState = "rejected"
)

// Change is a proposal to stop or change the monthly money of a claim, and what a
// second person decided on it.
type Change struct {
	ID       int64
	Claim    core.ClaimID
	Case     core.CaseID
	Kind     ChangeKind
	Was      core.Fen // a month
	Amount   core.Fen // a month; 0 to stop
	From     string   // yyyymm
	Reason   string   // as the household reads it
	State    ChangeState
	Proposer core.StaffID
	Proposed time.Time
	Approver core.StaffID // 0 while proposed
	Decided  time.Time
	Answer   string // why it was rejected
	Appeal   string
	Decision int64        // of the new amount, 0 for none
	Above    bool         // the new amount is beyond what a township may decide
	Session  string       // of who decides, for the signature; written and not read back
	Second   staff.Second // likewise
}

// Digest names a proposed change for the page that shows it: hex SHA-256 of what whoever
// decides has read.
func (c Change) Digest() string {
	sum := sha256.Sum256(encode([]any{c.ID, c.Kind, c.Was, c.Amount, c.From, c.Reason}))
	return hex.EncodeToString(sum[:])
}

// Errors of changing.
var (
	// ErrNoChange is the answer to a proposal that would change nothing.
	ErrNoChange = core.E(core.KindInvalid, "invalid_amount", "和现在的金额一样。要改就写新的每月金额。")
	// ErrChangeAnew is the answer to a decision on a change that was written anew meanwhile.
	ErrChangeAnew = core.E(core.KindConflict, "record_changed", "变更改过了。请刷新,看过新的再定。")
	// ErrChangeOpen is the answer to a second proposal while one waits.
	ErrChangeOpen = core.E(core.KindConflict, "change_open", "已经有一个变更在等第二个人定。")
)

// ErrNotTold is the answer to less money from a month before the household would know: from the
// first that it may be, as benefit_notice says for the item.
var ErrNotTold = core.E(core.KindConflict, "change_not_told", "停发、少发要让家里先知道。请选后面的月份。")

// A ChangeNotice is how long before less money a household is told.
type ChangeNotice struct {
	From string // yyyymm, the first month it may be, told today
	Days int    // before that month begins
	Law  string
}

// NoticeOf reads how long before a stop, or less, the household of an item is told.
func (s *Store) NoticeOf(ctx context.Context, tx *pg.Tx, item core.ItemCode) (n ChangeNotice, err error) {
	err = tx.QueryRow(ctx, `select benefit_from($1, $2), days, law from benefit_notice where item in ('', $1) order by item desc limit 1`, item, day(tx.Today())).Scan(&n.From, &n.Days, &n.Law)
	return n, pg.Fail(err, "read how long before less money a household is told")
}

// ProposeChange writes a proposal. The caller holds the case.
func (s *Store) ProposeChange(ctx context.Context, tx *pg.Tx, c Change) (int64, error) {
	var amount any
	if c.Kind == ChangeAmount {
		amount = int64(c.Amount)
	}
	var id int64
	err := tx.QueryRow(ctx, `insert into benefit_change (claim_id, case_id, region, kind, was, amount, from_period, reason, proposer, proposed, above)
		select id, case_id, region, $2, $3, $4, $5, $6, $7, $8, $9 from claim where id = $1 returning id`,
		c.Claim, c.Kind, c.Was, amount, c.From, c.Reason, c.Proposer, tx.Now(), c.Above).Scan(&id)
	switch pg.Constraint(err) {
	case "benefit_change_open":
		return 0, ErrChangeOpen
	case "decision_people":
		return 0, ErrSamePerson
	}
	return id, pg.Fail(err, "propose a change")
}

// ApproveChange puts a proposal in force; decision is that of a new amount, 0 for
// a stop.
func (s *Store) ApproveChange(ctx context.Context, tx *pg.Tx, c Change, by core.StaffID, appeal string, decision int64) error {
	_, err := tx.Exec(ctx, `update benefit_change set state = 'approved', approver = $2, decided = $3, appeal = $4, decision = $5 where id = $1`,
		c.ID, by, tx.Now(), appeal, number(decision))
	if err != nil {
		return changed(err)
	}
	return s.signChange(ctx, tx, c)
}

// RejectChange ends a proposal; the money goes on as it was.
func (s *Store) RejectChange(ctx context.Context, tx *pg.Tx, c Change, by core.StaffID, answer string) error {
	_, err := tx.Exec(ctx, `update benefit_change set state = 'rejected', approver = $2, decided = $3, answer = $4 where id = $1`,
		c.ID, by, tx.Now(), answer)
	if err != nil {
		return changed(err)
	}
	return s.signChange(ctx, tx, c)
}

// DueIn is what a claim is to pay in a month, "202604": the newest sum that was agreed for it or a month
// before, else what was granted.
func (s *Store) DueIn(ctx context.Context, tx *pg.Tx, claim core.ClaimID, month string) (sum core.Fen, err error) {
	err = pg.Fail(tx.QueryRow(ctx, `select benefit_due($1, $2)`, claim, month).Scan(&sum), "read what a month is to pay")
	return sum, err
}

func changed(err error) error {
	switch pg.Constraint(err) {
	case "benefit_change_once":
		return ErrMovedOn
	case "decision_people":
		return ErrSamePerson
	case "benefit_noticed":
		return ErrNotTold
	}
	return pg.Fail(err, "decide a change")
}

// SetChanged writes on the claim what the household reads of a change in force: the
// reason, and the amount that holds from then on (0 leaves it).
func (s *Store) SetChanged(ctx context.Context, tx *pg.Tx, id core.ClaimID, says string, amount core.Fen) error {
	_, err := tx.Exec(ctx, `update claim set changed = $2, amount = coalesce(nullif($3::bigint, 0), amount), updated = $4 where id = $1`,
		id, says, int64(amount), tx.Now())
	return pg.Fail(err, "write a change on its claim")
}

// Changes reads the changes of a case, oldest first.
func (s *Store) Changes(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Change, error) {
	rows, err := tx.Query(ctx, `select id, claim_id, case_id, kind, was, coalesce(amount, 0), from_period, reason, state, proposer, proposed,
		coalesce(approver, 0), decided, answer, appeal, coalesce(decision, 0), above from benefit_change where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read changes")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c Change, err error) {
		var decided *time.Time
		err = r.Scan(&c.ID, &c.Claim, &c.Case, &c.Kind, &c.Was, &c.Amount, &c.From, &c.Reason, &c.State, &c.Proposer, &c.Proposed,
			&c.Approver, &decided, &c.Answer, &c.Appeal, &c.Decision, &c.Above)
		c.Decided = timeOf(decided)
		return c, err
	})
	return list, pg.Fail(err, "read changes")
}

// OpenChange is the proposal that waits for a claim, nil for none.
func (s Situation) OpenChange(id core.ClaimID) *Change {
	for i := range s.Changes {
		if s.Changes[i].Claim == id && s.Changes[i].State == ChangeProposed {
			return &s.Changes[i]
		}
	}
	return nil
}

// stopped reports whether a claim's money was stopped.
func (s Situation) stopped(id core.ClaimID) bool {
	for _, c := range s.Changes {
		if c.Claim == id && c.Kind == ChangeStop && c.State == ChangeApproved {
			return true
		}
	}
	return false
}

// Monthly reports whether money of a claim comes every month and can be another sum.
func (s Situation) Monthly(c Claim) bool {
	return c.Cash && c.Period == "month" && c.Proposal == ProposeApprove && c.Amount != 0 && !s.stopped(c.ID)
}

// mayChange: monthly money that was granted and runs; the township's officer, and the county where
// an appeal is open, for the township may have nobody else. Who had a part in what that appeal asks
// about makes it no other sum, and stops it for a death or a departure alone (workflow).
func mayChange(s Situation, c Claim, a Actor) error {
	_, asked := s.OpenAppeal(c.ID)
	switch {
	case !asked && !a.Has(RoleOfficer):
		return ErrNotYours
	case !s.Monthly(c):
		return ErrMovedOn
	case s.OpenChange(c.ID) != nil:
		return ErrChangeOpen
	}
	return nil
}

// maySecondChange: a proposal waits, and the actor has no hand in it or in what
// was found out before. Beyond the township's ceiling it is the county's.
func maySecondChange(s Situation, c Claim, a Actor) error {
	open := s.OpenChange(c.ID)
	if open == nil {
		return ErrMovedOn
	}
	c.Proposer = open.Proposer
	if _, asked := s.OpenAppeal(c.ID); open.Above || asked && !a.Has(RoleApprover) {
		c.Decides = "county"
	}
	return apart(s, c, a)
}
