package main

import (
	"context"
	"fmt"

	"lianou/core/pg"
)

// second tells of a city in which a password alone is enough to decide and to pay (security.md P30,
// E8), and how many have a phone by now.
func second(ctx context.Context, db *pg.DB, demanded, demo bool) finding {
	const what = "second factor"
	if !demanded && !demo {
		return mend(what, "a password alone is enough to decide and to pay out: LIANOU_SECOND_FACTOR is off; take the line out, or set it to on")
	}
	if !demanded {
		return well(what, "not asked for in a database made for show; LIANOU_SECOND_FACTOR=on asks for it")
	}
	const ask = `select count(*), count(f.id) from staff_account a left join staff_factor f on f.staff = a.id and f.enrolled is not null and f.ended is null where a.active`
	var all, bound int
	if err := db.Pool().QueryRow(ctx, ask).Scan(&all, &bound); err != nil {
		return well(what, "demanded") // an older database is told of elsewhere
	}
	return well(what, fmt.Sprintf("demanded; %d of %d active accounts have a phone, the others bind one at their next log-in", bound, all))
}
