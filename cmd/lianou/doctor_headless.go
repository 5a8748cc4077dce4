package main

import (
	"context"

	"lianou/core/pg"
)

// headless tells of households in which people live and nobody is the one they are called
// after: 本人. The platform mends those that had somebody, when it starts and daily; of the
// others nothing says who it is. An older database is told of elsewhere.
func headless(ctx context.Context, db *pg.DB) []finding {
	const ask = `select count(*), count(*) filter (where exists (select from life_change c where c.household = h.household and c.what = 'membership' and c.before ->> 'relation' = 'applicant')), coalesce(min(h.household), 0)
		from (select household from membership where until is null group by household having not bool_or(relation = 'applicant')) h`
	var all, had, first int64
	err := db.Read(ctx, pg.City("lianou doctor: households called after nobody"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, ask).Scan(&all, &had, &first)
	})
	if err != nil || all == 0 {
		return nil
	}
	return []finding{remark("households", "%d households have members and nobody as 本人 (household %d is one); of %d it left, and the platform names a successor when it starts and daily; the others came in without one: see the file they came from", all, first, had)}
}
