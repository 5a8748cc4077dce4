package staff

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Gone lists the closed accounts, in the order of their ids: what they had in hand is to be
// taken on by others.
func (s *Staff) Gone(ctx context.Context, tx *pg.Tx) ([]core.StaffID, error) {
	rows, err := tx.Query(ctx, `select id from staff_account where not active order by id`)
	if err != nil {
		return nil, pg.Fail(err, "look for closed accounts")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.StaffID])
	return list, pg.Fail(err, "look for closed accounts")
}

// Staffed lists the places in which somebody who is there today holds a role: the villages of
// those who serve one, else the townships, counties or the city of an account.
func (s *Staff) Staffed(ctx context.Context, tx *pg.Tx, role Role) ([]core.RegionCode, error) {
	rows, err := tx.Query(ctx, `select distinct unnest(case when village <> '' then array[village] else regions end) as place from staff_account a where active and $1 = any (roles)
		and not exists (select from staff_absence b where b.staff = a.id and b.undone is null and $2 between b.from_day and b.to_day) order by place`,
		string(role), tx.Today().Time())
	if err != nil {
		return nil, pg.Fail(err, "look where a role is held")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.RegionCode])
	return list, pg.Fail(err, "look where a role is held")
}
