package calls

import (
	"context"
	"time"

	"lianou/core/pg"
)

// retried is how long an exchange may go on repeating an event. What comes later under
// the number of a call that is over belongs to another call: a number merged into an old
// record is a caller whom nobody sees, one record too many is a call back in vain.
const retried = 10 * time.Minute

// HeardUndated is Heard for exchanges whose events carry no time, so that a late one and
// the next call under a number used again look alike, to the byte. It goes by when the
// event came: Began, Answered or Ended of the report.
func (l *Log) HeardUndated(ctx context.Context, r Report) error {
	base := r.ID
	err := l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		// The number is held, so that two events of the next call mean the same record. A
		// number that was never used again has no row, and means itself.
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('call_reused/' || $1, 0))`, base); err != nil {
			return pg.Fail(err, "hold a call's number")
		}
		const means = `select coalesce((select now from call_reused where id = $1), $1)`
		if err := tx.QueryRow(ctx, means, base).Scan(&r.ID); err != nil {
			return pg.Fail(err, "look up what a call's number means now")
		}
		over, err := isOver(ctx, tx, r, deliveryOf(r, base))
		if err != nil || !over {
			return err
		}
		r.ID = Marked(base, firstOf(r))
		_, err = tx.Exec(ctx, `insert into call_reused (id, now) values ($1, $2) on conflict (id) do update set now = excluded.now`, base, r.ID)
		return pg.Fail(err, "note that a call's number is used again")
	})
	if err != nil {
		return err
	}
	r.Delivery = deliveryOf(r, base)
	_, err = l.Heard(ctx, r)
	return err
}

// deliveryOf names a message of another call under the same number apart from the first
// call's, whose bytes may be the same.
func deliveryOf(r Report, base string) string {
	if r.ID == base || r.Delivery == "" {
		return r.Delivery
	}
	return r.Delivery + r.ID[len(base):]
}

func firstOf(r Report) (first time.Time) {
	for _, t := range []time.Time{r.Began, r.Answered, r.Ended} {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// isOver reports that the call which r's id means is over for too long to be r's. A call
// whose end is a guess, or is not known, may still be answered and hung up; only another
// beginning says that it is gone. A hang-up that was heard before is a repetition however
// late it comes.
func isOver(ctx context.Context, tx *pg.Tx, r Report, delivery string) (over bool, err error) {
	begins, ends := !r.Began.IsZero(), !r.Ended.IsZero()
	const sql = `select coalesce((select case
			when $3 then coalesce(c.ended, greatest(c.began, c.answered)) < $2
			when c.ended is null or c.end_guessed then false
			when $4 then c.ended < $2 and not exists (select from call_delivery d where d.source = $5 and d.id = $6)
			else c.ended < $2 end
		from call c where c.id = $1), false)`
	err = tx.QueryRow(ctx, sql, r.ID, firstOf(r).Add(-retried), begins, ends, r.Exchange, delivery).Scan(&over)
	return over, pg.Fail(err, "look whether a call is over")
}
