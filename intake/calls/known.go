package calls

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Earlier is a call that came from the same number before.
type Earlier struct {
	Began   time.Time
	Outcome Outcome // "" while it is open
	Filed   int     // applications that came of it
}

// mostEarlier is how many earlier calls are listed: whoever rings every day is known.
const mostEarlier = 5

// Before lists the calls that came from the number of a call before it, newest first. A
// withheld number has none.
func (l *Log) Before(ctx context.Context, id string) (out []Earlier, err error) {
	const sql = `select c.began, c.outcome, (select count(*) from application a where a.channel = 'agent'
			and a.key collate "C" >= c.id || '#' and a.key collate "C" < c.id || '$')
		from call now join call c on c.caller_blind = now.caller_blind and c.began < now.began
		where now.id = $1 and now.caller_blind is not null order by c.began desc limit $2`
	err = l.db.Read(ctx, pg.City("what came of earlier calls of one number, for whoever took this one"), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, id, mostEarlier)
		if err != nil {
			return pg.Fail(err, "list earlier calls")
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Earlier])
		return pg.Fail(err, "list earlier calls")
	})
	return out, err
}

// Word is what agents heard about a number and a person; the newest counts.
type Word struct {
	Theirs bool
	Here   bool // it was heard in this very call, and not in an earlier one from the number
}

// Said gives what agents heard about whose number a call came from, by person.
func (l *Log) Said(ctx context.Context, id string) (map[core.PersonID]Word, error) {
	const sql = `select k.person, k.theirs, k.call = c.id from call c join caller_known k on k.blind = c.caller_blind where c.id = $1`
	out := map[core.PersonID]Word{}
	err := l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, id)
		if err != nil {
			return pg.Fail(err, "read whose number it is")
		}
		var person core.PersonID
		var word Word
		_, err = pgx.ForEachRow(rows, []any{&person, &word.Theirs, &word.Here}, func() error {
			out[person] = word
			return nil
		})
		return pg.Fail(err, "read whose number it is")
	})
	return out, err
}

// Whose is one word about whose number a call came from.
type Whose struct {
	Call   string
	Agent  core.StaffID
	Person core.PersonID
	Theirs bool
}

// Say keeps what an agent heard about whose number it is. Errors: ErrNotHeld for another
// agent's call and for a call without a number.
func (l *Log) Say(ctx context.Context, w Whose) error {
	const sql = `insert into caller_known as k (blind, person, theirs, agent, at, call)
		select caller_blind, $2, $3, $4, $5, id from call where id = $1 and agent = $4 and caller_blind is not null
		on conflict (blind, person) do update set theirs = excluded.theirs, agent = excluded.agent, at = excluded.at, call = excluded.call`
	return l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, sql, w.Call, int64(w.Person), w.Theirs, int64(w.Agent), tx.Now())
		if err != nil {
			return pg.Fail(err, "keep whose number it is")
		}
		if tag.RowsAffected() == 0 {
			return ErrNotHeld
		}
		return l.audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(w.Agent), 10)}, Act: "caller.said",
			Subject: "call:" + w.Call, Purpose: "认来电人", Detail: map[string]any{"person": w.Person, "theirs": w.Theirs}})
	})
}
