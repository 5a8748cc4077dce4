package quota

import (
	"context"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

// Reason is why a household was passed over. The list is closed.
type Reason string

// The reasons. Of the first three the household keeps its place and comes again after one
// more offer; the others are so for the whole round.
const (
	Away      Reason = "away"
	Unclear   Reason = "unknown"
	Elsewhere Reason = "elsewhere" // another list waits for its answer
	Had       Reason = "had"       // it has one already
	Housed    Reason = "housed"
	Moved     Reason = "moved"
	Died      Reason = "died"
	Excluded  Reason = "excluded"
)

// Reasons lists them in the order in which a form offers them.
func Reasons() []Reason {
	return []Reason{Away, Unclear, Elsewhere, Had, Housed, Excluded, Moved, Died}
}

// Keeps reports whether the household keeps its place for the next offer.
func (r Reason) Keeps() bool { return r == Away || r == Unclear || r == Elsewhere }

// Chinese is the reason as people read it.
func (r Reason) Chinese() string {
	return map[Reason]string{Away: "人不在家,过些天再问", Unclear: "有一样还没问清,问清再给", Elsewhere: "另一批正等他家答复", Had: "已经有了同样的一份", Housed: "已经解决了", Excluded: "已经享受只能选一样的另一项",
		Moved: "全家迁走了", Died: "人不在世了", declined: "他家不要了", unreached: "联系不上", undo: "要退回"}[r]
}

// told is the reason as the household reads it: of a death nobody is told by a notice.
func (r Reason) told() string {
	return map[Reason]string{Away: "这些天您家没有人在", Unclear: "您家有一样还没问清", Elsewhere: "同样的一份,正等您家的人答复", Had: "登记上您家的人有过同样的一份", Housed: "您家已经解决了", Excluded: "您家已经有了只能选一样的另一项",
		Moved: "您家全家迁走了", Died: "您家里的情况变了"}[r]
}

// Telling is what a household is told where it is to be passed over for a reason.
func (r Reason) Telling(item core.ItemCode) wording.Notice {
	thing, _ := ThingOf(item)
	return wording.Skipping(thing.Word, r.told(), r.Keeps(), HeardDays)
}

// Skip asks that the household whose turn it is, n, be passed over, and tells it so. Somebody
// else must hold it, once the household has had its days. Errors: ErrNone, ErrState, ErrTurn,
// ErrAsked, ErrOften, KindInvalid.
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
		if t.course.waits(s.N) != nil {
			return ErrAsked
		}
		if t.course.often(of{n: s.N, asker: who.ID, day: tx.Today()}) {
			return ErrOften
		}
		s.Words = words
		return q.askSkip(ctx, tx, who, t, s)
	})
}

// askSkip writes down that a household is to be passed over, and tells it so.
func (q *Quota) askSkip(ctx context.Context, tx *pg.Tx, who staff.Person, t turn, s Skip) error {
	e, err := entry(ctx, tx, t.round, s.N)
	if err != nil {
		return err
	}
	sealed, err := q.sealed(s.Words, skipAt(t.round.ID, s.N, "words"))
	if err != nil {
		return err
	}
	key := fmt.Sprintf("quota/%d/skip/%d", t.round.ID, len(t.course.Skips)+1)
	notice, err := q.tell(ctx, tx, who, telling{e, key, s.Reason.Telling(t.round.Item)})
	if err != nil {
		return err
	}
	until := tx.Today().AddDate(0, 0, HeardDays)
	const sql = `insert into quota_skip (round, n, region, reason, words, asker, asked, notice, until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	if _, err := tx.Exec(ctx, sql, t.round.ID, s.N, string(e.Region), string(s.Reason), sealed, int64(who.ID), tx.Now(), notice, day(until)); err != nil {
		return refused(pg.Fail(err, "ask for a skip"))
	}
	return q.trace(ctx, tx, who, act{"quota.skip_asked", t.round, e.Region,
		map[string]any{"n": s.N, "household": e.Household, "reason": s.Reason, "words": s.Words, "notice": notice, "until": until}})
}

// Second is another person's word on what waits for one of entry n, a skip, that its offer is
// given up or nobody was reached, or that something is to be taken back: it holds, or not. Errors: ErrNone, ErrState,
// ErrSecond, ErrUntil, ErrLate, ErrUnheard, ErrUnvisited, ErrVisited, ErrMet; ErrState also where not what they saw waits.
func (q *Quota) Second(ctx context.Context, who staff.Person, id int64, n int, seen Seen, holds bool) error {
	return q.turn(ctx, who, id, func(ctx context.Context, tx *pg.Tx, t turn) error {
		s := t.course.waits(n)
		late, err := q.late(ctx, tx, t, n)
		if err != nil {
			return err
		}
		switch {
		case s == nil || t.course.Stands(n) != seen:
			return ErrState
		case s.Asker == who.ID:
			return ErrSecond
		case holds && s.Reason == undo && late:
			return ErrLate
		case holds && s.Went(who.ID):
			return ErrVisited
		}
		if holds { // that it is not so can be said at once
			if err := t.course.heardOut(ctx, tx, s); err != nil {
				return err
			}
		}
		e, err := entry(ctx, tx, t.round, n)
		if err != nil {
			return err
		}
		if err := q.second(ctx, tx, who, t, s, holds); err != nil {
			return err
		}
		return q.trace(ctx, tx, who, act{s.settled(holds), t.round, e.Region, map[string]any{"n": n, "household": e.Household, "reason": s.Reason, "words": s.Words, "asker": s.Asker}})
	})
}

// second writes the word of a second person, and does what holds by it: ends the offer that is
// given up, or takes back what is to be taken back.
func (q *Quota) second(ctx context.Context, tx *pg.Tx, who staff.Person, t turn, s *Skip, holds bool) error {
	after, err := q.follows(ctx, tx, who, t, s, holds)
	if err != nil {
		return err
	}
	if !holds {
		_, err := tx.Exec(ctx, `update quota_skip set state = 'refused', second = $2, seconded = $3, after = $4 where id = $1`, s.ID, int64(who.ID), tx.Now(), after)
		return refused(pg.Fail(err, "settle a skip"))
	}
	_, err = tx.Exec(ctx, `update quota_skip set state = 'held', second = $2, seconded = $3, turn = $4, after = $5 where id = $1`, s.ID, int64(who.ID), tx.Now(), len(t.course.Offers), after)
	switch {
	case err != nil:
		return refused(pg.Fail(err, "settle a skip"))
	case s.Undoes != 0:
		return q.undoSkip(ctx, tx, who, back{t.round.ID, s.N, s.Undoes, s.Words, nil})
	case s.Reason == undo:
		return q.undoOffer(ctx, tx, who, s.Offer, s.Words)
	case s.Offer != 0:
		return q.giveUp(ctx, tx, who, s)
	}
	return nil
}

// act names in the log what is asked about an offer, or of what was held.
func (r Reason) act() string {
	return map[Reason]string{declined: "quota.decline", unreached: "quota.unreached", undo: "quota.undo"}[r]
}

// settled names in the log what a second person said.
func (s *Skip) settled(holds bool) string {
	switch {
	case s.passes() && holds:
		return "quota.skipped"
	case s.passes():
		return "quota.skip_refused"
	case !holds:
		return s.Reason.act() + "_refused"
	}
	return map[Reason]string{declined: "quota.declined", unreached: "quota.unreached", undo: "quota.undone"}[s.Reason]
}
