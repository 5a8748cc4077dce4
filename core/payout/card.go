package payout

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// CardChange is another card for all money of a case that is still to come, which
// two people stand behind.
type CardChange struct {
	Case      core.CaseID
	New       Correction
	Proposer  core.StaffID
	Confirmer core.StaffID
}

// ChangeCard sends what a case is still to get to the new card: what came back is
// due again, once, and what waits or is on its way takes the card for the next
// time. It gives how many returned payments were mended. ErrSamePerson for one
// person in both roles.
func (p *Payout) ChangeCard(ctx context.Context, tx *pg.Tx, c CardChange) (int, error) {
	if c.Proposer == c.Confirmer {
		return 0, ErrSamePerson
	}
	claims, err := claimsWithMoney(ctx, tx, c.Case)
	if err != nil {
		return 0, err
	}
	if err := lockOnward(ctx, tx, claims...); err != nil {
		return 0, err
	}
	// 1. What came back, each with its own trace.
	fixes, err := p.ReturnedOf(ctx, tx, c.Case)
	if err != nil {
		return 0, err
	}
	for _, fix := range fixes {
		if err := p.ProposeAccount(ctx, tx, c.Proposer, fix, c.New); err != nil {
			return 0, err
		}
		if err := p.ConfirmAccount(ctx, tx, c.Confirmer, fix); err != nil {
			return 0, err
		}
	}
	// 2. What is still to be sent, and the newest month, from which the next one
	// takes its card. A line on its way keeps its own copy.
	for _, claim := range claims {
		sealed, err := p.ring.Seal([]byte(c.New.Account.Reveal()), accountAt(claim))
		if err != nil {
			return 0, err
		}
		if err := retarget(ctx, tx, claim, card{c.New.Holder, c.New.Account.Last4(), sealed}); err != nil {
			return 0, err
		}
	}
	return len(fixes), nil
}

// ReturnedOf lists the open tasks of a case, oldest first: money that came back.
func (p *Payout) ReturnedOf(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]int64, error) {
	rows, err := tx.Query(ctx, `select f.id from payout_fix f join payout_entitlement e on e.id = f.entitlement
		where e.case_id = $1 and f.state in ('open', 'proposed') order by f.id`, id)
	if err != nil {
		return nil, pg.Fail(err, "look for what came back")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return ids, pg.Fail(err, "look for what came back")
}

// Waits reports whether money of a claim came back and waits for a card.
func (p *Payout) Waits(ctx context.Context, tx *pg.Tx, claim core.ClaimID) (waits bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from payout_fix f join payout_entitlement e on e.id = f.entitlement
		where e.claim = $1 and f.state in ('open', 'proposed'))`, claim).Scan(&waits)
	return waits, pg.Fail(err, "look for money of a claim that came back")
}

// CaseOf is the case of a task.
func (p *Payout) CaseOf(ctx context.Context, tx *pg.Tx, fix int64) (id core.CaseID, err error) {
	err = tx.QueryRow(ctx, `select e.case_id from payout_fix f join payout_entitlement e on e.id = f.entitlement where f.id = $1`, fix).Scan(&id)
	return id, pg.Fail(err, "find the case of a task")
}

// OpenCase is the case of a task that is not done yet; KindNotFound for one that is.
func (p *Payout) OpenCase(ctx context.Context, tx *pg.Tx, fix int64) (id core.CaseID, err error) {
	err = tx.QueryRow(ctx, `select e.case_id from payout_fix f join payout_entitlement e on e.id = f.entitlement
		where f.id = $1 and f.state in ('open', 'proposed')`, fix).Scan(&id)
	return id, pg.Fail(err, "find the case of an open task")
}

func claimsWithMoney(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]core.ClaimID, error) {
	rows, err := tx.Query(ctx, `select distinct claim from payout_entitlement where case_id = $1 and state <> 'cancelled' order by claim`, id)
	if err != nil {
		return nil, pg.Fail(err, "look for money of a case")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[core.ClaimID])
	return ids, pg.Fail(err, "look for money of a case")
}
