package mandate

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// ErrEnded is the answer to who would end what is over already, by a word or by its day.
var ErrEnded = core.E(core.KindNotFound, "mandate_ended", "这份代办已经结束了,不用再结束。请刷新再看。")

// Standing counts by how many mandates somebody may act, or soon will, in a case.
func Standing(ctx context.Context, tx *pg.Tx, id core.CaseID) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from mandate where case_id = $1 and revoked is null and until_day >= $2`, id, tx.Today().Time()).Scan(&n)
	return n, pg.Fail(err, "count who acts in a case")
}

// End ends one mandate of a case by an officer's word. Whoever calls it has looked whether
// the officer may, and writes the entry. Errors: ErrEnded; KindNotFound where the case has
// no such mandate.
func (s *Store) End(ctx context.Context, tx *pg.Tx, of core.CaseID, id int64) (Mandate, error) {
	rows, err := tx.Query(ctx, `select `+columns+` from mandate where id = $1 and case_id = $2 for update`, id, of)
	if err != nil {
		return Mandate{}, pg.Fail(err, "read a mandate")
	}
	m, err := pgx.CollectExactlyOneRow(rows, scan)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return m, errNoMandate
	case err != nil:
		return m, pg.Fail(err, "read a mandate")
	case !m.Revoked.IsZero() || m.Until < tx.Today():
		return m, ErrEnded
	}
	_, err = tx.Exec(ctx, `update mandate set revoked = $2, revoked_by = 'staff' where id = $1`, id, tx.Now())
	return m, pg.Fail(err, "end a mandate")
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
