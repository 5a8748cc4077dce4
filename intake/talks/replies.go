package talks

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
	"lianou/core/seal"
)

// Reply is one thing that we have to say.
type Reply struct {
	ID    int64
	Words string
	Made  time.Time
	Tries int

	claimed time.Time // by the turn that has it to say
}

// mostTries is how often a reply is offered: it answers a question of days ago by then.
const mostTries = 50

// speaks is how long one turn may be at saying things before another takes over: the
// first has died.
const speaks = time.Minute

// Speak lists what is still to be said to somebody, in order, for one turn alone to say:
// nothing while another is at it.
func (s *Store) Speak(ctx context.Context, citizen string) (out []Reply, err error) {
	// The lock is of the transaction: two turns that ask at once ask one after another.
	const lock = `select pg_advisory_xact_lock(hashtextextended('talk_reply/' || $1, 0))`
	const claim = `update talk_reply set claimed = $2 where id in (select id from talk_reply where citizen = $1 and done is null order by id limit 20)
		and not exists (select from talk_reply o where o.citizen = $1 and o.done is null and o.claimed > $2::timestamptz - make_interval(secs => $3))
		returning id, body, made, tries, claimed`
	if err := s.forward(ctx, citizen); err != nil {
		return nil, err
	}
	err = s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, lock, citizen); err != nil {
			return pg.Fail(err, "wait for the word")
		}
		rows, err := tx.Query(ctx, claim, citizen, tx.Now(), speaks.Seconds())
		if err != nil {
			return pg.Fail(err, "take replies to say")
		}
		out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Reply, err error) {
			var sealed []byte
			if err := row.Scan(&r.ID, &sealed, &r.Made, &r.Tries, &r.claimed); err != nil {
				return r, err
			}
			words, err := s.d.Ring.Open(sealed, replyAt(citizen))
			r.Words = string(words)
			return r, err
		})
		return pg.Fail(err, "take replies to say")
	})
	slices.SortFunc(out, func(a, b Reply) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

// GiveBack ends a turn's hold of what it was to say and did not, and no other turn's: the
// next try says it. After a turn that was not able to do even that, Held tells when to try.
func (s *Store) GiveBack(ctx context.Context, citizen string, list []Reply) error {
	if len(list) == 0 {
		return nil
	}
	const sql = `update talk_reply set claimed = null where citizen = $1 and done is null and claimed = $2`
	return s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql, citizen, list[0].claimed)
		return pg.Fail(err, "give replies back")
	})
}

// Held tells how long what is still to be said to somebody may be in the hands of another
// turn; 0 for not.
func (s *Store) Held(ctx context.Context, citizen string) (wait time.Duration, err error) {
	const sql = `select max(claimed) from talk_reply where citizen = $1 and done is null`
	err = s.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var claimed *time.Time
		if err := tx.QueryRow(ctx, sql, citizen).Scan(&claimed); err != nil || claimed == nil {
			return pg.Fail(err, "look whether replies are held")
		}
		wait = max(claimed.Add(speaks).Sub(tx.Now()), 0)
		return nil
	})
	return wait, err
}

// What became of a reply. Again and Full are tried again and give the rest back as well,
// which keeps its order: at once, and after the person's next word.
const (
	Sent    = "sent"
	Late    = "late" // outside the 48 hours
	Refused = "refused"
	Again   = ""
	Full    = "full"
)

// Sent notes what became of a reply, and shows it to the agent who wrote it.
func (s *Store) Sent(ctx context.Context, citizen string, id int64, result string) error {
	var call string
	err := s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var err error
		call, err = s.sent(ctx, tx, id, result)
		if err != nil || result != Again && result != Full {
			return err
		}
		_, err = tx.Exec(ctx, `update talk_reply set claimed = null where citizen = $1 and done is null`, citizen)
		return pg.Fail(err, "give replies back")
	})
	if err == nil && call != "" {
		s.ring(ctx, call)
	}
	return err
}

// sent gives the call of a reply that an agent wrote, "" for one of our own.
func (s *Store) sent(ctx context.Context, tx *pg.Tx, id int64, result string) (call string, err error) {
	const sql = `update talk_reply set tries = tries + 1, result = case when $2 = '' and tries + 1 >= $4 then 'refused' else $2 end,
		done = case when $2 = '' and tries + 1 < $4 then null else $3::timestamptz end where id = $1 and done is null returning coalesce(line, 0), result`
	const line = `update talk_line set state = case $2 when '' then 'queued' else $2 end where id = $1 returning call`
	var of int64
	stored := result
	if stored == Full {
		stored = Again
	}
	err = tx.QueryRow(ctx, sql, id, stored, tx.Now(), mostTries).Scan(&of, &stored)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil || of == 0 {
		return "", pg.Fail(err, "note what became of a reply")
	}
	if result == Full && stored == Again {
		stored = Full
	}
	err = tx.QueryRow(ctx, line, of, stored).Scan(&call)
	return call, pg.Fail(err, "note what became of an agent's words")
}

func replyAt(citizen string) seal.At {
	return seal.At{Table: "talk_reply", Row: citizen, Column: "body"}
}

// Tell says something to somebody who did not ask, where they have a chat with us: the
// sender keeps WeChat's rules.
func (s *Store) Tell(ctx context.Context, citizen, words string) error {
	sealed, err := s.d.Ring.Seal([]byte(words), replyAt(citizen))
	if err != nil {
		return err
	}
	return s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `insert into talk_reply (citizen, body, made) values ($1, $2, $3)`, citizen, sealed, tx.Now()); err != nil {
			return pg.Fail(err, "keep a word")
		}
		return s.d.Jobs.Insert(ctx, tx, Turn{citizen})
	})
}
