package quota

import (
	"context"
	"errors"
	"slices"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

// Reason is why a household was passed over. The list is closed.
type Reason string

// The reasons. Of the first two the household keeps its place and comes again after one
// more offer; the others are so for the whole round.
const (
	Away     Reason = "away"
	Unclear  Reason = "unknown"
	Housed   Reason = "housed"
	Moved    Reason = "moved"
	Died     Reason = "died"
	Excluded Reason = "excluded"
)

// Reasons lists them in the order in which a form offers them.
func Reasons() []Reason { return []Reason{Away, Unclear, Housed, Excluded, Moved, Died} }

// Keeps reports whether the household keeps its place for the next offer.
func (r Reason) Keeps() bool { return r == Away || r == Unclear }

// Chinese is the reason as people read it.
func (r Reason) Chinese() string {
	return map[Reason]string{Away: "人不在家,过些天再问", Unclear: "有一样还没问清,问清再给", Housed: "已经解决了", Excluded: "已经享受只能选一样的另一项",
		Moved: "全家迁走了", Died: "人不在世了", declined: "他家不要了", unreached: "联系不上"}[r]
}

// Skip asks that the household whose turn it is, n, be passed over. Somebody else must hold
// it. Errors: ErrNone, ErrState, ErrTurn, ErrAsked, KindInvalid.
func (q *Quota) Skip(ctx context.Context, who staff.Person, id int64, s Skip) error {
	words, err := sentence("words", s.Words)
	if err != nil {
		return err
	}
	if !slices.Contains(Reasons(), s.Reason) {
		return core.Invalid("reason", "请选为什么跳过。")
	}
	return q.turn(ctx, who, id, func(ctx context.Context, tx *pg.Tx, t turn) error {
		if t.course.Proposed() != nil {
			return ErrAsked
		}
		if t.next != s.N || s.N == 0 {
			return ErrTurn
		}
		e, err := entry(ctx, tx, t.round, s.N)
		if err != nil {
			return err
		}
		sealed, err := q.sealed(words, skipAt(id, s.N, "words"))
		if err != nil {
			return err
		}
		const sql = `insert into quota_skip (round, n, region, reason, words, asker, asked) values ($1, $2, $3, $4, $5, $6, $7)`
		if _, err := tx.Exec(ctx, sql, id, s.N, string(e.Region), string(s.Reason), sealed, int64(who.ID), tx.Now()); err != nil {
			return refused(pg.Fail(err, "ask for a skip"))
		}
		return q.trace(ctx, tx, who, act{"quota.skip_asked", t.round, e.Region, map[string]any{"n": s.N, "household": e.Household, "reason": s.Reason, "words": words}})
	})
}

// Second is another person's word on what waits for one of entry n, a skip or that its offer
// is given up or nobody was reached: it holds, or it does not. Errors: ErrNone, ErrState,
// ErrSecond, ErrUntil; ErrState also where not what they saw waits.
func (q *Quota) Second(ctx context.Context, who staff.Person, id int64, n int, seen Seen, holds bool) error {
	return q.turn(ctx, who, id, func(ctx context.Context, tx *pg.Tx, t turn) error {
		s := t.course.waits(n)
		switch {
		case s == nil || t.course.Stands(n) != seen:
			return ErrState
		case s.Asker == who.ID:
			return ErrSecond
		case holds && s.Until != 0 && tx.Today() <= s.Until:
			return ErrUntil
		}
		e, err := entry(ctx, tx, t.round, n)
		if err != nil {
			return err
		}
		if err := q.second(ctx, tx, who, s, len(t.course.Offers), holds); err != nil {
			return err
		}
		return q.trace(ctx, tx, who, act{s.settled(holds), t.round, e.Region, map[string]any{"n": n, "household": e.Household, "reason": s.Reason, "words": s.Words, "asker": s.Asker}})
	})
}

// second writes the word of a second person, and ends the offer that is given up by it.
func (q *Quota) second(ctx context.Context, tx *pg.Tx, who staff.Person, s *Skip, made int, holds bool) error {
	if !holds {
		_, err := tx.Exec(ctx, `update quota_skip set state = 'refused', second = $2, seconded = $3 where id = $1`, s.ID, int64(who.ID), tx.Now())
		return refused(pg.Fail(err, "settle a skip"))
	}
	_, err := tx.Exec(ctx, `update quota_skip set state = 'held', second = $2, seconded = $3, turn = $4 where id = $1`, s.ID, int64(who.ID), tx.Now(), made)
	if err != nil || s.Offer == 0 {
		return refused(pg.Fail(err, "settle a skip"))
	}
	return q.giveUp(ctx, tx, who, s)
}

// act names in the log what is asked about an offer.
func (r Reason) act() string {
	return map[Reason]string{declined: "quota.decline", unreached: "quota.unreached"}[r]
}

// settled names in the log what a second person said.
func (s *Skip) settled(holds bool) string {
	switch {
	case s.Offer != 0 && holds:
		return "quota." + string(s.Reason)
	case s.Offer != 0:
		return s.Reason.act() + "_refused"
	case holds:
		return "quota.skipped"
	}
	return "quota.skip_refused"
}

// Undo takes back what was last done with entry n. What waits for a second person is taken
// back alone, at any time: nothing was done by it yet. An offer with its answer or a skip that
// was held are, as long as nobody after it has accepted; the household waits again, in its
// old place. Errors: ErrNone, ErrState where not what they saw stands, ErrLate, KindInvalid.
func (q *Quota) Undo(ctx context.Context, who staff.Person, id int64, n int, seen Seen, why string) error {
	why, err := sentence("why", why)
	if err != nil {
		return err
	}
	return q.turn(ctx, who, id, func(ctx context.Context, tx *pg.Tx, t turn) error {
		waits := t.course.waits(n)
		if t.course.Stands(n) != seen {
			return ErrState
		}
		if waits == nil && t.course.late(n) {
			return ErrLate
		}
		e, err := entry(ctx, tx, t.round, n)
		if errors.Is(err, ErrTurn) {
			return ErrState
		}
		if err != nil {
			return err
		}
		detail := map[string]any{"n": n, "household": e.Household, "why": why}
		if waits != nil {
			detail["skip"], detail["reason"] = waits.ID, waits.Reason
			err = q.undoSkip(ctx, tx, who, id, waits, why)
		} else if o := t.course.live(n); o != nil {
			detail["offer"] = o.ID
			err = q.undoOffer(ctx, tx, who, o, why)
		} else if s := t.course.held(n); s != nil {
			detail["skip"] = s.ID
			err = q.undoSkip(ctx, tx, who, id, s, why)
		} else {
			return ErrState
		}
		if err != nil {
			return err
		}
		return q.trace(ctx, tx, who, act{"quota.undone", t.round, e.Region, detail})
	})
}

func (q *Quota) undoOffer(ctx context.Context, tx *pg.Tx, who staff.Person, o *Offer, why string) error {
	sealed, err := q.sealed(why, offerAt(o.ID, "undo_why"))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update quota_offer set state = 'undone', undone = $2, undoer = $3, undo_why = $4 where id = $1`, o.ID, tx.Now(), int64(who.ID), sealed)
	return refused(pg.Fail(err, "take an offer back"))
}

func (q *Quota) undoSkip(ctx context.Context, tx *pg.Tx, who staff.Person, round int64, s *Skip, why string) error {
	sealed, err := q.sealed(why, skipAt(round, s.N, "undo_why"))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update quota_skip set state = 'undone', undone = $2, undoer = $3, undo_why = $4 where id = $1`, s.ID, tx.Now(), int64(who.ID), sealed)
	return refused(pg.Fail(err, "take a skip back"))
}

// held is the last skip of entry n that holds, nil for none.
func (c *Course) held(n int) *Skip {
	for i := len(c.Skips) - 1; i >= 0; i-- {
		if s := &c.Skips[i]; s.N == n && s.State == "held" && s.Offer == 0 {
			return s
		}
	}
	return nil
}
