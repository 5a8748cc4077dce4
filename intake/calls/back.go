package calls

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// MostTries is how often somebody is rung back before the call may end with nobody
// reached (features.md F93).
const MostTries = 3

// The hours in which people are rung, by a person and by our own voice: nobody is woken,
// and nobody is rung at a meal that ends the day.
const firstHour, lastHour = 8, 20

// RingHours reports whether somebody may be rung up now, by the city's time, with a call
// that takes so long, and else when: a call is begun only if it is over by the end of the
// hours.
func RingHours(now time.Time, takes time.Duration) (when time.Time, open bool) {
	now = now.In(core.China)
	hour := func(day, at int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+day, at, 0, 0, 0, core.China)
	}
	switch {
	case now.Before(hour(0, firstHour)):
		return hour(0, firstHour), false
	case now.Add(takes).After(hour(0, lastHour)):
		return hour(1, firstHour), false
	}
	return now, true
}

// briefly is what a call back in vain takes.
const briefly = time.Minute

// pauses is how long after the first and the second time in vain somebody rings again:
// soon, for who was in the yard, and half a day later, for who was in the field.
var pauses = []time.Duration{30 * time.Minute, 4 * time.Hour}

// NextTry is when to ring again after the nth time in vain at now, by the city's
// clock; zero when that was the last time.
func NextTry(n int, now time.Time) time.Time {
	if n < 1 || n > len(pauses) {
		return time.Time{}
	}
	next, _ := RingHours(now.Add(pauses[n-1]), briefly)
	return next
}

// ErrRungEnough says that a call was rung back as often as it is to be.
var ErrRungEnough = core.E(core.KindConflict, "rung_enough", "已经回了三次,这通交给村里了。")

// ErrRungTooSeldom says that somebody gave up too early.
var ErrRungTooSeldom = core.E(core.KindConflict, "rung_too_seldom", "还没有回满三次,不能说没人接。点“打了,没人接”,到时候会再排上来。")

// Missed notes that the agent who holds a call rang its caller back in vain, and gives
// the call back to the list until it is time to ring again. The last time ends the call,
// and in the same transaction asks for somebody to go there: a press that is forgotten
// must not lose a person. Errors: KindNotFound, ErrNotHeld, ErrDone, ErrRungEnough, and at
// the last time those of also.
func (l *Log) Missed(ctx context.Context, id string, agent core.StaffID, where Whereabouts, also ...Also) (c Call, err error) {
	const again = `update call set tries = tries + 1, next_try = $3, agent = null, taken = null where id = $1 and done is null and agent = $2`
	const last = `update call set tries = tries + 1, next_try = null, done = $3, outcome = 'no_answer' where id = $1 and done is null and agent = $2`
	end := ending{id, agent, where}
	err = l.attendIn(ctx, end.scope(), attended{id, agent, "call.missed"}, func(ctx context.Context, tx *pg.Tx, now Call) error {
		switch {
		case now.Tries >= MostTries:
			return ErrRungEnough
		case !now.Done.IsZero():
			return ErrDone
		case now.Agent != agent:
			return ErrNotHeld
		}
		c = now
		c.Tries++
		c.NextTry = NextTry(c.Tries, tx.Now())
		sql, at := again, c.NextTry
		if c.NextTry.IsZero() {
			sql, at = last, tx.Now()
			c.Done, c.Outcome = at, OutcomeNoContact
		}
		// Before the call is given back: what began after it was taken is somebody else's turn.
		if err := l.settleSame(ctx, tx, id, agent, false); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sql, id, int64(agent), at)
		if err == nil && tag.RowsAffected() == 0 {
			return ErrTaken
		}
		if err != nil || c.Done.IsZero() {
			return pg.Fail(err, "note a call rung back in vain")
		}
		if err := all(ctx, tx, also); err != nil {
			return err
		}
		return l.handOver(ctx, tx, end)
	})
	return c, err
}
