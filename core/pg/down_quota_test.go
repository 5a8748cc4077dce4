package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// What the rounds of scarce places were given goes back out as it came in, and so does a list
// that waits to be withdrawn: the release before knows that it does, and not why.
//
// Control, named: Down of 00563 without quota_tried ("down: + function CREATE OR REPLACE FUNCTION public.quota_tried…").
func TestQuotaLeavingGoesBack(t *testing.T) {
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
	try(pg.MigrateTo(t.Context(), url, 561))
	before := lines()
	try(pg.MigrateOne(t.Context(), url, 562, true))
	between := lines()
	try(pg.MigrateOne(t.Context(), url, 563, true))
	after := lines()
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica;
		insert into quota_round (item, area, places, cutoff, why, opener, opened, drawn, book, formula, tie, digest, leaver, leaving, leaving_why)
			values ('ZJ-01', '371426', 1, now(), 'a', 1, now(), now(), 'b', 'f', 't', 'd', 2, now(), '\x00');
		set session_replication_role = origin`)
	try(err)
	try(pg.MigrateOne(t.Context(), url, 563, false))
	same(t, "down", lines(), between)
	try(pg.MigrateOne(t.Context(), url, 562, false))
	same(t, "down twice", lines(), before)
	var leaver int
	try(conn.QueryRow(t.Context(), `select leaver from quota_round`).Scan(&leaver))
	if leaver != 2 {
		t.Errorf("the list waits for nobody any more: %d", leaver)
	}
	try(pg.MigrateOne(t.Context(), url, 562, true))
	try(pg.MigrateOne(t.Context(), url, 563, true))
	same(t, "up again", lines(), after)
}

// TestQuotaTwiceGoesBack: what 00565 brought goes back out as it came in; two rounds that were
// opened alike before it stand on, and so stand after it, the later one marked.
//
// Controls, named: 00565 without its update ("could not create unique index"); Down without quota_next ("down: + function CREATE OR REPLACE FUNCTION public.quota_next…").
func TestQuotaTwiceGoesBack(t *testing.T) {
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
	text := func(sql string) []string {
		t.Helper()
		rows, err := conn.Query(t.Context(), sql)
		try(err)
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		try(err)
		return got
	}
	try(pg.MigrateTo(t.Context(), url, 564))
	before := text(schema)
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica;
		insert into quota_round (item, area, places, cutoff, why, opener, opened)
			select 'ZJ-01', '371426', n, '2026-12-01', case n when 1 then '鲁建房〔2026〕5 号' when 2 then '鲁建房[2026]5号' else '另一个' end, 1, now() from generate_series(1, 3) n;
		set session_replication_role = origin`)
	try(err)
	try(pg.MigrateOne(t.Context(), url, 565, true))
	after := text(schema)
	if got := text(`select places::text from quota_round where doubled`); len(got) != 1 || got[0] != "2" {
		t.Errorf("marked: %q", got)
	}
	try(pg.MigrateOne(t.Context(), url, 565, false))
	same(t, "down", text(schema), before)
	try(pg.MigrateOne(t.Context(), url, 565, true))
	same(t, "up again", text(schema), after)
}
