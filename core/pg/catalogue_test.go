package pg_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

func column(t *testing.T, db *pg.DB, sql string, args ...any) []string {
	t.Helper()
	rows, err := db.Pool().Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Every table is under row-level security, forced on its owner too, or stands in
// Unscoped with a reason.
// Control: dropping one `call lianou_scope_table` from a migration names the table.
func TestEveryTableIsScopedOrListed(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).DB(pgtest.Owner)
	const open = `select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
		and not (relrowsecurity and relforcerowsecurity) order by 1`
	listed := pg.Unscoped()
	for _, table := range column(t, db, open) {
		if listed[table] == "" {
			t.Errorf("%s is neither under row-level security nor in core/pg/unscoped.go with a reason", table)
		}
		delete(listed, table)
	}
	for _, table := range slices.Sorted(maps.Keys(listed)) {
		t.Errorf("%s is in core/pg/unscoped.go, and is no table without row-level security", table)
	}
}

// Region columns hold text under the one name, so that the policies apply.
func TestRegionColumnsAreScoped(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).DB(pgtest.Owner)
	const loose = `select c.relname::text from pg_attribute a join pg_class c on c.oid = a.attrelid
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'region' and not a.attisdropped
		and not (c.relrowsecurity and c.relforcerowsecurity) order by 1`
	for _, table := range column(t, db, loose) {
		if pg.Unscoped()[table] == "" {
			t.Errorf("%s has a region and no row-level security", table)
		}
	}
	const odd = `select c.relname || '.region is ' || format_type(a.atttypid, a.atttypmod) from pg_attribute a join pg_class c on c.oid = a.attrelid
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'region' and a.atttypid <> 'text'::regtype order by 1`
	for _, fault := range column(t, db, odd) {
		t.Error(fault)
	}
}

// No program's role may change the shape of anything, own anything, empty a table
// or see past row-level security.
func TestRolesHaveNoMoreThanTheyNeed(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).DB(pgtest.Owner)
	roles := []string{"lianou_gateway", "lianou_platform", "lianou_audit", "lianou_check"}
	for name, sql := range map[string]string{
		"may create":             `select r || ' in ' || nspname from pg_namespace, unnest($1::text[]) r where nspname !~ '^pg_' and has_schema_privilege(r, oid, 'create')`,
		"owns":                   `select rolname || ' ' || relname from pg_class join pg_roles r on r.oid = relowner where rolname = any($1)`,
		"may truncate":           `select r || ' ' || relname from pg_class, unnest($1::text[]) r where relkind = 'r' and relnamespace = 'public'::regnamespace and has_table_privilege(r, oid, 'truncate')`,
		"is above all":           `select rolname::text from pg_roles where rolname = any($1) and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
		"is member of the owner": `select r from unnest($1::text[]) r where pg_has_role(r, 'lianou_owner', 'member')`,
	} {
		for _, fault := range column(t, db, sql, roles) {
			t.Errorf("%s: %s", name, fault)
		}
	}
	const writes = `select r || ' ' || relname from pg_class, unnest(array['lianou_check', 'lianou_backup']) r
		where relkind = 'r' and relnamespace::regnamespace::text in ('public', 'jobs_gateway', 'jobs_platform')
		and has_table_privilege(r, oid, 'insert, update, delete')`
	for _, fault := range column(t, db, writes) {
		t.Errorf("may write: %s", fault)
	}
}

// Steps of many rows are joined and not gone through row by row: `exists` is planned for its first row, and
// 20,000 payments of one statement took minutes (`lianou bench payout` has the figure).
//
// Control: without migration 00661 (`steps are asked by []`).
func TestStepsOfManyRowsAreJoined(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).DB(pgtest.Owner)
	if settings := column(t, db, `select unnest(proconfig) from pg_proc where proname = 'legal_steps'`); !slices.Contains(settings, "enable_nestloop=off") {
		t.Errorf("steps are asked by %v", settings)
	}
}
