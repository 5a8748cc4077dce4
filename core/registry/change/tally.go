package change

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Tally is how much waits in one township. It names nobody, so that no entry is written of
// it.
type Tally struct {
	Region      core.RegionCode
	Corrections int       // nobody decided yet, without what citizens dispute; and events that are to be taken back
	Contests    int       // what citizens dispute and nobody decided yet
	Mine        int       // of both, what whoever counts asked for or saw, and may not decide
	Untold      int       // decided, and whoever disputed it has not been told
	ToTell      int       // of Untold, what whoever counts wrote down
	Late        int       // of Contests and Untold, what was written down before the day asked for
	Oldest      core.Date // when the oldest of Contests and Untold was written down; 0 without any
}

// Count counts what waits in townships, each that has any. Contests written down before a
// day are late. It reads what waits and nothing of what is over: one index for each.
func Count(ctx context.Context, tx *pg.Tx, by audit.Actor, before core.Date, towns ...core.RegionCode) ([]Tally, error) {
	const sql = `select region, count(*) filter (where open and not contest), count(*) filter (where open and contest), count(*) filter (where open and mine),
			count(*) filter (where not open), count(*) filter (where not open and mine), count(*) filter (where contest and (made at time zone 'Asia/Shanghai')::date < $3), min(made) filter (where contest)
		from (select region, made, true as open, origin = 'citizen' as contest, $2 in (proposer, coalesce(seconder, '')) as mine
				from change_request where state = 'open' and region = any ($1)
			union all select region, asked, true, false, asked_by = $2
				from life_undo where state = 'open' and region = any ($1)
			union all select region, made, false, true, proposer = $2
				from change_request where origin = 'citizen' and state in ('accepted', 'refused') and told is null and region = any ($1)) waits
		group by region order by region`
	within := make([]string, 0, len(towns))
	for _, town := range towns {
		within = append(within, string(town))
	}
	rows, err := tx.Query(ctx, sql, within, by.Kind+":"+by.ID, before.Time())
	if err != nil {
		return nil, pg.Fail(err, "count what waits for a second person")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Tally, err error) {
		var oldest *time.Time
		err = row.Scan(&t.Region, &t.Corrections, &t.Contests, &t.Mine, &t.Untold, &t.ToTell, &t.Late, &oldest)
		if oldest != nil {
			t.Oldest = core.DateOf(*oldest)
		}
		return t, err
	})
	return list, pg.Fail(err, "count what waits for a second person")
}
