package payout

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Pay is one of two payments that may be the same money.
type Pay struct {
	ID       int64
	Region   core.RegionCode
	Case     core.CaseID
	ItemName string
	Period   Period
	Amount   core.Fen
	Sample   bool
	State    string // of the entitlement
}

// Held is a payment that is held back because another may be the same money.
type Held struct {
	ID        int64
	Kind      string // exclude, higher, once, person, back
	Why       string // of the rule; "" where there is none
	Law       string
	Found     time.Time
	Pay       Pay // held back
	Other     Pay
	Says      string // why both are right; "" while nobody has looked
	LookedBy  core.StaffID
	wordBytes []byte
}

const heldRows = `select x.id, x.kind, x.why, x.law, x.found, coalesce(x.says, ''), coalesce(x.looked_by, 0),
		e.id, e.region, e.case_id, e.item_name, e.period, e.amount, e.sample, e.state,
		o.id, o.region, o.case_id, o.item_name, o.period, o.amount, o.sample, o.state
	from payout_overlap x join payout_entitlement e on e.id = x.entitlement join payout_entitlement o on o.id = x.other
	where x.confirmed is null and e.state = 'due' and (o.state <> 'cancelled' or x.kind = 'back')`

// Held lists what is held back in the caller's scope, the oldest first, at most 200. What is in
// another township is shown by its place and sum only to who may see the city.
func (p *Payout) Held(ctx context.Context, tx *pg.Tx) ([]Held, error) {
	rows, err := tx.Query(ctx, heldRows+` order by x.id limit 200`)
	if err != nil {
		return nil, pg.Fail(err, "list what is held back")
	}
	return p.helds(rows)
}

func (p *Payout) helds(rows pgx.Rows) ([]Held, error) {
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (h Held, err error) {
		err = r.Scan(&h.ID, &h.Kind, &h.Why, &h.Law, &h.Found, &h.wordBytes, &h.LookedBy,
			&h.Pay.ID, &h.Pay.Region, &h.Pay.Case, &h.Pay.ItemName, &h.Pay.Period, &h.Pay.Amount, &h.Pay.Sample, &h.Pay.State,
			&h.Other.ID, &h.Other.Region, &h.Other.Case, &h.Other.ItemName, &h.Other.Period, &h.Other.Amount, &h.Other.Sample, &h.Other.State)
		return h, err
	})
	if err != nil {
		return nil, pg.Fail(err, "list what is held back")
	}
	for i := range list {
		if len(list[i].wordBytes) == 0 {
			continue
		}
		plain, err := p.ring.Open(list[i].wordBytes, overlapAt(list[i].ID))
		if err != nil {
			return nil, err
		}
		list[i].Says = string(plain)
	}
	return list, nil
}

func overlapAt(id int64) seal.At {
	return seal.At{Table: "payout_overlap", Row: formatID(id), Column: "says"}
}

// held locks one that is still open. Errors: ErrMoved.
func (p *Payout) held(ctx context.Context, tx *pg.Tx, id int64) (Held, error) {
	rows, err := tx.Query(ctx, heldRows+` and x.id = $1 for update of x`, id)
	if err != nil {
		return Held{}, pg.Fail(err, "lock what is held back")
	}
	list, err := p.helds(rows)
	if err == nil && len(list) == 0 {
		err = ErrMoved
	}
	if err != nil {
		return Held{}, err
	}
	return list[0], nil
}

// SayApart writes down why two payments are not the same money. It lets nothing go: a second
// person confirms. Said again it takes the place of what was said before. Errors: KindInvalid,
// ErrMoved, ErrKin, ErrDecider.
func (p *Payout) SayApart(ctx context.Context, tx *pg.Tx, by core.StaffID, id int64, says string) error {
	says = strings.TrimSpace(says)
	if says == "" || len(says) > 600 {
		return core.Invalid("says", "请写一句:核对了什么,为什么两笔都该发。")
	}
	h, err := p.held(ctx, tx, id)
	if err != nil {
		return err
	}
	sealed, err := p.ring.Seal([]byte(says), overlapAt(id))
	if err != nil {
		return err
	}
	const q = `update payout_overlap set says = $2, looked_by = $3, looked = $4 where id = $1`
	if _, err := tx.Exec(ctx, q, id, sealed, by, tx.Now()); err != nil {
		return overlapFail(err, "say that both are right")
	}
	return p.audit.Write(ctx, tx, h.entry(by, "overlap.said"))
}

// LetGo confirms what another person wrote: the payment goes with the next run. Errors:
// ErrSamePerson, ErrMoved where nobody has looked yet or the words have changed since, ErrKin,
// ErrDecider. says are the words that the page showed.
func (p *Payout) LetGo(ctx context.Context, tx *pg.Tx, by core.StaffID, id int64, says string) error {
	h, err := p.held(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case h.LookedBy == 0 || h.Says != says:
		return ErrMoved
	case h.LookedBy == by:
		return ErrSamePerson
	}
	const q = `update payout_overlap set confirmed_by = $2, confirmed = $3 where id = $1`
	if _, err := tx.Exec(ctx, q, id, by, tx.Now()); err != nil {
		return overlapFail(err, "let a payment go")
	}
	return p.audit.Write(ctx, tx, h.entry(by, "overlap.let_go"))
}

func overlapFail(err error, what string) error {
	switch pg.Constraint(err) {
	case "payout_kin":
		return ErrKin.Wrap(pg.Fail(err, what))
	case "payout_decider":
		return ErrDecider.Wrap(pg.Fail(err, what))
	case "payout_overlap_two":
		return ErrSamePerson.Wrap(pg.Fail(err, what))
	}
	return pg.Fail(err, what)
}

func (h Held) entry(by core.StaffID, act string) audit.Entry {
	return audit.Entry{Actor: staff(by), Act: act, Case: h.Pay.Case, Region: h.Pay.Region, Purpose: "payout",
		Detail: map[string]any{"overlap": h.ID, "kind": h.Kind, "fen": int64(h.Pay.Amount)}}
}
