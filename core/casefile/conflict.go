package casefile

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Kin is one member of staff who is a near relative of the household.
type Kin struct {
	Staff    core.StaffID
	Relation string
}

// AddConflicts stores who may not act on the case; the database holds visits and
// decisions to it (F60).
func (s *Store) AddConflicts(ctx context.Context, tx *pg.Tx, id core.CaseID, kin []Kin) error {
	for _, k := range kin {
		_, err := tx.Exec(ctx, `insert into case_conflict (case_id, region, staff, relation)
			select id, region, $2, $3 from casefile where id = $1 on conflict do nothing`, id, k.Staff, k.Relation)
		if err != nil {
			return pg.Fail(err, "write a conflict of interest")
		}
	}
	return nil
}

// Conflicts lists them.
func (s *Store) Conflicts(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Kin, error) {
	rows, err := tx.Query(ctx, `select staff, relation from case_conflict where case_id = $1 order by staff`, id)
	if err != nil {
		return nil, pg.Fail(err, "read conflicts of interest")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (k Kin, err error) {
		return k, r.Scan(&k.Staff, &k.Relation)
	})
	return list, pg.Fail(err, "read conflicts of interest")
}

// NoConflict answers ErrConflictOfInterest when the member of staff is kin.
func (s *Store) NoConflict(ctx context.Context, tx *pg.Tx, id core.CaseID, staff core.StaffID) error {
	var relation string
	err := tx.QueryRow(ctx, `select relation from case_conflict where case_id = $1 and staff = $2`, id, staff).Scan(&relation)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return pg.Fail(err, "look for a conflict of interest")
	}
	return ErrConflictOfInterest
}
