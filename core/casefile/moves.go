package casefile

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// allow checks one step of a locked case against the graph.
func (c Case) allow(to CaseState) error {
	if !caseEdges().allows(string(c.State), string(to)) {
		return ErrMovedOn
	}
	return nil
}

// Routing is where a case goes: filled by core/routing.
type Routing struct {
	Officer, Assistant core.StaffID // 0: nobody is there, the queue itself waits
	AcceptDue          core.Date
}

// Route writes who is to handle the case and until when it must be accepted. A
// case that was handed back is open again.
func (s *Store) Route(ctx context.Context, tx *pg.Tx, c Case, r Routing) error {
	if c.State == CaseReturned {
		if err := s.move(ctx, tx, c, CaseOpen); err != nil {
			return err
		}
	} else if c.State != CaseOpen {
		return ErrMovedOn
	}
	_, err := tx.Exec(ctx, `update casefile set officer = $2, assistant = $3, accept_due = $4, routed = $5, updated = $5 where id = $1`,
		c.ID, number(r.Officer), number(r.Assistant), day(r.AcceptDue), tx.Now())
	if err != nil || !c.Routed.IsZero() {
		return pg.Fail(err, "route a case")
	}
	// What waited at a sorting desk has a township now, whose assistant is the first to be told.
	_, err = tx.Exec(ctx, `update deadline set level = 0 where case_id = $1 and claim_id = 0 and kind = $2 and met is null and level = $3 and next = due`, c.ID, DeadlineAccept, RungTownship)
	return pg.Fail(err, "give a deadline its first step")
}

// Await starts the clock of acceptance of a case that no township has yet: who does not say
// where they live waits no longer than others before somebody is told (F54, F57). A case
// whose clock runs keeps it. There is no township to tell first, so the county is.
func (s *Store) Await(ctx context.Context, tx *pg.Tx, c Case, due core.Date) error {
	if !c.AcceptDue.IsZero() {
		return nil
	}
	if _, err := tx.Exec(ctx, `update casefile set accept_due = $2 where id = $1`, c.ID, day(due)); err != nil {
		return pg.Fail(err, "start the clock of a case")
	}
	return s.SetDeadline(ctx, tx, Deadline{Case: c.ID, Kind: DeadlineAccept, Due: due, Level: RungTownship})
}

// Clockless lists cases at some sorting desks whose acceptance no clock counts: they lay there
// before Await was.
func (s *Store) Clockless(ctx context.Context, tx *pg.Tx, desks []core.RegionCode, limit int) ([]core.CaseID, error) {
	const sql = `select id from casefile c where region = any ($1) and state = 'open' and routed is null
		and not exists (select from deadline d where d.case_id = c.id and d.claim_id = 0 and d.kind = $2) order by id limit $3`
	rows, err := tx.Query(ctx, sql, desks, DeadlineAccept, limit)
	if err != nil {
		return nil, pg.Fail(err, "look for cases without a clock")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.CaseID])
	return list, pg.Fail(err, "look for cases without a clock")
}

// Relocate takes a case and all its rows to another township, where it is routed
// anew; sent to the place where it stands, it is routed anew there. The scope must
// reach both places; the database refuses otherwise.
func (s *Store) Relocate(ctx context.Context, tx *pg.Tx, c Case, region, village core.RegionCode, names [2]string) error {
	if c.State != CaseOpen && c.State != CaseReturned {
		return ErrMovedOn
	}
	_, err := tx.Exec(ctx, `update casefile set region = $2, village = $3, town = $4, village_name = $5, officer = null,
		assistant = null, routed = null, moves = moves + 1, updated = $6 where id = $1`, c.ID, region, village, names[0], names[1], tx.Now())
	return pg.Fail(err, "move a case to another township")
}

