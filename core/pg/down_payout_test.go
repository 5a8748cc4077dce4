package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// What holds money that came back, and statements that people carried in, goes back out as it came
// in, also with a statement that waits and one that was taken out; one that a person alone had
// brought before waits for another.
//
// Control, named: Down without bank_statement_once.
func TestStatementMendsGoBack(t *testing.T) {
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
	run := func(sql string) {
		t.Helper()
		_, err := conn.Exec(t.Context(), sql)
		try(err)
	}
	for _, version := range []int64{586, 587} {
		try(pg.MigrateTo(t.Context(), url, version-1))
		before := lines()
		if version == 587 {
			run(`insert into bank_statement (name, digest, number, day_from, day_to, sealed, state, brought_by, received)
				values ('a', 'a', '1', '2026-03-01', '2026-03-01', '\x01', 'kept', 1, now()), ('b', 'b', '2', '2026-03-02', '2026-03-02', '\x01', 'kept', null, now())`)
		}
		try(pg.MigrateOne(t.Context(), url, version, true))
		after := lines()
		if len(after) < len(before)+2 {
			t.Fatalf("%d lines before, %d after: this sees too little", len(before), len(after))
		}
		if version == 587 {
			var waits int
			try(conn.QueryRow(t.Context(), `select count(*) from bank_statement where state = 'brought' and name = 'a'`).Scan(&waits))
			if waits != 1 {
				t.Error("one that a person alone had brought counts")
			}
			run(`insert into bank_statement (name, digest, number, day_from, day_to, sealed, state, brought_by, received, void_why, voided)
				values ('c', 'c', '3', '2026-03-01', '2026-03-01', '\x01', 'void', 1, now(), '拿错了', now())`)
		}
		try(pg.MigrateOne(t.Context(), url, version, false))
		same(t, "down", lines(), before)
		try(pg.MigrateOne(t.Context(), url, version, true))
		same(t, "up again", lines(), after)
	}
	var left int
	try(conn.QueryRow(t.Context(), `select count(*) from bank_statement where state = 'kept'`).Scan(&left))
	if left != 1 {
		t.Errorf("%d statements of the bank are left of one", left)
	}
}
