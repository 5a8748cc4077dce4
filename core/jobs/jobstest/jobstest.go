// Package jobstest lets tests wait for jobs instead of sleeping. For tests only.
package jobstest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/jobs"
	"lianou/core/pg"
)

// Patience is how long a test waits for work that should take milliseconds.
const Patience = 30 * time.Second

// States counts the jobs of a kind by River's state names.
func States(t testing.TB, db *pg.DB, schema jobs.Schema, kind string) map[string]int {
	t.Helper()
	sql := map[jobs.Schema]string{
		jobs.Gateway:  `select state::text, count(*)::int from jobs_gateway.river_job where kind = $1 group by 1`,
		jobs.Platform: `select state::text, count(*)::int from jobs_platform.river_job where kind = $1 group by 1`,
	}[schema]
	rows, err := db.Pool().Query(t.Context(), sql, kind)
	if err != nil {
		t.Fatalf("count jobs: %v", err)
	}
	got := map[string]int{}
	var state string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error { got[state] = n; return nil }); err != nil {
		t.Fatalf("count jobs: %v", err)
	}
	return got
}

// Wait returns when n jobs of a kind are in a state, such as "completed", and
// fails the test when that does not come to pass.
func Wait(t testing.TB, db *pg.DB, schema jobs.Schema, kind string, state string, n int) {
	t.Helper()
	Until(t, "jobs of kind "+kind+" to be "+state, func(context.Context) bool { return States(t, db, schema, kind)[state] >= n })
}

// Until polls a condition, with the test's patience.
func Until(t testing.TB, what string, met func(context.Context) bool) {
	t.Helper()
	Within(t, Patience, what, met)
}

// Within is Until with another patience, for what hundreds of jobs have to do first.
func Within(t testing.TB, patience time.Duration, what string, met func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !met(ctx) {
		select {
		case <-ctx.Done():
			t.Fatalf("waited %v in vain for %s", patience, what)
		case <-tick.C:
		}
	}
}
