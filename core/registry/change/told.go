package change

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// How is the way in which somebody heard what came of their contest.
type How string

// The ways.
const (
	ByCall   How = "call"
	Here     How = "here" // at the office
	ByVisit  How = "visit"
	ByLetter How = "letter"
)

// ErrTold: there is nothing to tell, or somebody told it already.
var ErrTold = core.E(core.KindConflict, "change_told", "这一件已经有人告诉过本人了,或者还没有结果。请刷新后再看。")

// Untold reads what citizens disputed, somebody decided and nobody has told them yet within
// the scope: what the reader wrote down first, of these the oldest; at most a hundred, with
// an audit entry for each.
func (c *Changes) Untold(ctx context.Context, tx *pg.Tx, why registry.Purpose) ([]Request, error) {
	const sql = columns + ` where origin = 'citizen' and state in ('accepted', 'refused') and told is null order by proposer = $2 desc, made, id limit $1`
	return c.read(ctx, tx, why, sql, maxWaiting, actor(why))
}

// Told notes that why.Actor told the person what came of their contest, how and on which
// day, from the day it was decided on to today. It is noted once. Errors: KindInvalid;
// ErrUnknown outside the scope too; ErrTold.
func (c *Changes) Told(ctx context.Context, tx *pg.Tx, why registry.Purpose, id ID, how How, on core.Date) error {
	if how != ByCall && how != Here && how != ByVisit && how != ByLetter {
		return core.Invalid("how", "请选怎么告诉本人的。")
	}
	r, err := c.Get(ctx, tx, why, id)
	if err != nil {
		return err
	}
	if r.Origin != FromCitizen || (r.State != Accepted && r.State != Refused) {
		return ErrTold
	}
	if on < core.DateOf(r.Decided) || on > tx.Today() {
		return core.Invalid("on", "哪天告诉的,写核过那天到今天当中的一天。")
	}
	const sql = `update change_request set told = $2, told_by = $3, told_how = $4, told_on = $5 where id = $1 and told is null returning region`
	var region core.RegionCode
	err = tx.QueryRow(ctx, sql, id, tx.Now(), actor(why), how, on.Time()).Scan(&region)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrTold
	}
	if err != nil {
		return pg.Fail(err, "note who was told")
	}
	return c.trace(ctx, tx, why, "change.told", r, region)
}
