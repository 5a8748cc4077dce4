package casefile

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

func graphs() map[string]edges {
	return map[string]edges{"application": applicationEdges(), "case": caseEdges(), "claim": claimEdges(), "appeal": appealEdges()}
}

// Every state is reachable from birth, and from every state an end can be
// reached: there is no dead end in which a household waits for ever (F58).
func TestGraphsHaveNoDeadEnds(t *testing.T) {
	t.Parallel()
	ends := map[string][]string{
		"application": {"routed", "linked", "set_aside"},
		"case":        {"settled", "withdrawn"},
		"claim":       {"closed", "withdrawn"},
		"appeal":      {"answered", "withdrawn"},
	}
	for name, graph := range graphs() {
		born := reach(graph, "")
		for state := range graph {
			if !born[state] {
				t.Errorf("%s: %q is never reached", name, state)
			}
			seen := reach(graph, state)
			if !slices.ContainsFunc(ends[name], func(end string) bool { return seen[end] }) {
				t.Errorf("%s: no end can be reached from %q", name, state)
			}
			for _, to := range graph[state] {
				if _, known := graph[to]; !known {
					t.Errorf("%s: %q leads to %q, which has no row", name, state, to)
				}
			}
		}
	}
}

func reach(graph edges, from string) map[string]bool {
	seen := map[string]bool{from: true}
	queue := []string{from}
	for len(queue) > 0 {
		for _, to := range graph[queue[0]] {
			if !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
		queue = queue[1:]
	}
	return seen
}

// No adverse or granting outcome can be reached past a named second person: the
// only ways into approved and refused start where a proposal stands.
func TestOutcomesComeFromProposals(t *testing.T) {
	t.Parallel()
	for from, list := range claimEdges() {
		for _, to := range []string{"approved", "refused", "referred"} {
			if slices.Contains(list, to) && from != "reviewed" && from != "noticed" {
				t.Errorf("%q leads to %q", from, to)
			}
		}
	}
}

func TestDatabaseAndCodeKnowTheSameSteps(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	got := map[string]bool{}
	err := env.DB(pgtest.Platform).Read(context.Background(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select entity || ' ' || from_state || '>' || to_state from case_transition
			where entity in ('application', 'case', 'claim', 'appeal')`)
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, s := range list {
			got[s] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for name, graph := range graphs() {
		for from, list := range graph {
			for _, to := range list {
				want[name+" "+from+">"+to] = true
			}
		}
	}
	if !maps.Equal(got, want) {
		t.Fatalf("database %d rows, code %d; only in database %v, only in code %v", len(got), len(want), minus(got, want), minus(want, got))
	}
}

func minus(a, b map[string]bool) (list []string) {
	for s := range a {
		if !b[s] {
			list = append(list, s)
		}
	}
	return list
}

// Every step that is not in the graph is refused by the database to the
// application's own role, and every step that is gets past the graph's trigger.
// Control: `drop trigger casefile_guard on casefile` in the migration lets the
// illegal steps of the case through.
func TestIllegalStepsAreRefusedBySQL(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	ctx := context.Background()
	root, err := pgx.Connect(ctx, env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close(ctx)
	prepare(t, root)
	tables := map[string]string{"application": "case_application", "case": "casefile", "claim": "claim", "appeal": "appeal"}
	tried := 0
	for name, graph := range graphs() {
		table := tables[name]
		for from := range graph {
			if from == "" {
				continue
			}
			force(t, root, table, from)
			for to := range graph {
				if to == "" || to == from {
					continue
				}
				tried++
				refused := step(t, env.DB(pgtest.Platform), table, to)
				if legal := graph.allows(from, to); legal == refused {
					t.Errorf("%s: %q to %q: legal %v, refused by the graph %v", name, from, to, legal, refused)
				}
			}
		}
	}
	if tried != 322 {
		t.Fatalf("only %d steps tried", tried)
	}
}

// prepare makes one row of each kind with every other column filled, so that only
// the state is in question.
func prepare(t *testing.T, root *pgx.Conn) {
	t.Helper()
	_, err := root.Exec(context.Background(), `
		insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated, accepted, settled, officer)
			values ('371421103', '0190a000-0000-7000-8000-000000000001', '1', 'app', 'x', 1, now(), now(), now(), now(), now(), 1);
		insert into case_application (application, case_id, region, receipt, channel, at)
			select application, id, region, receipt, channel, now() from casefile;
		insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, proposer, proposal, reasons,
			money, paid, delivered, told, created, updated)
			select id, region, 'MZ-01', 'n', 'e', 'd', 'township', 0, true, 1, 1, 'approve', '["r"]', 'paid', now(), now(), now(), now(), now() from casefile;
		begin; set local session_replication_role = replica;
		insert into appeal (claim_id, case_id, region, about, decision, digest, says, door, at, due, reviewer, outcome, reasons, decider)
			select id, case_id, region, 'grant', 1, repeat('0', 64), 'x', 'app', now(), current_date, 2, 'stands', 'r', 3 from claim; commit`)
	if err != nil {
		t.Fatal(err)
	}
}

// force puts the row into a state as nobody but a superuser can.
func force(t *testing.T, root *pgx.Conn, table, state string) {
	t.Helper()
	cash := ""
	if table == "appeal" {
		cash = ", answered = " + map[bool]string{true: "now()", false: "null"}[state == "answered"]
	}
	if table == "claim" {
		cash = ", cash = " + map[bool]string{true: "false", false: "true"}[state == "delivering"]
	}
	_, err := root.Exec(context.Background(), `begin; set local session_replication_role = replica;
		update `+pgx.Identifier{table}.Sanitize()+` set state = '`+state+`'`+cash+`; commit`)
	if err != nil {
		t.Fatal(err)
	}
}

var errUndo = context.Canceled

// step tries the update as the platform and reports whether the graph refused it;
// other rules may refuse it too, which is not the question here.
func step(t *testing.T, db *pg.DB, table, to string) bool {
	t.Helper()
	refused := false
	_ = db.Tx(context.Background(), pg.Regions("371421103"), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `update `+pgx.Identifier{table}.Sanitize()+` set state = $1`, to)
		refused = pg.Constraint(err) == "case_transition"
		if err == nil && tag.RowsAffected() != 1 {
			t.Errorf("%s: %d rows in reach", table, tag.RowsAffected())
		}
		return errUndo
	})
	return refused
}

func TestPlatformCannotRewriteHistory(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	for _, sql := range []string{
		`update decision set reasons = '[]'`, `delete from decision`, `update case_event set staff = 'x'`, `delete from case_event`,
		`update case_facts set facts = '{}'`, `delete from case_facts`, `update finding set outcome = 'eligible'`, `delete from casefile`,
		`insert into case_transition values ('claim', 'proposed', 'approved')`, `delete from case_transition`, `truncate claim`,
		`alter table claim disable trigger all`, `update casefile set receipt = '1'`, `delete from objection`,
	} {
		err := env.DB(pgtest.Platform).Tx(context.Background(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if pg.SQLState(err) != "42501" {
			t.Errorf("%s: want permission denied, got %v", sql, err)
		}
	}
}
