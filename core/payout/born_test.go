package payout

import (
	"context"
	"testing"

	"lianou/core/pg"
)

// A draft bears no approver: whom an act would have asked for a second factor, kin and part is never
// laid in before it, by whoever holds the application's own role.
//
// Control: payout_batch_unapproved left out ("with its approver there: <nil>").
func TestNobodyIsBornApproved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.calendar, h.apart = func() Calendar { return weekdays{} }, apartRules
	h.pays(paying{"MZ-01", "month", "202603", 1})
	b, err := h.batch()
	h.must(err)
	err = h.tx(func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update payout_batch set approved_by = $2, approved = lianou_now() where id = $1`, b.ID, check)
		return pg.Fail(err, "write an approver in")
	})
	if pg.Constraint(err) != "payout_batch_unapproved" {
		t.Errorf("with its approver there: %v", err)
	}
}
