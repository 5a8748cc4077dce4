package staff

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Names gives the names of members of staff, closed accounts too: an old timeline
// still says who did it.
func (s *Staff) Names(ctx context.Context, ids ...core.StaffID) (map[core.StaffID]string, error) {
	plain := make([]int64, len(ids))
	for i, id := range ids {
		plain[i] = int64(id)
	}
	out := make(map[core.StaffID]string, len(ids))
	err := s.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select id, name from staff_account where id = any($1)`, plain)
		if err != nil {
			return pg.Fail(err, "read the names of staff")
		}
		var id core.StaffID
		var name string
		_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error { out[id] = name; return nil })
		return pg.Fail(err, "read the names of staff")
	})
	return out, err
}
