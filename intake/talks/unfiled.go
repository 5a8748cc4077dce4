package talks

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lianou/core/pg"
)

// unfiledWait is how long the chat has to tell somebody that their application was not
// taken, before another way is tried: its tries of the first minute, and a margin.
const unfiledWait = 2 * time.Minute

// UnfiledKept is how long there is any use in telling it by another way.
const UnfiledKept = 24 * time.Hour

// Unfiled asks the gateway to tell somebody that what they confirmed was not taken, where
// their chat has not: they may never have had one. There is one for a conversation,
// however often it is refused: a telephone must not ring all day for one thing.
type Unfiled struct {
	Citizen string    `json:"citizen" river:"unique"`
	Talk    int64     `json:"talk" river:"unique"`
	At      time.Time `json:"at"` // when the chat was given the words, by the database's clock
}

// Kind is the stable name.
func (Unfiled) Kind() string { return "talk_unfiled" }

// InsertOpts makes the job unique by conversation.
func (Unfiled) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStateCompleted, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// unfiled gives the chat its words and asks for the other ways, in the turn's transaction.
func (s *Store) unfiled(ctx context.Context, tx *pg.Tx, said Said) error {
	sealed, err := s.d.Ring.Seal([]byte(said.Unfiled), replyAt(said.Citizen))
	if err != nil {
		return err
	}
	const say = `insert into talk_reply (citizen, body, made) values ($1, $2, $3)`
	if _, err := tx.Exec(ctx, say, said.Citizen, sealed, tx.Now()); err != nil {
		return pg.Fail(err, "keep a word")
	}
	if err := s.d.Jobs.Insert(ctx, tx, Turn{said.Citizen}); err != nil {
		return err
	}
	return s.d.Jobs.InsertAt(ctx, tx, time.Now().Add(unfiledWait), Unfiled{Citizen: said.Citizen, Talk: said.Talk.ID, At: tx.Now()})
}

// Reached tells whether the chat took the words that it was given at a time, and how long
// ago that was.
func (s *Store) Reached(ctx context.Context, u Unfiled) (reached bool, ago time.Duration, err error) {
	const sql = `select exists (select from talk_reply where citizen = $1 and made = $2 and result = 'sent')`
	err = s.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		ago = tx.Now().Sub(u.At)
		return pg.Fail(tx.QueryRow(ctx, sql, u.Citizen, u.At).Scan(&reached), "look whether a word was heard")
	})
	return reached, ago, err
}
