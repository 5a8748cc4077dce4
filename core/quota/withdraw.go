package quota

import (
	"context"
	"strconv"
	"time"

	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/staff"
)

// Withdraw ends a round that was not frozen; a list that was drawn for it stays. Such a list
// two people withdraw, for it says who comes first: of the first it is asked for, which bars
// nobody else from freezing it, and gone reports false. Errors: ErrNone, ErrState, ErrSecond, KindInvalid.
func (q *Quota) Withdraw(ctx context.Context, who staff.Person, id int64, why string) (gone bool, err error) {
	why, err = sentence("why", why)
	if err != nil {
		return false, err
	}
	err = q.on(ctx, who, id, func(ctx context.Context, tx *pg.Tx, r Round) error {
		switch gone = false; {
		case r.State != Open:
			return ErrState
		case !r.Drawn.IsZero() && r.Leaver == 0:
			return q.leave(ctx, tx, who, r, why)
		case r.Leaver == who.ID:
			return ErrSecond
		}
		gone = true
		if _, err := tx.Exec(ctx, `update quota_round set state = 'withdrawn', ended = $2, ender = $3 where id = $1`, id, tx.Now(), int64(who.ID)); err != nil {
			return refused(pg.Fail(err, "withdraw a round"))
		}
		return q.trace(ctx, tx, who, act{"quota.withdrawn", r, "", map[string]any{"why": why, "asker": r.Leaver}})
	})
	return gone && err == nil, err
}

// leave writes down that a list that was drawn is to be withdrawn, and why: who is to do it
// with them reads that first.
func (q *Quota) leave(ctx context.Context, tx *pg.Tx, who staff.Person, r Round, why string) error {
	sealed, err := q.sealed(why, leavingAt(r.ID))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update quota_round set leaver = $2, leaving = $3, leaving_why = $4 where id = $1`, r.ID, int64(who.ID), tx.Now(), sealed); err != nil {
		return refused(pg.Fail(err, "ask that a round be withdrawn"))
	}
	return q.trace(ctx, tx, who, act{"quota.withdraw_asked", r, "", map[string]any{"why": why}})
}

// Stay takes back that a list be withdrawn: who asked for it, alone, as long as nobody did it.
// Nothing was done by it yet. Errors: ErrNone, ErrState, ErrLeaver.
func (q *Quota) Stay(ctx context.Context, who staff.Person, id int64) error {
	return q.on(ctx, who, id, func(ctx context.Context, tx *pg.Tx, r Round) error {
		switch {
		case r.State != Open || r.Leaver == 0:
			return ErrState
		case r.Leaver != who.ID:
			return ErrLeaver
		}
		const sql = `update quota_round set leaver = null, leaving = null, leaving_why = null, stayer = $2, stayed = $3 where id = $1`
		if _, err := tx.Exec(ctx, sql, id, int64(who.ID), tx.Now()); err != nil {
			return refused(pg.Fail(err, "take back that a round be withdrawn"))
		}
		return q.trace(ctx, tx, who, act{"quota.withdraw_taken_back", r, "", nil})
	})
}

// Leaving is that somebody asked that a list be withdrawn.
type Leaving struct {
	Why string // empty of those asked before it was kept
	At  time.Time
}

// Leaving reads why and when r.Leaver asked that a list be withdrawn, in the scope of tx.
// Errors: KindNotFound where nobody did.
func (q *Quota) Leaving(ctx context.Context, tx *pg.Tx, r Round) (l Leaving, err error) {
	var sealed []byte
	err = tx.QueryRow(ctx, `select leaving, leaving_why from quota_round where id = $1 and leaver is not null`, r.ID).Scan(&l.At, &sealed)
	if err != nil {
		return l, pg.Fail(err, "read why a round is to be withdrawn")
	}
	return l, q.opened(&l.Why, sealed, leavingAt(r.ID))
}

func leavingAt(round int64) seal.At {
	return seal.At{Table: "quota_round", Row: strconv.FormatInt(round, 10), Column: "leaving_why"}
}
