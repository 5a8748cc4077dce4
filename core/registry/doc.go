// Package registry is the base population store (人口基础库): the places of the
// city, its households and people, and what is known of them.
//
// It owns the tables region, household, person, membership, household_sheet,
// person_sheet, person_token, token_renewal, tail_renewal, person_alias, account_change, fact_row,
// fact_stale, life_event, life_change, life_undo and person_death. Every read of a person takes a
// Purpose and leaves an audit entry in the same transaction, so it needs a
// read-write transaction (pg.DB.Tx); there is no way to look without a trace.
// What the city knows is kept in two times: since when it is true and since
// when it is known (sheets.go).
//
// It must not judge anybody: which items a household may get is matching's to
// say, who a caller is belongs to realname, and cases to casefile. Looking up
// places (Regions) needs no database and serves every program.
package registry
