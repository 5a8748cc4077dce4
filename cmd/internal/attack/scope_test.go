package attack

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// P21, the second layer: as the platform's own role and under another township's
// scope, no table with a region shows a single foreign row, whatever a handler has
// forgotten; without a scope none shows any row at all.
// Control: `alter table casefile no force row level security` with a policy dropped.
func TestAnotherTownshipSeesNothing(t *testing.T) {
	who := made(31).known(t)
	token := who.app(t)
	opened(t, accepted(t, "app", token, who.form(t, "app", token)))
	db, err := pg.Open(t.Context(), pg.Config{URL: place.Roles["lianou_platform"], Name: "attack", MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	const elsewhere core.RegionCode = "371424103"
	full := 0
	listed := pg.Unscoped()
	for _, table := range regional(t, db) {
		if listed[table] != "" { // holds nobody, with its reason
			continue
		}
		count := func(scope pg.Scope, where string) (n int) {
			err := db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
				return tx.QueryRow(ctx, "select count(*) from "+pgx.Identifier{table}.Sanitize()+where).Scan(&n)
			})
			if err != nil {
				t.Errorf("%s: %v", table, err)
			}
			return n
		}
		if count(pg.City("the attacker compares"), " where region = '"+pingyuan+"'") > 0 {
			full++
		}
		if n := count(pg.Regions(elsewhere), " where region <> '"+string(elsewhere)+"'"); n != 0 {
			t.Errorf("%s shows %d rows of other townships", table, n)
		}
		if n := count(pg.NoScope(), ""); n != 0 {
			t.Errorf("%s shows %d rows without a scope", table, n)
		}
		if n := count(pg.Regions("371426104' or '1'='1", "%", "*", ""), ""); n != 0 {
			t.Errorf("%s shows %d rows to a made-up scope", table, n)
		}
	}
	if full < 6 {
		t.Errorf("only %d tables hold rows of the township: the test would prove little", full)
	}
}

// regional lists the tables with a region that the role may read.
func regional(t *testing.T, db *pg.DB) []string {
	t.Helper()
	const sql = `select c.relname::text from pg_attribute a join pg_class c on c.oid = a.attrelid
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'region' and not a.attisdropped
		and has_table_privilege(c.oid, 'select') order by 1`
	var tables []string
	err := db.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql)
		if err != nil {
			return err
		}
		tables, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err != nil || len(tables) < 15 {
		t.Fatalf("%d tables with a region: %v", len(tables), err)
	}
	return tables
}

// Another township's officer finds nothing by any address either, and learns
// nothing from how the answer differs from one about a case that never was.
func TestAnotherTownshipsOfficer(t *testing.T) {
	who := made(32).known(t)
	token := who.app(t)
	receipt := accepted(t, "app", token, who.form(t, "app", token))
	id := itoa(opened(t, receipt))
	stranger := sits(t, "deping.officer")
	for _, suffix := range []string{"", "/audio", "/decision/1"} {
		real, err := stranger.Open(t.Context(), "/desk/township/case/"+id+suffix)
		never, err2 := stranger.Open(t.Context(), "/desk/township/case/999999"+suffix)
		if err == nil || err2 == nil || real.Status != 404 || never.Status != real.Status || real.Alert() != never.Alert() {
			t.Errorf("case%s: %v, a case that never was: %v", suffix, err, err2)
		}
	}
	page, err := stranger.Open(t.Context(), "/desk/township?q="+receipt)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range page.Links() {
		if link == "/desk/township/case/"+id {
			t.Error("the search finds another township's case")
		}
	}
	other := made(33).known(t)
	if a := send(t, "GET", city.Gateway+"/c/app/applications/"+receipt, nil, "Authorization", "Bearer "+other.app(t)); a.status != 404 {
		t.Errorf("another citizen's application: %d", a.status)
	}
}
