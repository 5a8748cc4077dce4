package audit

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Seen is one look at a person that left an entry: who, when and for what. What was
// shown stays sealed.
type Seen struct {
	At      time.Time
	Actor   Actor
	Act     string // "person.read", "field.revealed" ...
	Purpose string
	Case    core.CaseID
}

// maxSeen bounds one answer of SeenLately.
const maxSeen = 50

// SeenLately lists who opened a person of the base store, newest first, within the
// scope of tx: 50 at most. Lists and searches that showed the person among others are
// not in it, because their entries name the persons in their sealed part only.
func (l *Log) SeenLately(ctx context.Context, tx *pg.Tx, person core.PersonID, limit int) ([]Seen, error) {
	const sql = `select at, actor_kind, actor_id, act, purpose, case_id from audit_entry where subject = $1 and act in ('person.read', 'field.revealed') order by id desc limit $2`
	rows, err := tx.Query(ctx, sql, PersonSubject(person), min(limit, maxSeen))
	if err != nil {
		return nil, pg.Fail(err, "list who looked at a person")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Seen, err error) {
		return s, row.Scan(&s.At, &s.Actor.Kind, &s.Actor.ID, &s.Act, &s.Purpose, &s.Case)
	})
	return list, pg.Fail(err, "list who looked at a person")
}
