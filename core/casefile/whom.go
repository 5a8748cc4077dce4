package casefile

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/pg"
)

// Whom is a member of the household as money needs to know them: by the registry,
// by their number, or only by their ref.
type Whom struct {
	Ref    core.MemberRef
	Person core.PersonID // 0 for nobody the registry knows
	ID     core.IDNumber // zero when it was not given
}

// Whose gives the members of a case with those of the refs; every member when no
// ref is given. A ref that nobody stands behind (the visit found one more person)
// comes without person and number.
func (s *Store) Whose(ctx context.Context, tx *pg.Tx, c Case, refs []core.MemberRef) ([]Whom, error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select ref, coalesce(person, 0), id_number from case_member where case_id = $1 and ended is null order by ref`, c.ID)
	if err != nil {
		return nil, pg.Fail(err, "read whom money is for")
	}
	defer rows.Close()
	left := slices.Clone(refs)
	var out []Whom
	for rows.Next() {
		var w Whom
		var sealed []byte
		if err := rows.Scan(&w.Ref, &w.Person, &sealed); err != nil {
			return nil, pg.Fail(err, "read whom money is for")
		}
		if len(refs) > 0 && !slices.Contains(refs, w.Ref) {
			continue
		}
		plain, err := b.get("case_member", "id_number/"+string(w.Ref), sealed)
		if err != nil {
			return nil, err
		}
		w.ID, _ = core.ParseID(plain, tx.Today()) // what was sealed had been parsed
		out, left = append(out, w), slices.DeleteFunc(left, func(r core.MemberRef) bool { return r == w.Ref })
	}
	for _, ref := range left {
		out = append(out, Whom{Ref: ref})
	}
	return out, pg.Fail(rows.Err(), "read whom money is for")
}
