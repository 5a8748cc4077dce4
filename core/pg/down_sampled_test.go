package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// The sampled call goes back out as it came in, with clocks of its kinds.
//
// Control: Down with deadline_once over every kind ("down: + index CREATE UNIQUE INDEX deadline_once").
func TestSampledCallsGoBack(t *testing.T) {
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
	try(pg.MigrateTo(t.Context(), url, 657))
	before := lines()
	try(pg.MigrateOne(t.Context(), url, 658, true))
	after := lines()
	if len(after) < len(before)+40 {
		t.Fatalf("%d lines before, %d after: this sees too little", len(before), len(after))
	}
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica;
		insert into deadline (case_id, region, claim_id, kind, due, first_due, next, met) values (1, '371426104', 1, 'ask', current_date, current_date, current_date, now());
		insert into deadline (case_id, region, claim_id, kind, due, first_due, next) values (1, '371426104', 1, 'ask', current_date, current_date, current_date), (1, '371426104', 1, 'matter', current_date, current_date, current_date);
		insert into sampled_share values ('371426', 5, 2, 'x', now()); set session_replication_role = origin`)
	try(err)
	try(pg.MigrateOne(t.Context(), url, 658, false))
	same(t, "down", lines(), before)
	try(pg.MigrateOne(t.Context(), url, 658, true))
	same(t, "up again", lines(), after)
}
