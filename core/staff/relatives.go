package staff

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// IsRelative reports whether a member of staff has declared a person as kin.
func (s *Staff) IsRelative(ctx context.Context, tx *pg.Tx, id core.StaffID, person core.PersonID) (bool, error) {
	kin, err := s.KinOf(ctx, tx, id, []core.PersonID{person})
	return len(kin) > 0, err
}

// Relatives gives, of some persons, those who are declared kin of any member of
// staff: kin by staff id with the relation.
func (s *Staff) Relatives(ctx context.Context, tx *pg.Tx, persons []core.PersonID) (map[core.StaffID]string, error) {
	return byStaff(ctx, tx, `select staff, relation from staff_kin_of($1) order by staff, relation desc`, numbers(persons))
}

// Near gives the members of staff who are near a household that asks: who declared one of
// the persons or of the hashed numbers (registry.NumberBlind), or is one, and who shares or
// once shared a household with one of them, or has declared kin who do. It looks across
// townships and gives ids and the word for the relation only.
func (s *Staff) Near(ctx context.Context, tx *pg.Tx, persons []core.PersonID, hashes [][]byte) (map[core.StaffID]string, error) {
	return byStaff(ctx, tx, `select staff, relation from staff_kin_near($1, $2)`, numbers(persons), hashes)
}

func byStaff(ctx context.Context, tx *pg.Tx, sql string, args ...any) (map[core.StaffID]string, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "look for kin among staff")
	}
	out := map[core.StaffID]string{}
	var id core.StaffID
	var relation string
	_, err = pgx.ForEachRow(rows, []any{&id, &relation}, func() error { out[id] = relation; return nil })
	return out, pg.Fail(err, "look for kin among staff")
}

// KinOf gives, of some persons, those whom a member of staff has declared as kin.
func (s *Staff) KinOf(ctx context.Context, tx *pg.Tx, id core.StaffID, persons []core.PersonID) ([]core.PersonID, error) {
	rows, err := tx.Query(ctx, `select distinct person from staff_kin_of($2) where staff = $1`, int64(id), numbers(persons))
	if err != nil {
		return nil, pg.Fail(err, "look for kin among persons")
	}
	kin, err := pgx.CollectRows(rows, pgx.RowTo[core.PersonID])
	return kin, pg.Fail(err, "look for kin among persons")
}

// DeclareRelative records a person of the register as kin of a member of staff, for tools
// that have the person and no number. Declaring again is harmless.
func (s *Staff) DeclareRelative(ctx context.Context, tx *pg.Tx, by audit.Actor, id core.StaffID, person core.PersonID, relation string) error {
	if relation == "" || len(relation) > 60 {
		return core.Invalid("relation", "请写明是什么亲属关系。")
	}
	const sql = `insert into staff_relative (staff, person, relation, said) values ($1, $2, $3, $4)
		on conflict (staff, person) do update set relation = excluded.relation`
	if _, err := tx.Exec(ctx, sql, int64(id), int64(person), relation, tx.Now()); err != nil {
		return pg.Fail(err, "declare kin")
	}
	return s.kinTrace(ctx, tx, by, "staff.relative_declared", id, 0)
}

func numbers(persons []core.PersonID) []int64 {
	ids := make([]int64, len(persons))
	for i, p := range persons {
		ids[i] = int64(p)
	}
	return ids
}
