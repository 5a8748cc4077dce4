package pg_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// A taken-over gateway writes the log in nobody's name but its own. Control: the one
// policy of 00010, `with check (true)`, "the gateway wrote claim.decided as staff 7".
func TestGatewayWritesItsOwnEntries(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	write := func(role pgtest.Role, kind, id, act string, caseID int) error {
		return env.DB(role).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `insert into audit_entry (at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail)
				values ($1, $2, $3, $4, $5, '', '', '', '', sha256('x'), 'x')`, tx.Now(), kind, id, act, caseID)
			return pg.Fail(err, "insert")
		})
	}
	for _, c := range []struct {
		kind, id, act string
		caseID        int
		gateway       bool
	}{
		{"citizen", "c1", "session.opened", 0, true}, {"citizen", "c1", "binding.removed", 0, true},
		{"channel", "app", "application.received", 0, true}, {"outside", "app", "refusal.signature", 0, true},
		{"job", "notify", "notice.told", 3, true}, {"job", "fetch_recording", "recording.stored", 0, true},
		{"staff", "7", "claim.decided", 3, false}, {"staff", "7", "session.opened", 0, false}, {"operator", "", "staff.added", 0, false},
		{"job", "casefile", "case.moved", 3, false}, {"job", "payout", "batch.sent", 0, false}, {"job", "notify", "claim.moved", 3, false},
		{"outside", "bank", "batch.refused", 0, false}, {"outside", "bank", "payment.returned", 0, false}, {"outside", "app", "refusal.signature", 3, false},
		{"channel", "app", "claim.moved", 3, false}, {"citizen", "c1", "card.changed", 3, false}, {"citizen", "c1", "session.opened", 3, false},
	} {
		err := write(pgtest.Gateway, c.kind, c.id, c.act, c.caseID)
		if c.gateway && err != nil {
			t.Errorf("the gateway's own %s: %v", c.act, err)
		}
		if !c.gateway && pg.SQLState(err) != "42501" {
			t.Errorf("the gateway wrote %s as %s %s: %v", c.act, c.kind, c.id, err)
		}
		if err := write(pgtest.Platform, c.kind, c.id, c.act, c.caseID); err != nil {
			t.Errorf("the platform's %s: %v", c.act, err)
		}
	}
}

// A taken-over gateway that says it is the whole city, or a township, sees nobody's
// state: rows open to their subject alone. Control: lianou_scope for every role,
// "case_status in the city's name: 1 rows".
func TestGatewaySeesNoStatesOfTheCity(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	conn, err := pgx.Connect(t.Context(), env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	for _, sql := range []string{
		`set session_replication_role = replica`,
		`insert into case_status (application, region, receipt, citizen, status, case_id, updated)
			values (gen_random_uuid(), '371426104', '1', 'c1', 'x', 1, now())`,
		`insert into notice (key, region, citizen, kind, words, created, updated) values ('k', '371426104', 'c1', 'paid', 'x', now(), now())`,
		`insert into notice_attempt (id, notice, region, channel, first_at, at) values (gen_random_uuid(), 1, '371426104', 'sms', now(), now())`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	count := func(role pgtest.Role, scope pg.Scope, table string) (n int) {
		err := env.DB(role).Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from `+table).Scan(&n)
		})
		if err != nil {
			t.Errorf("%s as %s: %v", table, role, err)
		}
		return n
	}
	for _, table := range []string{"case_status", "notice", "notice_attempt"} {
		if n := count(pgtest.Gateway, pg.City("test"), table); n != 0 {
			t.Errorf("%s in the city's name: %d rows", table, n)
		}
		if n := count(pgtest.Gateway, pg.Regions("371426104"), table); n != 0 {
			t.Errorf("%s in a township's name: %d rows", table, n)
		}
		for _, role := range []pgtest.Role{pgtest.Platform, pgtest.Check} {
			if n := count(role, pg.Regions("371426104"), table); n != 1 {
				t.Errorf("%s as %s: %d rows", table, role, n)
			}
		}
		if subject := pg.Subject("c1"); table != "notice_attempt" && count(pgtest.Gateway, subject, table) != 1 {
			t.Errorf("%s is closed to its own citizen", table)
		}
	}
}
