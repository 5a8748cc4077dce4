package staff

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Kept is an account as the administrator sees it: open or closed, without its
// password. Regions are as they were given, not expanded.
type Kept struct {
	ID      core.StaffID
	Login   string
	Name    string
	Roles   []Role
	Regions []core.RegionCode
	Village core.RegionCode
	Active  bool
	Demo    bool
	Made    time.Time
	Phone   *time.Time // since when there is a second factor; nil: there is none
}

// Accounts lists all accounts by log-in, and leaves one entry with the ids shown.
func (s *Staff) Accounts(ctx context.Context, tx *pg.Tx, by audit.Actor) ([]Kept, error) {
	const q = `select a.id, a.login, a.name, a.roles, a.regions, a.village, a.active, a.demo, a.made, f.enrolled from staff_account a
		left join staff_factor f on f.staff = a.id and f.enrolled is not null and f.ended is null order by a.login`
	rows, err := tx.Query(ctx, q)
	if err != nil {
		return nil, pg.Fail(err, "list accounts")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Kept])
	if err != nil {
		return nil, pg.Fail(err, "list accounts")
	}
	ids := make([]int64, len(list))
	for i, k := range list {
		ids[i] = int64(k.ID)
	}
	return list, s.log.Write(ctx, tx, audit.Listed(audit.Listing{Actor: by, Act: "staff.listed", IDs: ids, Purpose: "administration"}))
}

// IDOf finds an account by its log-in, a closed one too. Errors: ErrUnknown.
func (s *Staff) IDOf(ctx context.Context, tx *pg.Tx, login string) (core.StaffID, error) {
	var id core.StaffID
	err := tx.QueryRow(ctx, `select id from staff_account where login = $1`, login).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrUnknown
	}
	return id, pg.Fail(err, "find an account")
}

// CloseDemo closes every demonstration account, in one entry for all, and ends
// their sessions.
func (s *Staff) CloseDemo(ctx context.Context, tx *pg.Tx, by audit.Actor) (int, error) {
	tag, err := tx.Exec(ctx, `update staff_account set active = false, epoch = epoch + 1 where demo and active`)
	if err != nil {
		return 0, pg.Fail(err, "close demonstration accounts")
	}
	n := int(tag.RowsAffected())
	return n, s.log.Write(ctx, tx, audit.Entry{Actor: by, Act: "staff.demo_closed", Detail: map[string]any{"count": n}})
}
