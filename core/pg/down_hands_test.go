package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Whoever has a case in hand as 00660 comes has it in a row of case_hop, whoever accepted it as answered,
// and what is over or nobody's has none; the keys and the trigger hold afterwards, one that is open again
// begins anew, and the whole goes back out.
//
// Controls, not tried: the backfill without the state; casefile_hands without the one that is open again.
func TestHandsOfBeforeBegin(t *testing.T) {
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
	lines := func(sql string) []string {
		t.Helper()
		rows, err := conn.Query(t.Context(), sql)
		try(err)
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		try(err)
		return got
	}
	run := func(sql string) {
		t.Helper()
		_, err := conn.Exec(t.Context(), `set session_replication_role = replica; `+sql+`; set session_replication_role = origin`)
		try(err)
	}
	try(pg.MigrateTo(t.Context(), url, 659))
	before := lines(schema)
	run(`insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated, state, officer, accepted, settled)
		select '371426104', ('0190a000-0000-7000-8000-00000000000' || n)::uuid, n::text, 'app', 'x', 1, now(), now(), now(), state, officer, accepted, settled from (values
			(1, 'open', 7, null::timestamptz, null::timestamptz), (2, 'visiting', 8, now(), null), (3, 'open', null, null, null), (4, 'settled', 7, now(), now()), (5, 'returned', 7, null, null)) v (n, state, officer, accepted, settled)`)
	try(pg.MigrateOne(t.Context(), url, 660, true))
	const hops = `select f.receipt || ' ' || h.staff || ' ' || (h.answered is not null)::text || ' ' || (h.ended is not null)::text from case_hop h join casefile f on f.id = h.case_id order by h.id`
	same(t, "in hand", lines(hops), []string{"1 7 false false", "2 8 true false"})
	if got := lines(`select conrelid::regclass || ' ' || convalidated::text from pg_constraint where contype = 'f' and conrelid in ('case_hop'::regclass, 'case_wait'::regclass)`); len(got) != 2 {
		t.Errorf("keys: %v", got)
	}
	_, err = conn.Exec(t.Context(), `set lianou.city = 'on'; update casefile set state = 'visiting', settled = null where receipt = '4'`)
	try(err)
	same(t, "open again", lines(hops), []string{"1 7 false false", "2 8 true false", "4 7 false false"})
	try(pg.MigrateOne(t.Context(), url, 660, false))
	same(t, "down", lines(schema), before)
}
