package casefile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

// What can be signed.
const (
	SignedDecision = "decision" // a grant, a refusal, a referral, and the sum of a change
	SignedChange   = "change"   // a stop, a change, and a no to either
)

// Signature is the platform's word, in SM2, that this content was decided by this account in this
// session (谁审批谁负责, security.md P16; GB/T 39786-2021 level 3, non-repudiation).
type Signature struct {
	Kind    string // SignedDecision or SignedChange
	Of      int64  // id of the decision or of the change
	Claim   core.ClaimID
	Case    core.CaseID
	Digest  string // Decision.Sum or Change.Sum
	By      core.StaffID
	Session string // names the log-in; "" for who decided outside one
	Second  staff.Second
	At      time.Time
	Key     uint32 // number of the key
	Bytes   []byte
}

// Text is the bytes that are signed, in this order for ever; a new shape gets a new first line. The
// second says by which device, and when, a second factor was shown, and whether the city demanded it;
// without one the first shape is signed, as all were before there was one.
func (g Signature) Text() []byte {
	if s := g.Second; s.Factor != 0 {
		return fmt.Appendf(nil, "lianou decision 2\n%s\n%d\n%d\n%d\n%s\n%d\n%s\n%s\n%d\n%s\n%t\n", g.Kind, g.Of, g.Case, g.Claim, g.Digest, g.By, g.Session, g.At.UTC().Format(time.RFC3339Nano),
			s.Factor, s.At.UTC().Format(time.RFC3339Nano), s.Demanded)
	}
	return fmt.Appendf(nil, "lianou decision 1\n%s\n%d\n%d\n%d\n%s\n%d\n%s\n%s\n", g.Kind, g.Of, g.Case, g.Claim, g.Digest, g.By, g.Session, g.At.UTC().Format(time.RFC3339Nano))
}

// Sum computes the digest of a change that was decided, hex SHA-256 of everything about it.
func (c Change) Sum() string {
	sum := sha256.Sum256(encode([]any{c.ID, c.Claim, c.Case, c.Kind, c.Was, c.Amount, c.From, c.Reason, c.State, c.Proposer, c.Approver,
		c.Decided.UTC().Format(time.RFC3339Nano), c.Answer, c.Appeal, c.Decision, c.Above}))
	return hex.EncodeToString(sum[:])
}

// sign signs and writes; without a key nothing is written.
func (s *Store) sign(ctx context.Context, tx *pg.Tx, g Signature) (err error) {
	if s.signer == nil {
		return nil
	}
	if g.Key, g.Bytes, err = s.signer.Sign(g.Text()); err != nil {
		return err
	}
	var factor, shown any
	if g.Second.Factor != 0 {
		factor, shown = g.Second.Factor, g.Second.At
	}
	_, err = tx.Exec(ctx, `insert into decision_signature (kind, of_id, claim_id, case_id, region, digest, by_staff, session, at, key_id, signature, second_factor, second_at, second_demanded)
		select $2, $3, id, case_id, region, $4, $5, $6, $7, $8, $9, $10, $11, $12 from claim where id = $1`,
		g.Claim, g.Kind, g.Of, g.Digest, g.By, g.Session, g.At, int64(g.Key), g.Bytes, factor, shown, factor != nil && g.Second.Demanded)
	if pg.Constraint(err) == "decision_second" {
		return staff.ErrSecond.Wrap(pg.Fail(err, "sign a decision"))
	}
	return pg.Fail(err, "sign a decision")
}

// signChange signs a change as its row says it now.
func (s *Store) signChange(ctx context.Context, tx *pg.Tx, of Change) error {
	if s.signer == nil {
		return nil
	}
	var id core.CaseID
	if err := tx.QueryRow(ctx, `select case_id from benefit_change where id = $1`, of.ID).Scan(&id); err != nil {
		return pg.Fail(err, "read a change to sign it")
	}
	list, err := s.Changes(ctx, tx, id)
	for _, c := range list {
		if c.ID == of.ID {
			return s.sign(ctx, tx, Signature{Kind: SignedChange, Of: c.ID, Claim: c.Claim, Case: c.Case, Digest: c.Sum(), By: c.Approver, Session: of.Session, Second: of.Second, At: c.Decided})
		}
	}
	return err
}

// Signatures reads those of a case, oldest first.
func (s *Store) Signatures(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Signature, error) {
	rows, err := tx.Query(ctx, `select kind, of_id, claim_id, case_id, digest, by_staff, session, at, key_id, signature,
			coalesce(second_factor, 0), second_at, second_demanded from decision_signature where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read signatures")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (g Signature, err error) {
		var shown *time.Time
		err = r.Scan(&g.Kind, &g.Of, &g.Claim, &g.Case, &g.Digest, &g.By, &g.Session, &g.At, &g.Key, &g.Bytes, &g.Second.Factor, &shown, &g.Second.Demanded)
		if shown != nil {
			g.Second.At = *shown
		}
		return g, err
	})
	return list, pg.Fail(err, "read signatures")
}
