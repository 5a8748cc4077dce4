package pg_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// TestLeadsOfMovesBefore: when 00537 comes, what lay where a household lived before is brought
// to where it lives now, settled ones with the reason why one was opened again, and of two open
// ones of a kind one stays with what both had found. 00539, 00545,
// 00546, 00553, 00594 and 00595 go back out as they came in; what was settled before 00594
// without a word stays so, and still moves with its household.
//
// Controls: 00537 without its last block ("371424103 due open 2; 371426104 due open 1; 371426104
// due settled 1; reopened 371426104 2"); Down of 00539 without the revoke (the function's grants differ);
// 00594 that leaves what lies open wordless ("closed without a word: <nil>").
func TestLeadsOfMovesBefore(t *testing.T) {
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
	try(pg.MigrateTo(t.Context(), url, 536))
	const lay = `set session_replication_role = replica;
		insert into household (id, region, village, hukou, made) values (1, '371424103', '371424103200', '371424', now());
		insert into lead (region, household, kind, items, cause, book, since, found, place, state, outcome, staff, settled) values
			('371426104', 1, 'due', 1, 'facts', 'x', '2026-01-01', now(), 0, 'settled', 'not_reached', 3, now()),
			('371426104', 1, 'due', 1, 'facts', 'x', '2026-01-01', now(), 0, 'open', null, null, null),
			('371424103', 1, 'due', 2, 'facts', 'x', '2026-01-01', now(), 0, 'open', null, null, null);
		insert into lead_reopen (lead, region, fresh, staff, reason, made) values (1, '371426104', 2, 4, '他回来了', now());
		set session_replication_role = origin`
	_, err = conn.Exec(t.Context(), lay)
	try(err)
	try(pg.MigrateTo(t.Context(), url, 537))
	rows, err := conn.Query(t.Context(), `select concat_ws(' ', region, kind, state, items) from lead where state <> 'gone'
		union all select concat_ws(' ', 'reopened', region, fresh) from lead_reopen order by 1`)
	try(err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	try(err)
	if got, want := strings.Join(list, "; "), "371424103 due open 3; 371424103 due settled 1; reopened 371424103 3"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	lines := func() []string {
		t.Helper()
		rows, err := conn.Query(t.Context(), schema)
		try(err)
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		try(err)
		return got
	}
	for _, n := range []int64{539, 545, 546, 553, 594, 595} {
		before := lines()
		try(pg.MigrateOne(t.Context(), url, n, true))
		after := lines()
		try(pg.MigrateOne(t.Context(), url, n, false))
		same(t, fmt.Sprint(n, " down"), lines(), before)
		try(pg.MigrateOne(t.Context(), url, n, true))
		same(t, fmt.Sprint(n, " up again"), lines(), after)
	}
	tag, err := conn.Exec(t.Context(), `update lead set region = region where state = 'settled' and wordless`)
	try(err)
	if tag.RowsAffected() != 1 {
		t.Errorf("%d settled before", tag.RowsAffected())
	}
	const silent = `update lead set state = 'settled', outcome = 'not_in_need', staff = 3, settled = now() where state = 'open'`
	if _, err := conn.Exec(t.Context(), silent); pg.Constraint(err) != "lead_word" {
		t.Errorf("closed without a word: %v", err)
	}
}
