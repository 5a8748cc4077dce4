package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// What is told and signed (00666), what a caller keyed in (00667), what an agent wrote down of a call
// (00668) and "why not me" (00669) go back out as they came in, with rows in them; what a caller keyed in
// and nobody had heard yet is still there for the release before.
//
// Controls: Down of 00669 without near_of ("down: + column finding.near_of"), without why_opens, of 00666
// without decision_unsigned ("down: + function …"), of 00667 without keyed_key ("down: + column call.keyed_key").
func TestWhyAndKeyedCallsGoBack(t *testing.T) {
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
	for _, step := range []struct {
		version int64
		more    int    // lines that it adds at least
		rows    string // that stand there when it goes back
		left    string // counts what the release before still needs
	}{
		{666, 5, `select 1`, `select 1`},
		{667, 4, `insert into call (id, exchange, began, noted, about, keyed, keyed_key) values ('K', 'sip', now(), now(), 'notice:1', '\x01', '\x02')`,
			`select count(*) from call where id = 'K' and about = 'notice:1'`},
		{668, 8, `insert into call_word (call, kind) values ('K', 'appeal')`, `select count(*) from call where id = 'K'`},
		{669, 6, `insert into finding (case_id, region, version, item, name, position, outcome, bundled, reasons, missing, benefit, book, near, near_of)
				values (1, '371426104', 1, 'MZ-01', 'x', 1, 'unknown', false, '[]', '{}', '{}', 'b', '就差一样。', '{m1}');
			insert into audit_entry (at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail) values (now(), 'citizen', 'c', 'findings.read', 1, '', 'case:1', '', 'x', sha256('x'), '')`,
			`select count(*) from finding where near = '就差一样。'`},
	} {
		try(pg.MigrateTo(t.Context(), url, step.version-1))
		before := lines()
		try(pg.MigrateOne(t.Context(), url, step.version, true))
		after := lines()
		if len(after) < len(before)+step.more {
			t.Fatalf("%d: %d lines before, %d after: this sees too little", step.version, len(before), len(after))
		}
		_, err = conn.Exec(t.Context(), `set session_replication_role = replica; `+step.rows+`; set session_replication_role = origin`)
		try(err)
		try(pg.MigrateOne(t.Context(), url, step.version, false))
		same(t, "down", lines(), before)
		var n int
		if try(conn.QueryRow(t.Context(), step.left).Scan(&n)); n != 1 {
			t.Errorf("%d: %d of what stood there before", step.version, n)
		}
		try(pg.MigrateOne(t.Context(), url, step.version, true))
		same(t, "up again", lines(), after)
	}
}
