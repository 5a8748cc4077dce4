package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// Looked is one time that somebody of the staff opened what a citizen told us or what the
// register has of them. Who it was by name is not in it.
type Looked struct {
	ID      int64
	At      time.Time
	Act     string // "case.read", "field.revealed" ...
	Purpose string // as it was written down: a closed word, or a short sentence
	Roles   []string
	Place   string // code of the county or township that the account is of now; "" unknown
}

// SeenBy lists who looked at an account's own cases and, where a case's identity was
// confirmed, at its person's row of the register: newest first, limit at most, those before
// an id, 0 for the newest. Lists that showed a person among others are not in it.
func (r *Reader) SeenBy(ctx context.Context, citizen string, before int64, limit int) (list []Looked, err error) {
	if citizen == "" {
		return nil, nil
	}
	const sql = `select id, at, act, purpose, roles, place from seen_by_staff($1, $2)`
	err = r.db.Read(ctx, pg.Subject(citizen), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, before, limit)
		if err != nil {
			return pg.Fail(err, "list who looked at a citizen's cases")
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Looked])
		return pg.Fail(err, "list who looked at a citizen's cases")
	})
	return list, err
}
