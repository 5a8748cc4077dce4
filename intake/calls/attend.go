package calls

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Errors of attending.
var (
	ErrTaken = core.E(core.KindConflict, "call_taken", "这通电话已经有人接了。")
	ErrDone  = core.E(core.KindConflict, "call_done", "这通电话已经办完了。")

	// ErrNotHeld is the answer to who does something in a call that is not in their hands.
	ErrNotHeld = core.E(core.KindConflict, "call_not_held", "这通电话不在您手上。请先在来电里接起这通,再替他办。")
)

// Take gives an open call to an agent; taking it again is a success. Errors:
// KindNotFound, ErrTaken, ErrDone.
func (l *Log) Take(ctx context.Context, id string, agent core.StaffID) error {
	const sql = `update call set agent = $2, taken = $3 where id = $1 and done is null and agent is null`
	return l.attend(ctx, id, agent, "call.taken", func(ctx context.Context, tx *pg.Tx, c Call) error {
		switch {
		case !c.Done.IsZero():
			return ErrDone
		case c.Agent == agent:
			return errNothing
		case c.Agent != 0:
			return ErrTaken
		}
		tag, err := tx.Exec(ctx, sql, id, int64(agent), tx.Now())
		if err == nil && tag.RowsAffected() == 0 {
			return ErrTaken // somebody was quicker
		}
		return pg.Fail(err, "take a call")
	})
}

// Release gives a taken call back to the list: the agent cannot finish it.
func (l *Log) Release(ctx context.Context, id string, agent core.StaffID) error {
	const sql = `update call set agent = null, taken = null where id = $1 and done is null and agent = $2`
	return l.attend(ctx, id, agent, "call.released", func(ctx context.Context, tx *pg.Tx, c Call) error {
		switch {
		case !c.Done.IsZero():
			return ErrDone
		case c.Agent == 0:
			return errNothing
		case c.Agent != agent:
			return ErrTaken
		}
		_, err := tx.Exec(ctx, sql, id, int64(agent))
		return pg.Fail(err, "release a call")
	})
}

// Also is what ends together with a call, in its transaction; its error keeps the call.
type Also func(ctx context.Context, tx *pg.Tx) error

func all(ctx context.Context, tx *pg.Tx, also []Also) error {
	for _, f := range also {
		if err := f(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// Withdrawn ends a call of a chat whose person goes on alone, in the caller's
// transaction. One that an agent holds stays theirs to finish.
func (l *Log) Withdrawn(ctx context.Context, tx *pg.Tx, id string) error {
	const sql = `update call set done = $2, outcome = 'self_served', next_try = null where id = $1 and done is null and agent is null and exchange = 'wechat'`
	_, err := tx.Exec(ctx, sql, id, tx.Now())
	return pg.Fail(err, "withdraw a call")
}

// Lapsed ends a call of a chat that nobody came for and that names no number, in the
// caller's transaction. One with a number stays to be rung: who asked for a person is not
// dropped. One that an agent holds stays theirs to finish.
func (l *Log) Lapsed(ctx context.Context, tx *pg.Tx, id string) error {
	const sql = `update call set done = $2, outcome = 'lapsed', next_try = null
		where id = $1 and done is null and agent is null and caller is null and exchange = 'wechat'`
	_, err := tx.Exec(ctx, sql, id, tx.Now())
	return pg.Fail(err, "end a call that nobody came for")
}

// Done says what became of a call, by the agent who holds it. Saying the same again
// is a success. Of a call whose caller had something to say by key something must be written
// down, or why not (see TookDown, Unwritten). Errors: KindInvalid for an unknown outcome,
// ErrUnwritten, KindNotFound, ErrTaken, ErrDone, and those of also.
func (l *Log) Done(ctx context.Context, id string, agent core.StaffID, outcome Outcome, also ...Also) error {
	if !slices.Contains(outcomes, outcome) {
		return core.Invalid("outcome", "请选这通电话怎么办的。")
	}
	const sql = `update call set agent = $2, taken = coalesce(taken, $3), done = $3, outcome = $4, next_try = null
		where id = $1 and done is null and (agent is null or agent = $2)`
	end := ending{call: id, agent: agent}
	return l.attendIn(ctx, end.scope(), attended{id, agent, "call.finished"}, func(ctx context.Context, tx *pg.Tx, c Call) error {
		switch {
		case !c.Done.IsZero() && c.Agent == agent && c.Outcome == outcome:
			return errNothing
		case !c.Done.IsZero():
			return ErrDone
		case c.Agent != 0 && c.Agent != agent:
			return ErrTaken
		case outcome == OutcomeNoContact && c.Tries < MostTries:
			return ErrRungTooSeldom
		}
		tag, err := tx.Exec(ctx, sql, id, int64(agent), tx.Now(), string(outcome))
		if err == nil && tag.RowsAffected() == 0 {
			return ErrTaken
		}
		if err != nil {
			return pg.Fail(err, "finish a call")
		}
		if err := all(ctx, tx, also); err != nil {
			return err
		}
		if outcome != OutcomeNoContact { // who was not reached is gone to
			if err := l.written(ctx, tx, c); err != nil {
				return err
			}
		}
		if outcome != OutcomeNotOurs || c.Answered.IsZero() { // a talk about something else settles nothing
			if err := l.settleSame(ctx, tx, id, agent, outcome != OutcomeNoContact); err != nil {
				return err
			}
		}
		if outcome != OutcomeNoContact {
			return l.draw(ctx, tx, c, agent)
		}
		return l.handOver(ctx, tx, end) // rung three times before the third time ended a call
	})
}

// errNothing ends a step that finds its work done.
var errNothing = core.E(core.KindConflict, "nothing_to_do", "")

func (l *Log) attend(ctx context.Context, id string, agent core.StaffID, act string, step func(context.Context, *pg.Tx, Call) error) error {
	return l.attendIn(ctx, pg.NoScope(), attended{id, agent, act}, step)
}

// attended is what an agent does to a call.
type attended struct {
	id    string
	agent core.StaffID
	act   string
}

// attendIn is attend for a step that also writes a row of a township.
func (l *Log) attendIn(ctx context.Context, scope pg.Scope, a attended, step func(context.Context, *pg.Tx, Call) error) error {
	const sql = `select ` + columns + ` from call where id = $1`
	err := l.db.Tx(ctx, scope, func(ctx context.Context, tx *pg.Tx) error {
		c, err := l.scan(tx.QueryRow(ctx, sql, a.id))
		if err != nil {
			return err
		}
		if err := step(ctx, tx, c); err != nil {
			return err
		}
		return l.audit.Write(ctx, tx, audit.Entry{Actor: agentActor(a.agent), Act: a.act, Subject: "call:" + a.id})
	})
	if err == nil {
		l.bell.Ring(ctx, Topic, a.act, a.id)
	}
	if core.KindOf(err) == core.KindConflict && core.Known(err).Code == errNothing.Code {
		return nil
	}
	return err
}
