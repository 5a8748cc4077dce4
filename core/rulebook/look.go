package rulebook

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// A Look is one look of a member of staff at what a draft does to real households.
type Look struct {
	Draft  int64
	Digest string // of the files as they were looked at
	Base   int    // and the edition that they were compared with
	By     core.StaffID
	At     time.Time // when it was last looked at
	Read   int       // households judged
	Shown  int       // of them shown, all with a change
}

// KeepLook writes down that a draft was looked at, and the entry in the log, in the
// transaction that read the households. Looking again moves the time on.
func (s *Store) KeepLook(ctx context.Context, tx *pg.Tx, l Look) error {
	const sql = `insert into rulebook_look (draft, digest, base, staff, at, households, shown) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (draft, digest, base, staff) do update set at = excluded.at, households = excluded.households, shown = excluded.shown`
	if _, err := tx.Exec(ctx, sql, l.Draft, l.Digest, l.Base, l.By, tx.Now(), l.Read, l.Shown); err != nil {
		return pg.Fail(err, "keep a look at a draft")
	}
	return s.trace(ctx, tx, l.By, "rulebook.previewed", l.Draft, map[string]any{"digest": l.Digest, "base": l.Base, "households": l.Read, "shown": l.Shown})
}

// Looks lists who looked at a draft as it stands, the first first: a look at other files, or
// on another edition, says nothing of these.
func (s *Store) Looks(ctx context.Context, d *Draft) (list []Look, err error) {
	const sql = `select draft, digest, base, staff, at, households, shown from rulebook_look where draft = $1 and digest = $2 and base = $3 order by at, staff`
	err = s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, d.ID, d.Digest, d.Base)
		if err != nil {
			return pg.Fail(err, "read who looked at a draft")
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Look, err error) {
			return l, row.Scan(&l.Draft, &l.Digest, &l.Base, &l.By, &l.At, &l.Read, &l.Shown)
		})
		return pg.Fail(err, "read who looked at a draft")
	})
	return list, err
}
