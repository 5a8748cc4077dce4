// Package watchtest compares what scans left behind. For tests only.
package watchtest

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Dump gives a line for every row that a look at everybody writes, but for times and
// numbers that count up: two databases in which the same was found dump the same, however
// they came to it. It asks for a superuser's address.
func Dump(t testing.TB, superuser string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), superuser)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	const sql = `select string_agg(line, e'\n' order by line) from (
		select 'page ' || region || ' ' || first || ' ' || encode(findings, 'hex') as line from finding_page
		union all select 'town ' || region || ' ' || book || ' ' || households || ' ' || eligible::text || open::text from finding_town
		union all select 'rank ' || region || ' ' || place || ' ' || household from ranking
		union all select 'listed ' || sum(n) from ranking_step
		union all select 'count ' || scope || ' ' || counts::text from ranking_count
		union all select 'row ' || region || ' ' || household || ' ' || encode(facts, 'hex') || coalesce(due::text, '') from fact_row
		union all select 'stale ' || region || ' ' || household from fact_stale
		union all select 'lead ' || region || ' ' || household || ' ' || kind || ' ' || items || ' ' || cause || ' ' || state || coalesce(' ' || owed || ' ' || raise::text, '') from lead
		union all select 'scan ' || id || ' ' || towns || ' ' || remain from scan
		union all select 'scanned ' || scan || ' ' || town || ' ' || households || ' ' || (done is not null) from scan_town
		union all select 'logged ' || region || ' ' || count(*) from audit_entry where act = 'registry.scanned' group by region) t`
	var all string
	if err := conn.QueryRow(t.Context(), sql).Scan(&all); err != nil {
		t.Fatal(err)
	}
	return strings.Split(all, "\n")
}
