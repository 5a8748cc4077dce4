package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// What mends conferences goes back out as it came in, also with one whose words are sealed, one that
// somebody asked to call off, and one that was signed after that.
//
// Control, named: Down without conference_why_check ("- constraint conference conference_why_check …").
func TestConferenceMendsGoBack(t *testing.T) {
	t.Parallel()
	env := pgtest.Empty(t)
	url := env.Superuser()
	const version = 581
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
	if len(after) < len(before)+10 {
		t.Fatalf("%d lines before, %d after: this sees too little", len(before), len(after))
	}
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica;
		insert into conference (case_id, region, ground, why_sealed, called_by, called, on_day, place, minutes, digest, outcome, reasons_sealed, first_by, first_at,
				off_first, off_first_at, off_sealed, second_by, second_at, off_by, off_at)
			select n, '371426104', 'hardship', '\x01', 1, now(), current_date, '镇上', '\x01', repeat('a', 64), 'not', '\x01', 1, now(), 3, now(), '\x01',
				case n when 2 then 2 end, case n when 2 then now() end, case n when 3 then 4 end, case n when 3 then now() end from generate_series(1, 3) n;
		set session_replication_role = origin`)
	try(err)
	try(pg.MigrateOne(t.Context(), url, version, false))
	same(t, "down", lines(), before)
	var kept, why int
	try(conn.QueryRow(t.Context(), `select count(*) filter (where minutes is not null), count(*) filter (where off_why = '理由见通知') from conference`).Scan(&kept, &why))
	if kept != 3 || why != 1 {
		t.Errorf("%d conferences are left of three, %d say why they were called off", kept, why)
	}
	try(pg.MigrateOne(t.Context(), url, version, true))
	same(t, "up again", lines(), after)
}
