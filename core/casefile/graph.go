package casefile

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// Graph is how one kind of thing moves: the rows of case_transition with its entity, which
// the database holds everybody to, the application's own role and a console alike (F58).
type Graph struct {
	Entity string
	Next   map[string][]string // the states that may follow each, sorted; "" is birth; an end has none
}

// Graphs reads every graph, by entity.
func Graphs(ctx context.Context, tx *pg.Tx) ([]Graph, error) {
	const q = `select entity, from_state, to_state from case_transition order by entity, from_state, to_state`
	rows, err := tx.Query(ctx, q)
	if err != nil {
		return nil, pg.Fail(err, "read the legal steps")
	}
	var list []Graph
	var entity, from, to string
	_, err = pgx.ForEachRow(rows, []any{&entity, &from, &to}, func() error {
		if len(list) == 0 || list[len(list)-1].Entity != entity {
			list = append(list, Graph{Entity: entity, Next: map[string][]string{}})
		}
		next := list[len(list)-1].Next
		next[from] = append(next[from], to)
		next[to] = next[to][:len(next[to]):len(next[to])] // an end has its place too
		return nil
	})
	return list, pg.Fail(err, "read the legal steps")
}

// A mover is what a graph is of, in words, and where it may rest for good.
type mover struct {
	title string
	table string
	ends  []string
}

func movers() map[string]mover {
	return map[string]mover{
		"application": {"Application (申请)", "case_application", []string{"routed", "linked", "set_aside"}},
		"case":        {"Case (个案)", "casefile", []string{"settled", "withdrawn"}},
		"claim":       {"Claim (事项申办)", "claim", []string{"closed", "withdrawn"}},
		"appeal":      {"Appeal (申诉)", "appeal", []string{"answered", "withdrawn"}},
		"unsolved":    {"What is not solved (没有解决)", "unsolved", []string{"solved", "stands"}},
		"visit":       {"Home visit (入户)", "visit", []string{"confirmed"}},
		"notice":      {"Public notice (公示)", "public_notice", []string{"ended", "stopped"}},
		"objection":   {"Objection (公示异议)", "objection", []string{"founded", "unfounded"}},
		"decision":    {"Decision (决定)", "decision", []string{"approved", "refused", "referred"}},
		"payment":     {"Payment, one month or one sum of an entitlement (一笔钱)", "payout_entitlement", []string{"paid", "cancelled"}},
		"batch":       {"Batch for the bank (发放批次)", "payout_batch", []string{"closed", "discarded"}},
		"line":        {"Line of a batch (批次里的一行)", "payout_line", []string{"paid", "returned", "void"}},
		"card":        {"Mending of a card (退款账户更正)", "payout_fix", []string{"confirmed", "cancelled"}},
		"telling":     {"Telling somebody (告知)", "notice", []string{"confirmed"}},
		"attempt":     {"One way of telling (一次送达)", "notice_attempt", []string{"delivered", "refused"}},
	}
}

// Ends reports whether a thing may rest in a state for good. The waits of other states have
// clocks (deadline.go), or somebody whose list they stand on.
func Ends(entity, state string) bool { return slices.Contains(movers()[entity].ends, state) }

// Draw writes the graphs as the pages of docs/states.md, each a diagram that GitHub shows.
func Draw(list []Graph) string {
	var b strings.Builder
	b.WriteString("# What moves, and how\n\n" +
		"Drawn from the table `case_transition`; a test holds this page to it. The database refuses every step that is\n" +
		"not drawn here, to the application's own role as to a console, and `lianou verify` replays each case along it. `[*]` on the left is birth,\n" +
		"on the right where a thing may rest for good.\n")
	for _, g := range list {
		m := movers()[g.Entity]
		b.WriteString("\n## " + m.title + "\n\nTable `" + m.table + "`, entity `" + g.Entity + "`.\n\n```mermaid\nstateDiagram-v2\n")
		for _, from := range slices.Sorted(maps.Keys(g.Next)) {
			for _, to := range g.Next[from] {
				b.WriteString("    " + named(from) + " --> " + named(to) + "\n")
			}
			if Ends(g.Entity, from) {
				b.WriteString("    " + from + " --> [*]\n")
			}
		}
		b.WriteString("```\n")
	}
	return b.String()
}

func named(state string) string {
	if state == "" {
		return "[*]"
	}
	return state
}
