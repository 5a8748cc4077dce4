package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// The doors of objections go back out as they came in, with rows in them: the opinions stay, and
// hold their claims until they are answered. While one was acknowledged and is filed nowhere, it
// does not go back: its words stand nowhere else.
//
// Control, named: Down without claim_outcome_guard of before. Not tried: Down that does not look what
// waits ("it goes back while …").
func TestObjectionDoorsGoBack(t *testing.T) {
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
	const version = 659
	try(pg.MigrateTo(t.Context(), url, version-1))
	before := lines()
	try(pg.MigrateOne(t.Context(), url, version, true))
	after := lines()
	if len(after) < len(before)+10 {
		t.Fatalf("%d lines before, %d after: this sees too little", len(before), len(after))
	}
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica;
		insert into public_notice (id, claim_id, case_id, region, item_name, from_day, until_day, place, name, people, sample, proposer) overriding system value
			values (1, 1, 1, '371426104', 'x', current_date, current_date + 7, 'x', '周某', 1, true, 1);
		insert into objection (id, notice_id, claim_id, case_id, region, at, says, door, sender) overriding system value values (1, 1, 1, 1, '371426104', now(), 's', 'app', sha256('d'));
		insert into objection_word (objection_id, case_id, region, at, door, says, receipt) values (1, 1, '371426104', now(), 'app', 's', sha256('r'));
		insert into objection_sent (notice_id, region, door, sender, key, digest, receipt, wrapped, sealed, at, taken, objection)
			values (1, '371426104', 'app', sha256('d'), sha256('k'), sha256('x'), sha256('r'), 'w', 's', now(), now(), 1),
			(1, '371426104', 'app', sha256('d'), sha256('l'), sha256('x'), sha256('t'), 'w', 's', now(), null, null);
		set session_replication_role = origin`)
	try(err)
	if err := pg.MigrateOne(t.Context(), url, version, false); err == nil {
		t.Error("it goes back while what was acknowledged waits to be filed")
	}
	_, err = conn.Exec(t.Context(), `update objection_sent set taken = now()`)
	try(err)
	try(pg.MigrateOne(t.Context(), url, version, false))
	same(t, "down", lines(), before)
	var left int
	try(conn.QueryRow(t.Context(), `select count(*) from objection where answered is null`).Scan(&left))
	if left != 1 {
		t.Errorf("%d opinions are left", left)
	}
	try(pg.MigrateOne(t.Context(), url, version, true))
	same(t, "up again", lines(), after)
}
