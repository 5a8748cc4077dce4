package change_test

import (
	"context"
	"encoding/json"
	"testing"

	"lianou/core/pg"
)

// TestEachRequestReadIsLogged: who reads what waits has an entry for everybody they read
// of, and one for a list in which nobody stood. What was decided is nobody's to rewrite.
//
// Controls: traceRead that names the first alone ("1 entries of 2 requests"), or none for
// an empty list; change_request_guard of 00440 ("the database took another decider").
func TestEachRequestReadIsLogged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	waiting := func() {
		must(t, o.tx(func(ctx context.Context, tx *pg.Tx) error { _, err := o.changes.Waiting(ctx, tx, by("9")); return err }))
	}
	read := func() int { return o.count(`select count(*) from audit_entry where act = 'change.read'`) }
	waiting()
	if n := read(); n != 1 {
		t.Errorf("%d entries of a look at an empty list", n)
	}
	id, err := o.propose("7", o.house())
	must(t, err)
	own := o.house()
	own.Person, own.Path, own.Was, own.Becomes = o.people[0], "adl_failed", json.RawMessage(`2`), json.RawMessage(`3`)
	_, err = o.propose("7", own)
	must(t, err)
	waiting()
	if n := read(); n != 3 {
		t.Errorf("%d entries of 2 requests", n-1)
	}
	if n := o.count(`select count(*) from audit_entry where act = 'change.read' and subject = 'person:' || $1::bigint`, int64(o.people[0])); n != 1 {
		t.Errorf("%d entries name whom a request was about", n)
	}
	must(t, o.accept("8", id))
	err = o.tx(func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update change_request set decider = 'staff:9' where id = $1`, id)
		return err
	})
	if err == nil {
		t.Error("the database took another decider")
	}
}