// Accept takes the case on, once in its life: the civil clock begins (domain.md
// 3.3) and nobody starts it anew.
func (s *Store) Accept(ctx context.Context, tx *pg.Tx, c Case, by core.StaffID, decideDue core.Date) error {
	if err := c.allow(CaseAccepted); err != nil {
		return err
	}
	if !c.Accepted.IsZero() {
		return ErrMovedOn
	}
	_, err := tx.Exec(ctx, `update casefile set state = 'accepted', accepted = $2, officer = $3, decide_due = $4, updated = $2
		where id = $1`, c.ID, tx.Now(), by, day(decideDue))
	return s.stepped(ctx, tx, c.step(CaseAccepted), pg.Fail(err, "accept a case"))
}

// Return hands the case back, twice in its life at most. It leaves its officer's desk and
// waits for the county, which says where it belongs; the second time with a reason, and for
// good. Errors: ErrGround, ErrSettledBefore, ErrMovedOn.
func (s *Store) Return(ctx context.Context, tx *pg.Tx, c Case, b Bounce) error {
	if err := c.allow(CaseReturned); err != nil {
		return err
	}
	if c.Returns >= MaxBounces {
		return ErrSettledBefore
	}
	if b.Ground.Say() == "" || b.Why == "" {
		return ErrGround
	}
	if err := s.bounced(ctx, tx, c, b); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update casefile set state = 'returned', returned = $2, returns = returns + 1, returned_by = $3, officer = null,
		assistant = null, updated = $2 where id = $1`, c.ID, tx.Now(), b.By)
	return s.stepped(ctx, tx, c.step(CaseReturned), pg.Fail(err, "hand a case back"))
}

// Close ends a case as settled or withdrawn. Settled needs every claim done,
// which the caller has checked under the lock.
func (s *Store) Close(ctx context.Context, tx *pg.Tx, c Case, to CaseState) error {
	if err := c.allow(to); err != nil {
		return err
	}
	if !to.Closed() {
		return core.E(core.KindInternal, "case_close", "")
	}
	_, err := tx.Exec(ctx, `update casefile set state = $2, settled = $3, updated = $3 where id = $1`, c.ID, to, tx.Now())
	return s.stepped(ctx, tx, c.step(to), pg.Fail(err, "close a case"))
}

// Move makes a step that needs nothing but the new state: supplement asked,
// visiting, conference, paid first, and back.
func (s *Store) Move(ctx context.Context, tx *pg.Tx, c Case, to CaseState) error {
	if c.State == to {
		return nil
	}
	if to == CaseAccepted && c.Accepted.IsZero() || to.Closed() || to == CaseReturned {
		return core.E(core.KindInternal, "case_move", "")
	}
	return s.move(ctx, tx, c, to)
}

func (s *Store) move(ctx context.Context, tx *pg.Tx, c Case, to CaseState) error {
	if err := c.allow(to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update casefile set state = $2, updated = $3 where id = $1`, c.ID, to, tx.Now())
	return s.stepped(ctx, tx, c.step(to), pg.Fail(err, "move a case"))
}

// Reopen takes up a settled case again for an appeal. When the household has asked
// for something else meanwhile, this one stands beside its open case.
func (s *Store) Reopen(ctx context.Context, tx *pg.Tx, c Case) error {
	if err := c.allow(CaseVisiting); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update casefile f set state = 'visiting', updated = $2, beside = exists (select 1 from casefile o
		where o.household = f.household and o.id <> f.id and not o.beside and o.state not in ('settled', 'withdrawn')) where f.id = $1`, c.ID, tx.Now())
	return s.stepped(ctx, tx, c.step(CaseVisiting), pg.Fail(err, "reopen a case"))
}

// SetIdentity writes the outcome of the real-name check.
func (s *Store) SetIdentity(ctx context.Context, tx *pg.Tx, id core.CaseID, outcome Identity) error {
	_, err := tx.Exec(ctx, `update casefile set identity = $2, updated = $3 where id = $1`, id, outcome, tx.Now())
	return pg.Fail(err, "write the identity of a case")
}
