package calls

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// MostWaiting is how many lines a page of Waiting has.
const MostWaiting = 200

// mostPages bounds the look into the list: nobody leafs so far.
const mostPages = 100

// lines makes one line of all calls of a number that hung up unanswered and wait: whoever
// rings two hundred times is rung back once, and buries nobody. Those without a number are
// one line too; who was rung in vain stands beside it, by the time of the next try. Every
// other call is a line of its own, and so is one with a recording: something may be said in it, and
// one whose caller has something to say by key (Wish.Owes): it ends with that alone.
const lines = `select ` + columns + `, count(*) over line as same, row_number() over (line order by coalesce(next_try, began), id) as nth
	from call where done is null
	window line as (partition by case when answered is null and ended is not null and agent is null and exchange <> 'wechat' and recording_state = 'none' and wish not in ('appeal', 'unsolved', 'object')
		then coalesce(encode(caller_blind, 'hex'), '-') || '/' || (next_try is null)::text else '#' || id end)`

// Waiting lists the calls that nobody has finished, a line each (see lines) and the oldest of
// it to be taken, page by page from 0: those ringing and those being talked before those
// over and still open, so that whoever speaks now is on the first page however many wait;
// whoever is to be rung again stands where the time comes. A page that is full may have
// another behind it.
func (l *Log) Waiting(ctx context.Context, page int) ([]Call, error) {
	const sql = `select ` + columns + `, same from (` + lines + `) c where nth = 1
		order by ended is not null, coalesce(next_try, began), id limit $1 offset $2`
	page = min(max(page, 0), mostPages)
	var out []Call
	err := l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, MostWaiting, page*MostWaiting)
		if err != nil {
			return pg.Fail(err, "list waiting calls")
		}
		defer rows.Close()
		out = nil
		for rows.Next() {
			var same int
			c, err := l.scan(lined{rows, &same})
			if err != nil {
				return err
			}
			c.Same = same
			out = append(out, c)
		}
		return pg.Fail(rows.Err(), "list waiting calls")
	})
	return out, err
}

// lined scans a call and the size of its line.
type lined struct {
	row  scanner
	same *int
}

func (s lined) Scan(into ...any) error { return s.row.Scan(append(into, s.same)...) }

// settleSame ends what else hung up unanswered under the number of a call that an agent
// rang, or spoke with: it is one caller, and each call has its entry. Who rang again after
// the agent took the call is somebody to be rung: only what began before counts. Rung in
// vain, those that wait for their own next try keep it. Of those without a number one that
// is ended ends all: nobody can be rung. One that owes its caller a word (Wish.Owes) is left: it would
// end with nothing written down.
func (l *Log) settleSame(ctx context.Context, tx *pg.Tx, id string, agent core.StaffID, reached bool) error {
	const sql = `update call c set agent = $2, taken = $3, done = $3, outcome = 'same_number', next_try = null
		from call now where now.id = $1 and c.id <> now.id and c.caller_blind is not distinct from now.caller_blind
		and c.began <= coalesce(now.answered, now.taken, now.began) and c.done is null and c.answered is null and c.ended is not null
		and c.agent is null and c.exchange <> 'wechat' and c.recording_state = 'none' and c.wish not in ('appeal', 'unsolved', 'object') and now.exchange <> 'wechat'
		and (now.caller_blind is not null or $4 and now.answered is null) and ($4 or c.tries = 0) returning c.id`
	rows, err := tx.Query(ctx, sql, id, int64(agent), tx.Now(), reached)
	if err != nil {
		return pg.Fail(err, "settle what else one number rang for")
	}
	settled, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(settled) == 0 {
		return pg.Fail(err, "settle what else one number rang for")
	}
	trace := make([]audit.Entry, len(settled))
	for i, other := range settled {
		trace[i] = audit.Entry{Actor: agentActor(agent), Act: "call.settled", Subject: "call:" + other, Detail: map[string]any{"with": id}}
	}
	return l.audit.Write(ctx, tx, trace...)
}
