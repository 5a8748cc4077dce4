package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// 00665 and 00666 go back out whole: the functions of 00662 are as before.
func TestNobodyRefusedAgainGoesBackOut(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t).Superuser()
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
	try(pg.MigrateTo(t.Context(), url, 664))
	before := lines()
	try(pg.MigrateOne(t.Context(), url, 665, true))
	between := lines()
	try(pg.MigrateOne(t.Context(), url, 666, true))
	try(pg.MigrateOne(t.Context(), url, 666, false))
	same(t, "666 down", lines(), between)
	try(pg.MigrateOne(t.Context(), url, 665, false))
	same(t, "down", lines(), before)
}
