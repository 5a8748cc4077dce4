package rulebook

import (
	"context"
	"encoding/json"
	"errors"
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

	Chosen json.RawMessage // what was chosen, in the words of who chose; nil for looks of before 00549
}

// KeepLook writes down that a draft was looked at, and the entry in the log, in the
// transaction that read the households. Looking again moves the time on.
func (s *Store) KeepLook(ctx context.Context, tx *pg.Tx, l Look) error {
	const sql = `insert into rulebook_look (draft, digest, base, staff, at, households, shown, chosen) values ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::jsonb)
		on conflict (draft, digest, base, staff) do update set at = excluded.at, households = excluded.households, shown = excluded.shown, chosen = excluded.chosen`
	if _, err := tx.Exec(ctx, sql, l.Draft, l.Digest, l.Base, l.By, tx.Now(), l.Read, l.Shown, string(l.Chosen)); err != nil {
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

// ChosenBy gives what somebody's look at a draft as it stands chose, nil where they did not
// look, or looked before 00549.
func (s *Store) ChosenBy(ctx context.Context, d *Draft, who core.StaffID) (chosen json.RawMessage, err error) {
	const sql = `select chosen from rulebook_look where draft = $1 and digest = $2 and base = $3 and staff = $4`
	err = s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, sql, d.ID, d.Digest, d.Base, int64(who)).Scan(&chosen)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return pg.Fail(err, "read what a look chose")
	})
	return chosen, err
}
