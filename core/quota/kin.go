package quota

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// Kin reports whether a member of staff is declared kin of somebody who lives or ever lived in
// a household, in whatever county they are now: who acts sees nobody there, and learns no more
// than yes or no. The tables refuse what kin write of its place.
func (q *Quota) Kin(ctx context.Context, tx *pg.Tx, who core.StaffID, home core.HouseholdID) (kin bool, err error) {
	err = tx.QueryRow(ctx, `select quota_kin($1, $2)`, int64(who), int64(home)).Scan(&kin)
	return kin, pg.Fail(err, "look for kin of a household")
}
