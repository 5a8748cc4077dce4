package quota

import (
	"context"
	"errors"
	"fmt"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

// undo is the reason under which it waits for a second person that an offer or a skip be
// taken back.
const undo Reason = "undo"

// Undo takes back what somebody saw to stand of entry n. What waits for a second person is
// taken back by who asked it, alone, at any time: nothing was done by it yet, and who says
// that it is not so refuses it (Second). An offer with its answer, or a skip that was held,
// would take a place or a turn from somebody: that is asked for here, and somebody else must
// hold it, as long as nobody after it has accepted, or where the skip was for a merge that is none any
// more (Unmerged). Then the household waits again, in its old
// place. Errors: ErrNone, ErrState where not what they saw stands, ErrAsker, ErrLate,
// ErrOften, KindInvalid.
func (q *Quota) Undo(ctx context.Context, who staff.Person, id int64, n int, seen Seen, why string) error {
	why, err := sentence("why", why)
	if err != nil {
		return err
	}
	return q.turn(ctx, who, id, func(ctx context.Context, tx *pg.Tx, t turn) error {
		waits := t.course.waits(n)
		late, err := q.late(ctx, tx, t, n)
		if err != nil {
			return err
		}
		switch {
		case t.course.Stands(n) != seen:
			return ErrState
		case waits != nil && waits.Asker != who.ID:
			return ErrAsker
		case waits == nil && late:
			return ErrLate
		case seen == Seen{}:
			return ErrState
		}
		e, err := entry(ctx, tx, t.round, n)
		if errors.Is(err, ErrTurn) {
			return ErrState
		}
		if err != nil {
			return err
		}
		if waits == nil {
			return q.askUndo(ctx, tx, who, t, e, why)
		}
		after, err := q.follows(ctx, tx, who, t, waits, false)
		if err != nil {
			return err
		}
		if err := q.undoSkip(ctx, tx, who, back{id, n, waits.ID, why, after}); err != nil {
			return err
		}
		return q.trace(ctx, tx, who, act{"quota.taken_back", t.round, e.Region,
			map[string]any{"n": n, "household": e.Household, "why": why, "skip": waits.ID, "reason": waits.Reason}})
	})
}

// askUndo writes down that the offer or the skip of an entry is to be taken back. A household
// that has a place by it is told so before it loses it.
func (q *Quota) askUndo(ctx context.Context, tx *pg.Tx, who staff.Person, t turn, e Entry, why string) error {
	var offer, skip, notice *int64
	var until core.Date
	if o := t.course.live(e.N); o != nil {
		offer = &o.ID
		if o.State == "open" || o.State == "accepted" {
			if t.course.often(of{e.N, o.ID, undo, who.ID, tx.Today()}) {
				return ErrOften
			}
			thing, _ := ThingOf(t.round.Item)
			key := fmt.Sprintf("quota/%d/%s/%d", t.round.ID, undo, len(t.course.Skips)+1)
			told, err := q.tell(ctx, tx, who, telling{e, key, wording.TakingBack(thing.Word)})
			if err != nil {
				return err
			}
			notice, until = &told, tx.Today().AddDate(0, 0, HeardDays)
		}
	} else {
		skip = &t.course.held(e.N).ID
	}
	sealed, err := q.sealed(why, skipAt(t.round.ID, e.N, "words"))
	if err != nil {
		return err
	}
	const sql = `insert into quota_skip (round, n, region, reason, words, asker, asked, offer, undoes, notice, until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	if _, err := tx.Exec(ctx, sql, t.round.ID, e.N, string(e.Region), string(undo), sealed, int64(who.ID), tx.Now(), offer, skip, notice, day(until)); err != nil {
		return refused(pg.Fail(err, "ask that something be taken back"))
	}
	return q.trace(ctx, tx, who, act{undo.act() + "_asked", t.round, e.Region,
		map[string]any{"n": e.N, "household": e.Household, "why": why, "offer": offer, "skip": skip, "notice": notice, "until": until}})
}

func (q *Quota) undoOffer(ctx context.Context, tx *pg.Tx, who staff.Person, offer int64, why string) error {
	sealed, err := q.sealed(why, offerAt(offer, "undo_why"))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update quota_offer set state = 'undone', undone = $2, undoer = $3, undo_why = $4 where id = $1`, offer, tx.Now(), int64(who.ID), sealed)
	return refused(pg.Fail(err, "take an offer back"))
}

// back is a skip that is taken back, or what waited among the skips.
type back struct {
	round int64
	n     int
	skip  int64
	why   string
	after *int64 // notice of that, nil for none
}

func (q *Quota) undoSkip(ctx context.Context, tx *pg.Tx, who staff.Person, b back) error {
	sealed, err := q.sealed(b.why, skipAt(b.round, b.n, "undo_why"))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update quota_skip set state = 'undone', undone = $2, undoer = $3, undo_why = $4, after = coalesce($5, after) where id = $1`, b.skip, tx.Now(), int64(who.ID), sealed, b.after)
	return refused(pg.Fail(err, "take a skip back"))
}

// passes reports whether a household is passed over by it: not a word about its offer, nor
// that something be taken back.
func (s *Skip) passes() bool { return s.Offer == 0 && s.Undoes == 0 }

// held is the last skip of entry n that holds, nil for none.
func (c *Course) held(n int) *Skip {
	for i := len(c.Skips) - 1; i >= 0; i-- {
		if s := &c.Skips[i]; s.N == n && s.State == "held" && s.passes() {
			return s
		}
	}
	return nil
}

// by is the word by which an offer or a skip was taken back by two, nil for none.
func (c *Course) by(offer, skip int64) *Skip {
	for i := range c.Skips {
		if s := &c.Skips[i]; s.Reason == undo && s.State == "held" && s.Offer == offer && s.Undoes == skip {
			return s
		}
	}
	return nil
}

// Undoings are the entries of which it waits for a second person that something be taken back.
func (c *Course) Undoings() (list []int) {
	for i := range c.Skips {
		if s := &c.Skips[i]; s.Reason == undo && s.State == "asked" {
			list = append(list, s.N)
		}
	}
	return list
}
