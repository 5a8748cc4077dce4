package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Change requests and life events go back out as they came in, each by itself.
//
// Control: Down of 00441 without the revoke ("+ column membership.ref").
func TestRegistryEventsGoBack(t *testing.T) {
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
	try(pg.MigrateTo(t.Context(), url, 439))
	for _, version := range []int64{440, 441} {
		before := lines()
		try(pg.MigrateOne(t.Context(), url, version, true))
		after := lines()
		if len(after) < len(before)+20 {
			t.Fatalf("%d: %d lines before, %d after: this sees too little", version, len(before), len(after))
		}
		try(pg.MigrateOne(t.Context(), url, version, false))
		same(t, "down", lines(), before)
		try(pg.MigrateOne(t.Context(), url, version, true))
		same(t, "up again", lines(), after)
	}
}
