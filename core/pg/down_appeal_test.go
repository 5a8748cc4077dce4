package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// What mends appeals (588) and who is called absent (589) goes back out as it came in.
//
// Control, named: Down of 588 without appeal_holds.
func TestAppealMendsGoBack(t *testing.T) {
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
	try(pg.MigrateTo(t.Context(), url, 587))
	for _, version := range []int64{588, 589} {
		before := lines()
		try(pg.MigrateOne(t.Context(), url, version, true))
		after := lines()
		if len(after) == len(before) {
			t.Fatalf("%d: this sees too little", version)
		}
		try(pg.MigrateOne(t.Context(), url, version, false))
		same(t, "down", lines(), before)
		try(pg.MigrateOne(t.Context(), url, version, true))
		same(t, "up again", lines(), after)
	}
}
