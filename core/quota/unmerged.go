package quota

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// A TwoTaken says of an entry that took a place that somebody of its household is one person with
// somebody of another that took one: both were taken before people said so.
type TwoTaken struct {
	N     int
	Round int64
	Other int // where it stands in that list
	Area  core.RegionCode
}

// Unmerged lists the entries of a list that are passed over as having one already by a merge which
// was undone since: whoever is responsible looks at them anew, and takes the skip back (Undo) however
// late it is, for that takes a turn from nobody. Of the townships in the scope of tx.
func (q *Quota) Unmerged(ctx context.Context, tx *pg.Tx, id int64) ([]int, error) {
	rows, err := tx.Query(ctx, `select n from quota_unmerged($1)`, id)
	if err != nil {
		return nil, pg.Fail(err, "look for merges that are none any more")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int])
	return list, pg.Fail(err, "look for merges that are none any more")
}

// TwoTaken lists the entries of a list that took a second place, in the scope of tx. Neither is taken
// from anybody by that: people look at both.
func (q *Quota) TwoTaken(ctx context.Context, tx *pg.Tx, id int64) ([]TwoTaken, error) {
	rows, err := tx.Query(ctx, `select n, other_round, other, area from quota_two_taken($1)`, id)
	if err != nil {
		return nil, pg.Fail(err, "look for two places of one person")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TwoTaken])
	return list, pg.Fail(err, "look for two places of one person")
}

// TakenByBoth lists of what households of both rows of a pair took a place, before the rows become
// one; nothing where one of them is out of the scope of tx.
func TakenByBoth(ctx context.Context, tx *pg.Tx, pair int64) (things []Thing, err error) {
	rows, err := tx.Query(ctx, `select item from quota_of_pair($1)`, pair)
	if err != nil {
		return nil, pg.Fail(err, "look for places of a pair")
	}
	items, err := pgx.CollectRows(rows, pgx.RowTo[core.ItemCode])
	for _, item := range items {
		if thing, known := ThingOf(item); known {
			things = append(things, thing)
		}
	}
	return things, pg.Fail(err, "look for places of a pair")
}

// late reports whether somebody after entry n accepted, so that its offer or skip is taken back no
// more: but for a skip of which a merge that is none any more was the reason.
func (q *Quota) late(ctx context.Context, tx *pg.Tx, t turn, n int) (bool, error) {
	if !t.course.late(n) {
		return false, nil
	}
	if t.course.live(n) != nil {
		return true, nil
	}
	anew, err := q.Unmerged(ctx, tx, t.round.ID)
	return !slices.Contains(anew, n), err
}
