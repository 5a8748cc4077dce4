package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// What a household is asked for once, what we look up, the periodic re-check, and what is not solved go back out as they came
// in, with rows in them and clocks of the kinds that they brought.
//
// Control, named: Down of 00650 without the unique constraint.
func TestAskOnceAndReviewGoBack(t *testing.T) {
	t.Parallel()
	env := pgtest.Empty(t)
	url := env.Superuser()
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	conn, err := pgx.Connect(t.Context(), url)
	try(err)
	defer conn.Close(t.Context())
	lines := func() []string {
		t.Helper()
		rows, err := conn.Query(t.Context(), schema)
		try(err)
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		try(err)
		return got
	}
	for _, step := range []struct {
		version int64
		rows    string
	}{
		{649, `insert into case_ask (case_id, region, nth, keys, own, by_staff, at) values (1, '371426104', 1, '{cars}', false, 1, now());
			insert into case_look (case_id, region, key, keeper, staff, made) values (1, '371426104', 'cars', 'vehicles', 1, now());
			insert into deadline (case_id, region, kind, due, first_due, next) values (1, '371426104', 'lookup', current_date, current_date, current_date)`},
		{650, `insert into benefit_review (claim_id, case_id, region, nth, class, who, months, packs, since, due) values (1, 1, '371426104', 1, 'A', 'x', 12, 'C', current_date - 1, current_date);
			insert into deadline (case_id, region, claim_id, kind, due, first_due, next, met) values (1, '371426104', 1, 'review', current_date, current_date, current_date, now());
			insert into deadline (case_id, region, claim_id, kind, due, first_due, next) values (1, '371426104', 1, 'review', current_date, current_date, current_date)`},
		{657, `insert into unsolved (claim_id, case_id, region, nth, unit, decision, says, door, at, due, law) values (1, 1, '371426104', 1, 'township', 1, 'x', 'desk', now(), current_date, 'x');
			insert into deadline (case_id, region, claim_id, kind, due, first_due, next) values (1, '371426104', 1, 'unsolved', current_date, current_date, current_date)`},
	} {
		try(pg.MigrateTo(t.Context(), url, step.version-1))
		before := lines()
		try(pg.MigrateOne(t.Context(), url, step.version, true))
		after := lines()
		if len(after) < len(before)+10 {
			t.Fatalf("%d: %d lines before, %d after: this sees too little", step.version, len(before), len(after))
		}
		_, err = conn.Exec(t.Context(), `set session_replication_role = replica; `+step.rows+`; set session_replication_role = origin`)
		try(err)
		try(pg.MigrateOne(t.Context(), url, step.version, false))
		same(t, "down", lines(), before)
		try(pg.MigrateOne(t.Context(), url, step.version, true))
		same(t, "up again", lines(), after)
	}
}
