package pg_test

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// schema is all that a migration makes, in words: what differs here, differs.
const schema = `
	select 'policy ' || tablename || ' ' || policyname || ' ' || roles::text || ' ' || cmd || ' ' || coalesce(qual, '') || ' / ' || coalesce(with_check, '') as line from pg_policies where schemaname = 'public'
	union all select 'function ' || pg_get_functiondef(p.oid) || ' ' || coalesce(p.proacl::text, '') from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
	union all select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull::text || ' ' || coalesce(a.attacl::text, '')
		from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'v')
	union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
	union all select 'index ' || indexdef from pg_indexes where schemaname = 'public'
	union all select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
	union all select 'table ' || relname || ' ' || relkind::text || ' ' || relrowsecurity::text || relforcerowsecurity::text || ' ' || coalesce(relacl::text, '') from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S', 'v')
	order by line`

// The invitation of helpers goes back out as it came in, also with what it wrote: an
// operator who has to return to the release before keeps cases, mandates and money.
//
// Controls, named: Down without the policy of mandate_end as it was ("- policy mandate mandate_end"); without payout_through as it was ("+ function … m.granted": and money fails to be read).
func TestMandateGrantGoesBack(t *testing.T) {
	t.Parallel()
	env := pgtest.Empty(t)
	url := env.Superuser()
	const version = 380
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
		insert into mandate_grant (principal, name, number_key, kind, scopes, from_day, until_day, code_key, made, expires, account, agent, accepted)
			values ('c1', '张桂兰', sha256('x'), 'entrusted', array['apply'], current_date, current_date, encode(sha256('y'), 'hex'), now(), now(), 'c2', '李秀英', now());
		insert into mandate (case_id, region, application, receipt, kind, principal, agent, account, scopes, document, from_day, until_day, claimed, granted)
			select 1, '371426104', gen_random_uuid(), '4071882635', 'entrusted', '张桂兰', '李秀英', 'c2', array['apply'], 'entrustment', current_date, current_date, now(), id from mandate_grant;
		set session_replication_role = origin`)
	try(err)
	try(pg.MigrateOne(t.Context(), url, version, false))
	same(t, "down", lines(), before)
	var kept int
	try(conn.QueryRow(t.Context(), `select count(*) from mandate where agent = '李秀英'`).Scan(&kept))
	if kept != 1 {
		t.Errorf("%d mandates are left of one", kept)
	}
	try(pg.MigrateOne(t.Context(), url, version, true))
	same(t, "up again", lines(), after)
}

// same says which lines of two lists differ.
func same(t *testing.T, when string, got, want []string) {
	t.Helper()
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%s: + %s", when, line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%s: - %s", when, line)
		}
	}
}
