package talks

import (
	"cmp"
	"context"
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
		returning id, body, made, tries`
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
			if err := row.Scan(&r.ID, &sealed, &r.Made, &r.Tries); err != nil {
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

// Sent notes what became of a reply: "sent", "late" (outside the 48 hours), "refused", or
// "" for one that will be tried again, which gives the rest back as well.
func (s *Store) Sent(ctx context.Context, citizen string, id int64, result string) error {
	return s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `update talk_reply set tries = tries + 1, result = case when $2 = '' and tries + 1 >= $4 then 'refused' else $2 end,
			done = case when $2 = '' and tries + 1 < $4 then null else $3::timestamptz end where id = $1 and done is null`
		if _, err := tx.Exec(ctx, sql, id, result, tx.Now(), mostTries); err != nil || result != "" {
			return pg.Fail(err, "note what became of a reply")
		}
		_, err := tx.Exec(ctx, `update talk_reply set claimed = null where citizen = $1 and done is null`, citizen)
		return pg.Fail(err, "give replies back")
	})
}

func replyAt(citizen string) seal.At {
	return seal.At{Table: "talk_reply", Row: citizen, Column: "body"}
}
