package change_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"lianou/core/pg"
	"lianou/core/registry/change"
)

// TestWhatACitizenDisputesStays: neither who wrote an objection down takes it back, nor does
// what they ask for later, of a visit, stand in its place; another one answers it.
// Red, as it was: "taken back: <nil>", "the visit: <nil>, 0 of them open".
func TestWhatACitizenDisputesStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	theirs := o.house()
	theirs.Origin = change.FromCitizen
	id, err := o.propose("7", theirs)
	must(t, err)
	if err := o.tx(func(ctx context.Context, tx *pg.Tx) error {
		return o.changes.Withdraw(ctx, tx, by("7"), id, "他说不要了")
	}); !errors.Is(err, change.ErrContest) {
		t.Errorf("taken back: %v", err)
	}
	seen := o.house()
	seen.Origin, seen.Seconder, seen.Becomes = change.FromVisit, 9, json.RawMessage(`"C"`)
	err = o.tx(func(ctx context.Context, tx *pg.Tx) error {
		seen.ValidFrom = tx.Today() - 1
		_, err := o.changes.Again(ctx, tx, by("7"), seen)
		return err
	})
	if n := o.count(`select count(*) from change_request where state = 'open' and origin = 'citizen'`); !errors.Is(err, change.ErrAsked) || n != 1 {
		t.Errorf("the visit: %v, %d of them open", err, n)
	}
	must(t, o.tx(func(ctx context.Context, tx *pg.Tx) error {
		return o.changes.Refuse(ctx, tx, by("8"), id, "鉴定书是 B 级")
	}))
}
