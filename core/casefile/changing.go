package casefile

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Changing is an item that people receive every month, and the case on whose page a change of it
// is proposed, or waits for a second person.
type Changing struct {
	Item  core.ItemCode
	Case  core.CaseID
	Claim core.ClaimID
}

// ChangingOf reads which of some items a household and its people receive every month, as far as
// the scope of tx sees. Who shows it leaves the trace.
func ChangingOf(ctx context.Context, tx *pg.Tx, home core.HouseholdID, people []core.PersonID, items []core.ItemCode) ([]Changing, error) {
	rows, err := tx.Query(ctx, `select k.item, f.id, k.id from casefile f join claim k on k.case_id = f.id
		where (f.household = $1 or f.person = any ($2)) and k.item = any ($3) and k.period = 'month' and k.proposal = 'approve'
			and exists (select from decision d where d.claim_id = k.id and d.outcome = 'approved') and k.state not in ('withdrawn', 'refused')
			and not exists (select from benefit_change b where b.claim_id = k.id and b.kind = 'stop' and b.state = 'approved')
		order by k.id limit $4`, int64(home), people, items, maxHistory)
	if err != nil {
		return nil, pg.Fail(err, "read what may be changed")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Changing])
	return list, pg.Fail(err, "read what may be changed")
}
