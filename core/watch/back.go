package watch

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/pg"
)

// backDays is for how long what was closed because nobody of a household was there is laid anew
// when it is there again: a death or a move out of the city that was told wrongly is taken back
// sooner, and who comes back later is looked at as somebody new.
const backDays = 180

// cameBack lays anew what lay open of households when the look before missed them, as far as
// the facts of today still say so, with its day and who goes to see. Back-pay is reckoned by
// the scan itself. It gives the fresh leads, for the log.
func cameBack(ctx context.Context, tx *pg.Tx, town core.RegionCode, changes []insight.Change) ([]int64, error) {
	var who, fits []int64
	var places []int32
	for i := range changes {
		if c := &changes[i]; c.Came {
			who, fits, places = append(who, int64(c.Household())), append(fits, int64(c.New.Eligible)), append(places, int32(c.New.Place))
		}
	}
	if len(who) == 0 {
		return nil, nil
	}
	const sql = `with fresh as (insert into lead (region, household, kind, items, cause, book, since, found, place, found_place, checker, checking, relieved, promised, came_of)
			select distinct on (l.household, l.kind) l.region, l.household, l.kind, still.items, l.cause, l.book, l.since, l.found, t.p, coalesce(l.found_place, l.place), l.checker, l.checking, l.relieved, l.promised, l.id
				from unnest($2::bigint[], $3::bigint[], $4::int[]) as t (h, fits, p) join lead l on l.household = t.h and l.region = $1
					cross join lateral (select case l.kind when 'due' then l.items & t.fits else l.items & ~t.fits end as items) still
				where l.departed and l.kind in ('due', 'lost') and l.settled > $5 and still.items <> 0 and not exists (select from lead f where f.came_of = l.id)
				order by l.household, l.kind, l.id desc
			on conflict (region, household, kind) where state = 'open' do update set items = lead.items | excluded.items, came_of = coalesce(lead.came_of, excluded.came_of) returning id)
		select id from fresh order by id`
	rows, err := tx.Query(ctx, sql, string(town), who, fits, places, tx.Now().AddDate(0, 0, -backDays))
	if err != nil {
		return nil, pg.Fail(err, "lay leads anew")
	}
	back, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return back, pg.Fail(err, "lay leads anew")
}
