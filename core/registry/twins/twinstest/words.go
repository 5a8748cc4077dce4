// Package twinstest has two people say of two rows of the register that they are one person,
// or two again, for tests of what comes of it. It writes the words and draws nothing: the
// alias begins and ends by registry.Merge and Unmerge, which the database lets only follow
// such words.
package twinstest

import (
	"context"
	"testing"

	"lianou/core"
	"lianou/core/pg"
)

// One has two people say that two rows are one, in the township of each.
func One(t testing.TB, db *pg.DB, x, y core.PersonID, staff ...core.StaffID) {
	t.Helper()
	say(t, db, x, y, "open", map[string][]core.StaffID{"same": staff})
}

// Two has one ask that two rows that are one be two again, and another agree.
func Two(t testing.TB, db *pg.DB, x, y core.PersonID, asker, second core.StaffID) {
	t.Helper()
	say(t, db, x, y, "same", map[string][]core.StaffID{"apart": {asker}})
	say(t, db, x, y, "same", map[string][]core.StaffID{"agree": {second}})
}

func say(t testing.TB, db *pg.DB, x, y core.PersonID, state string, words map[string][]core.StaffID) {
	t.Helper()
	const (
		flag = `with n as (select nextval('person_pair_seq') as pair where not exists (select from person_pair where person = $1 and other = $2))
			insert into person_pair (pair, region, person, other, other_region, total, found) select n.pair, p.region, p.id, o.id, o.region, 90, $3
				from n, person p, person o where (p.id, o.id) in (($1, $2), ($2, $1))`
		stand = `update person_pair set state = $3, until = null, settled = case when $3 = 'same' then $4::timestamptz end, waits = null, sayers = '{}'
			where (person, other) in (($1, $2), ($2, $1))`
		word = `insert into person_verdict (pair, region, verdict, reason, staff, at)
			select distinct pair, region, $3, '\x01'::bytea, $4::bigint, $5::timestamptz from person_pair where (person, other) in (($1, $2), ($2, $1))`
	)
	err := db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		a, b := int64(x), int64(y)
		if _, err := tx.Exec(ctx, flag, a, b, tx.Now()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, stand, a, b, state, tx.Now()); err != nil {
			return err
		}
		for verdict, staff := range words {
			for _, who := range staff {
				if _, err := tx.Exec(ctx, word, a, b, verdict, int64(who), tx.Now()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
