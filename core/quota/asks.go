package quota

import (
	"context"
	"errors"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

// Asks is the household of entry n where somebody has something to ask it: it is its turn, a
// place is offered to it, or a word about it waits; 0 where there is nothing. Errors: ErrNone.
func (q *Quota) Asks(ctx context.Context, tx *pg.Tx, who staff.Person, id int64, n int) (core.HouseholdID, error) {
	r, err := one(ctx, tx, `select `+roundColumns+` from quota_round where id = $1`, id)
	if err != nil {
		return 0, err
	}
	whole := q.mine(who, r.Area) == nil
	if !whole && !q.goes(who, r.Area) {
		return 0, ErrNone
	}
	if r.State != Frozen {
		return 0, nil
	}
	c, err := q.Course(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	e, err := entry(ctx, tx, r, n)
	if errors.Is(err, ErrTurn) {
		return 0, ErrNone
	}
	if c.waits(n) == nil && c.Of(n) != Offered && !(whole && c.Next(r.Listed) == n) {
		return 0, err
	}
	return e.Household, err
}
