package main

import (
	"context"

	"lianou/core/audit"
	"lianou/core/pg"
)

// shown tells of members of staff who within the last day were shown nearly as many people
// as anybody may be: heavy work, or somebody who copies the register. An older database is
// told of elsewhere.
func shown(ctx context.Context, db *pg.DB) []finding {
	const ask = `select count(*), coalesce(max(n), 0), coalesce((array_agg(staff order by n desc))[1], '')
		from (select staff, count(*) as n from people_shown where at > lianou_now() - interval '24 hours' group by staff having count(*) >= $1) near`
	var near, most int
	var who string
	if err := db.Pool().QueryRow(ctx, ask, audit.NearShown).Scan(&near, &most, &who); err != nil || near == 0 {
		return nil
	}
	return []finding{remark("register", "%d members of staff were shown %d people or more within a day; account %s was shown %d of at most %d; ask what for, the audit log has each look with its purpose", near, audit.NearShown, who, most, audit.ShownPerDay)}
}
