package casefile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

// Decision is who decided what on which evidence. It is written once; the
// database refuses one without two people, reasons, evidence and the way to
// appeal (P16, P19).
type Decision struct {
	ID           int64
	Claim        core.ClaimID
	Case         core.CaseID
	Item         core.ItemCode
	Outcome      Outcome // Approved, Refused, Referred
	HasAmount    bool
	Amount       core.Fen
	Period       string
	Sample       bool
	Proposer     core.StaffID
	Approver     core.StaffID
	Reasons      []Reason
	Appeal       string // how and until when to ask again
	Evidence     Evidence
	FactsVersion int
	FactsDigest  string
	Book         string
	At           time.Time
	Digest       string       // SHA-256 over everything above but ID
	Session      string       // of the approver, for the signature; written and not read back
	Second       staff.Second // likewise
}

// Evidence names what the decision rests on.
type Evidence struct {
	Visit  int64  `json:"visit,omitempty"`
	Notice int64  `json:"notice,omitempty"`
	Facts  string `json:"facts"` // digest of the frozen facts
	Book   string `json:"book"`
}

// decided is what the digest covers, in this order for ever.
type decided struct {
	Claim    core.ClaimID  `json:"claim"`
	Case     core.CaseID   `json:"case"`
	Item     core.ItemCode `json:"item"`
	Outcome  Outcome       `json:"outcome"`
	Amount   *int64        `json:"amount_fen"`
	Period   string        `json:"period"`
	Sample   bool          `json:"sample"`
	Proposer core.StaffID  `json:"proposer"`
	Approver core.StaffID  `json:"approver"`
	Reasons  []Reason      `json:"reasons"`
	Appeal   string        `json:"appeal"`
	Evidence Evidence      `json:"evidence"`
	Version  int           `json:"facts_version"`
	At       string        `json:"at"`
}

// Sum computes the digest of a decision from its content, for whoever doubts the
// stored one.
func (d Decision) Sum() string {
	content := decided{d.Claim, d.Case, d.Item, d.Outcome, nil, d.Period, d.Sample, d.Proposer, d.Approver,
		d.Reasons, d.Appeal, d.Evidence, d.FactsVersion, d.At.UTC().Format(time.RFC3339Nano)}
	if d.HasAmount {
		n := int64(d.Amount)
		content.Amount = &n
	}
	sum := sha256.Sum256(encode(content))
	return hex.EncodeToString(sum[:])
}

// AddDecision writes the decision; DecideClaim moves the claim afterwards. At and
// Digest are set here.
func (s *Store) AddDecision(ctx context.Context, tx *pg.Tx, d Decision) (Decision, error) {
	if len(d.Reasons) == 0 {
		return d, ErrNoReason
	}
	if d.Proposer == d.Approver {
		return d, ErrSamePerson
	}
	d.At = tx.Now().UTC().Truncate(time.Microsecond) // what the column keeps
	d.Digest = d.Sum()
	var amount any
	if d.HasAmount {
		amount = int64(d.Amount)
	}
	err := tx.QueryRow(ctx, `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver,
			reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
		select c.id, c.case_id, c.region, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 from claim c where c.id = $1
		returning id`,
		d.Claim, d.Outcome, amount, d.Period, d.Sample, d.Proposer, d.Approver,
		encode(d.Reasons), d.Appeal, encode(d.Evidence), d.FactsVersion, d.FactsDigest, d.Book, d.At, d.Digest).Scan(&d.ID)
	if pg.Constraint(err) == "decision_people" {
		return d, ErrSamePerson
	}
	if err != nil {
		return d, conferenceFault(err, "write a decision")
	}
	return d, s.sign(ctx, tx, Signature{Kind: SignedDecision, Of: d.ID, Claim: d.Claim, Case: d.Case, Digest: d.Digest, By: d.Approver, Session: d.Session, Second: d.Second, At: d.At})
}

// ErrNoticeRuns is the answer to an approval while the public notice hangs.
var ErrNoticeRuns = core.E(core.KindConflict, "notice_runs", "公示还没满期,满期后才能定。")

// ErrObjectionOpen is the answer to a decision while an objection is unanswered.
var ErrObjectionOpen = core.E(core.KindConflict, "objection_open", "有人提了不同意见,答复后才能定。")

// ErrObjectionComing is the answer to a decision while an objection that somebody sent at a
// door of their own is not filed yet.
var ErrObjectionComing = core.E(core.KindConflict, "objection_coming", "有人从网上提了不同意见,还在收进来。过几分钟刷新这一页,看到了、答复了,才能定。")

// DecideClaim moves the claim to its decided state in the transaction that wrote
// the decision.
func (s *Store) DecideClaim(ctx context.Context, tx *pg.Tx, c Claim, d Decision) error {
	to := ClaimState(d.Outcome)
	if err := c.allow(to); err != nil {
		return err
	}
	// An approver may refuse what was proposed to be approved, with reasons of
	// their own; the claim then says what was decided.
	proposal := map[Outcome]Outcome{Approved: ProposeApprove, Refused: ProposeRefuse, Referred: ProposeRefer}[d.Outcome]
	_, err := tx.Exec(ctx, `update claim set state = $2, proposal = $3, reasons = $4, updated = $5 where id = $1`,
		c.ID, to, proposal, encode(d.Reasons), tx.Now())
	switch pg.Constraint(err) {
	case "claim_notice":
		return ErrNoticeRuns
	case "claim_objection":
		return ErrObjectionOpen
	case "claim_objection_sent":
		return ErrObjectionComing
	}
	return s.stepped(ctx, tx, c.step(to), pg.Fail(err, "decide a claim"))
}

// DecidedAt is when a claim was last decided, another sum of money that runs left out: a notice of
// before tells of an outcome that stands no more. The database asks the same (claim_told_heard).
func (s *Store) DecidedAt(ctx context.Context, tx *pg.Tx, id core.ClaimID) (at time.Time, err error) {
	err = tx.QueryRow(ctx, `select coalesce(claim_decided_at($1), 'epoch')`, id).Scan(&at)
	return at, pg.Fail(err, "read when a claim was decided")
}

// Decisions reads the decisions of a case, oldest first.
func (s *Store) Decisions(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Decision, error) {
	rows, err := tx.Query(ctx, `select d.id, d.claim_id, d.case_id, c.item, d.outcome, d.amount is not null, coalesce(d.amount, 0), d.period,
			d.sample, d.proposer, d.approver, d.reasons, d.appeal, d.evidence, d.facts_version, d.facts_digest, d.book, d.at, d.digest
		from decision d join claim c on c.id = d.claim_id where d.case_id = $1 order by d.id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read decisions")
	}
	defer rows.Close()
	var list []Decision
	for rows.Next() {
		var d Decision
		if err := rows.Scan(&d.ID, &d.Claim, &d.Case, &d.Item, &d.Outcome, &d.HasAmount, &d.Amount, &d.Period,
			&d.Sample, &d.Proposer, &d.Approver, &d.Reasons, &d.Appeal, &d.Evidence, &d.FactsVersion, &d.FactsDigest,
			&d.Book, &d.At, &d.Digest); err != nil {
			return nil, pg.Fail(err, "read a decision")
		}
		list = append(list, d)
	}
	return list, pg.Fail(rows.Err(), "read decisions")
}
