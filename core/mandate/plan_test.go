package mandate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"lianou/core/pg/pgtest"
)

// A citizen who looks at their own applications asks nothing of twenty thousand others'
// invitations: each table is reached by an index, whoever asks, and the function that the
// policy asks is asked once a statement.
//
// Controls, named: 00380 without mandate_grant_principal ("mandate_grant is read whole");
// mandate_reach as it was in 00380, without m.account <> ” ("mandate is read whole").
func TestGrantsAreFoundByIndex(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	cfg, err := pgx.ParseConfig(env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	var plans []string // of the functions too, as the server logs them
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { plans = append(plans, n.Message) }
	conn, err := pgx.ConnectConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{
		`set session_replication_role = replica`,
		`insert into mandate_grant (principal, name, number_key, kind, scopes, from_day, until_day, code_key, made, expires, account, agent, accepted)
			select 'c' || md5('p' || n), '张', sha256(convert_to('n' || n, 'UTF8')), 'entrusted', array['apply', 'notices'], current_date, current_date + 30,
				encode(sha256(convert_to('k' || n, 'UTF8')), 'hex'), now(), now(), 'c' || md5('a' || n / 3), '李', now() from generate_series(1, 20000) n`,
		`insert into mandate (case_id, region, application, receipt, kind, principal, agent, account, scopes, document, from_day, until_day, claimed, granted)
			select n, '371426104', md5('f' || n)::uuid, '4071882635', 'entrusted', '张', '李', 'c' || md5('a' || n / 3), array['apply', 'notices'], 'entrustment', current_date, current_date + 30, now(), n
				from generate_series(1, 20000, 2) n`,
		`insert into case_status (application, case_id, region, receipt, citizen, status, updated, number_key)
			select md5(case when n % 2 = 1 then 'f' else 'o' end || n)::uuid, n, '371426104', lpad(n::text, 10, '0'), case when n % 2 = 1 then 'c' || md5('a' || n / 3) else 'c' || md5('p' || n) end, '已收到', now(), sha256(convert_to('n' || n, 'UTF8'))
				from generate_series(1, 20000) n`,
		`analyze mandate_grant`, `analyze mandate`, `analyze case_status`,
		`load 'auto_explain'`, `set auto_explain.log_min_duration = 0`, `set auto_explain.log_nested_statements = on`, `set auto_explain.log_analyze = on`,
		`set auto_explain.log_level = 'notice'`, `set client_min_messages = 'notice'`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	const own = `select application from case_status where citizen = $1 or application = any (array(select grant_applications())) order by updated desc, application limit 50`
	const standing = `select id from mandate_grant where (principal = $1 or account = $1) and (account is not null or revoked is null and expires > now()) order by id desc limit 100`
	const seen = `select id from mandate where (granted is null or not grant_of(granted)) and (account <> '' and account = $1 or application = any (array(select application from case_status
		where citizen <> '' and citizen = $1 or phone_key <> '' and phone_key = $1))) order by id desc limit 100`
	const reach = `select mandate_reach(length($1), current_date)`
	for name, c := range map[string]struct{ who, sql string }{
		"how far a helper goes":  {"a7", reach},
		"whom a helper helps":    {"a7", standing},
		"who helps":              {"p7", standing},
		"for whom a helper acts": {"a7", seen},
		"who acts for nobody":    {"nobody", seen},
		"somebody without":       {"nobody", own},
		"who invited":            {"p7", own},
		"a helper":               {"a7", own},
		"by receipt alone":       {"a7", `select application from case_status where receipt = lpad($1, 10, '0')`},
	} {
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		role := `set local role lianou_gateway`
		if c.sql == reach {
			role = `set local role lianou_platform`
		}
		if _, err := tx.Exec(t.Context(), role); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), `select set_config('lianou.subject', 'c' || md5($1), true)`, c.who); err != nil {
			t.Fatal(err)
		}
		plans = nil
		began := time.Now()
		var who string
		if err := tx.QueryRow(t.Context(), `select 'c' || md5($1)`, c.who).Scan(&who); err != nil {
			t.Fatal(err)
		}
		tag, err := tx.Exec(t.Context(), c.sql, who)
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		if err := tx.Rollback(t.Context()); err != nil { // only then is the portal closed, and its plan told
			t.Fatal(err)
		}
		text := strings.Join(plans, "\n")
		for _, table := range []string{"mandate_grant", "mandate", "case_status"} {
			if strings.Contains(text, "Seq Scan on "+table) || strings.Contains(text, "Backward using "+table+"_pkey") {
				t.Errorf("%s: %s is read whole:\n%s", name, table, text)
			}
		}
		if !strings.Contains(text, "Query Text: "+c.sql) || c.sql == own && !strings.Contains(text, "on mandate_grant") {
			t.Errorf("%s: the plans are not all there:\n%s", name, text)
		}
		t.Logf("%s: %d rows in %v", name, tag.RowsAffected(), took)
		if c.who == "a7" && c.sql == own && tag.RowsAffected() < 3 {
			t.Errorf("%s sees %d rows", name, tag.RowsAffected())
		}
	}
}
