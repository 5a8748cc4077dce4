package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Budget lines go back out as they came in: an operator who has to return to the release
// before keeps the payments and loses the lines alone.
//
// Control, named: Down without the trigger budget_moved ("- trigger …", and no line is
// answered any more).
func TestBudgetGoesBack(t *testing.T) {
	t.Parallel()
	env := pgtest.Empty(t)
	url := env.Superuser()
	const version = 544
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
	try(pg.MigrateTo(t.Context(), url, version-1))
	before := lines()
	try(pg.MigrateOne(t.Context(), url, version, true))
	after := lines()
	if len(after) < len(before)+30 {
		t.Fatalf("%d lines before, %d after: this sees too little", len(before), len(after))
	}
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica;
		insert into budget (year, area, items, fund, made, opened, amount, reserved) values (2026, '371426', '{MZ-01}', 'county', now(), now(), 9, 5);
		insert into budget_change (budget, amount, source, entered_by, entered, state, ended_by, ended) select id, 9, 'a', 1, now(), 'confirmed', 2, now() from budget;
		insert into payout_line (batch, entitlement, region, attempt, seq, amount, holder, account, last4, item, item_name, period, budget)
			select 1, 1, '371426101', 1, 1, 5, 'h', 'a', '1234', 'MZ-01', 'n', '202611', id from budget;
		set session_replication_role = origin`)
	try(err)
	try(pg.MigrateOne(t.Context(), url, version, false))
	same(t, "down", lines(), before)
	var kept int
	try(conn.QueryRow(t.Context(), `select count(*) from payout_line where amount = 5`).Scan(&kept))
	if kept != 1 {
		t.Errorf("%d payments are left of one", kept)
	}
	try(pg.MigrateOne(t.Context(), url, version, true))
	same(t, "up again", lines(), after)
}
