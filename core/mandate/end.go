package mandate

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// ErrEnded is the answer to who would end what is over already, by a word or by its day.
var ErrEnded = core.E(core.KindNotFound, "mandate_ended", "这份代办已经结束了,不用再结束。请刷新再看。")

// Standing counts by how many mandates somebody may act, or soon will, in a case.
func Standing(ctx context.Context, tx *pg.Tx, id core.CaseID) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from mandate where case_id = $1 and revoked is null and until_day >= $2`, id, tx.Today().Time()).Scan(&n)
	return n, pg.Fail(err, "count who acts in a case")
}

// Households counts for how many households, all over the city, who acts by a mandate acts
// today; 0 where nobody can tell, because they came to a window or telephoned.
func Households(ctx context.Context, tx *pg.Tx, id int64) (n int, err error) {
	err = tx.QueryRow(ctx, `select mandate_reach($1, $2)`, id, tx.Today().Time()).Scan(&n)
	return n, pg.Fail(err, "count for whom somebody acts")
}

// End ends one mandate of a case by an officer's word, and where it came from an invitation
// that and whatever else was filed by it, in any township. Whoever calls it has looked
// whether the officer may, and writes the entry of this one; those of the others are given.
// Errors: ErrEnded; KindNotFound where the case has no such mandate.
func (s *Store) End(ctx context.Context, tx *pg.Tx, of core.CaseID, id int64) (m Mandate, rest []audit.Entry, err error) {
	rows, err := tx.Query(ctx, `select `+columns+` from mandate where id = $1 and case_id = $2 for update`, id, of)
	if err != nil {
		return m, nil, pg.Fail(err, "read a mandate")
	}
	m, err = pgx.CollectExactlyOneRow(rows, scan)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return m, nil, errNoMandate
	case err != nil:
		return m, nil, pg.Fail(err, "read a mandate")
	case !m.Revoked.IsZero() || m.Until < tx.Today():
		return m, nil, ErrEnded
	}
	var grant *int64
	err = tx.QueryRow(ctx, `update mandate set revoked = $2, revoked_by = 'staff' where id = $1 returning granted`, id, tx.Now()).Scan(&grant)
	if err != nil || grant == nil {
		return m, nil, pg.Fail(err, "end a mandate")
	}
	if rest, err = endRest(ctx, tx, *grant); err != nil {
		return m, nil, err
	}
	for i := range rest {
		rest[i].Act = "mandate.ended"
	}
	return m, rest, s.tell(ctx, tx, *grant, Ended, others("staff")...)
}

// endRest ends what stands and falls with a grant of which some part was ended just now,
// and gives an entry of each, which lacks who and why.
func endRest(ctx context.Context, tx *pg.Tx, grant int64) ([]audit.Entry, error) {
	rows, err := tx.Query(ctx, `select subject, application, case_id, region from mandate_end_with($1)`, grant)
	if err != nil {
		return nil, pg.Fail(err, "end what stands with a mandate")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (e audit.Entry, err error) {
		err = r.Scan(&e.Subject, &e.Application, &e.Case, &e.Region)
		return e, err
	})
	return list, pg.Fail(err, "end what stands with a mandate")
}

// byCitizen fills in who ended something at the public edge, which names no case.
func byCitizen(list []audit.Entry, account string) []audit.Entry {
	for i := range list {
		e := &list[i]
		e.Actor, e.Act, e.Purpose, e.Case, e.Region = audit.Actor{Kind: "citizen", ID: account}, "mandate.revoked", "acting_for", 0, ""
	}
	return list
}

// Proof gives the paper that a mandate of a case came with, "" where none did. It is for
// who may read the case, and each opening is written down by who opens it. Errors:
// KindNotFound where the case has no such mandate.
func (s *Store) Proof(ctx context.Context, tx *pg.Tx, of core.CaseID, id int64) (digest core.BlobDigest, err error) {
	err = tx.QueryRow(ctx, `select proof from mandate where id = $1 and case_id = $2`, id, of).Scan(&digest)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", errNoMandate
	}
	return digest, pg.Fail(err, "read the proof of a mandate")
}
