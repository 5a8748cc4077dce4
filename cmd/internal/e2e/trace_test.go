package e2e

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"lianou/core/pg"
)

// unreached are rows this city's stories do not come to; the demonstration's third
// story (a card that was closed) walks them.
var unreached = []string{"/agent/letter", "/county/batch/{batch}/discard", "/county/inquiry/{return}/propose", "/county/inquiry/{return}/confirm", "/county/fix/{fix}/reject", "/county/fix/{fix}/phone", "/city/relocate", "/county/fix/{fix}/confirm", "/counter/task/{task}/told"}

// P17: every row that changes something left one of the entries it declares, and
// staff left none that no row declares. It comes after the stories by its name.
// Control: another act in county.Desk than payout writes ("account.changed").
func TestEveryActLeavesItsTrace(t *testing.T) {
	d := aCase(t)
	if status, _, _ := ask(t, session(t, "wangmiao.officer"), http.MethodPost, d.page+"/reveal"); status != http.StatusOK {
		t.Errorf("reveal a number: %d", status)
	}
	var left []string
	err := checker(t).Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select array_agg(distinct act) from audit_entry where actor_kind = 'staff'`).Scan(&left)
	})
	if err != nil {
		t.Fatal(err)
	}
	declared := []string{"call.taken"} // by opening a call, beside call.read
	for _, r := range everyRow(t) {
		acts := strings.Fields(r.Trace)
		if strings.HasPrefix(r.Trace, "none: ") {
			continue
		}
		declared = append(declared, acts...)
		path := strings.TrimPrefix(r.Path, "/desk")
		if r.Method == http.MethodPost && r.Trace != "" && !slices.Contains(unreached, path) && !slices.ContainsFunc(acts, func(a string) bool { return slices.Contains(left, a) }) {
			t.Errorf("%s %s declares %v and none was ever left", r.Method, r.Path, acts)
		}
	}
	for _, act := range left {
		if !slices.Contains(declared, act) && !strings.HasPrefix(act, "refusal.") {
			t.Errorf("staff left %s, which no row declares", act)
		}
	}
}

// P17: after everything that the stories did, the log replayed from nothing gives
// the stored states, and every line of money leads back to its request. The checker
// is another program with a role and SQL of its own.
// Control: casefile.stepped that writes nothing for one of its callers.
func TestEveryPromiseHolds(t *testing.T) {
	aCase(t)
	said, err := city.Tool("verify")
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, check := range []string{"case.replayed", "claim.replayed", "batch.replayed", "payment.replayed", "payment.traced"} {
		if !strings.Contains(said, check) {
			t.Errorf("%s was not checked:\n%s", check, said)
		}
	}
	t.Log("\n" + said)
}
