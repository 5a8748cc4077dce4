package talks

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Kept is how long a conversation waits for somebody to come back to it. What was never
// sent in is not kept for ever (PIPL art. 19).
const Kept = 30 * 24 * time.Hour

// maxBody bounds a conversation and a message in bytes.
const maxBody = 128 << 10

// Turn asks the gateway to go on with somebody's conversation. There is one for each
// message, and a turn takes all that has come: a job that were unique would be refused
// while one runs that has looked already.
type Turn struct {
	Citizen string `json:"citizen"`
}

// Kind is the stable name.
func (Turn) Kind() string { return "talk_turn" }

// Finish asks the gateway to hand in the application of somebody's conversation: who
// confirmed need not come back, though the request that was to hand it in has died.
type Finish struct {
	Citizen string `json:"citizen"`
}

// Kind is the stable name.
func (Finish) Kind() string { return "talk_finish" }

// Deps are what a Store needs. All are required.
type Deps struct {
	DB       *pg.DB
	Ring     *seal.Ring     // seals to the gateway itself
	Platform seal.Recipient // seals to the platform what is handed to an agent
	Opener   *seal.Opener   // opens what an agent wrote
	Audit    *audit.Log
	Bell     *bell.Bell
	Jobs     *jobs.Inserter // of the gateway's queue
	Speech   *jobs.Inserter // of the platform's queue, for Hear
}

// Store keeps conversations. It is safe for use by many goroutines.
type Store struct{ d Deps }

// New makes a Store. Errors: KindInvalid.
func New(d Deps) (*Store, error) {
	if d.DB == nil || d.Ring == nil || d.Jobs == nil || d.Speech == nil || d.Opener == nil || d.Audit == nil || d.Bell == nil || d.Platform == (seal.Recipient{}) {
		return nil, core.E(core.KindInvalid, "talks_deps", "").Wrap(errors.New("talks.New needs a database, a ring, the platform, an opener, a log, a bell and jobs"))
	}
	return &Store{d}, nil
}

// Kind is what somebody sent.
type Kind string

// The kinds. Other is what we cannot read: a film, a card.
const (
	Text    Kind = "text"
	Image   Kind = "image"
	Spoken  Kind = "voice"
	Entered Kind = "entered" // they opened the chat and said nothing yet
	Other   Kind = "other"
)

// Message is one thing that somebody sent.
type Message struct {
	ID      int64
	Channel core.ChannelName
	Key     string // what the platform repeats when it delivers again
	Citizen string
	Kind    Kind
	Body    string        // the words, or what the platform calls the file
	Came    time.Time     // as it is read
	Ago     time.Duration // as it is kept: how long it waited elsewhere before; past Window it is all one
}

// Heard keeps a message and asks for a turn, in one transaction: what was acknowledged is
// never lost. fresh is false when it had come before.
func (s *Store) Heard(ctx context.Context, m Message) (fresh bool, err error) {
	if len(m.Body) > maxBody || m.Key == "" || len(m.Key) > 160 {
		return false, core.E(core.KindTooLarge, "talk_message", "这条太长了,请分几条说。")
	}
	sealed, err := s.d.Ring.Seal([]byte(m.Body), messageAt(m.Channel, m.Key))
	if err != nil {
		return false, err
	}
	const sql = `insert into talk_message (channel, key, citizen, kind, body, came) values ($1, $2, $3, $4, $5, $6)
		on conflict (channel, key) do nothing`
	err = s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		fresh = false
		tag, err := tx.Exec(ctx, sql, string(m.Channel), m.Key, m.Citizen, string(m.Kind), sealed, tx.Now().Add(-min(max(m.Ago, 0), Window)))
		if err != nil {
			return pg.Fail(err, "keep a message of a chat")
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		fresh = true
		return s.d.Jobs.Insert(ctx, tx, Turn{m.Citizen})
	})
	return fresh, err
}

// Talk is a conversation as far as it is.
type Talk struct {
	ID      int64 // 0 for one that is not kept yet
	Rev     int64
	Body    []byte
	Began   time.Time
	Channel core.ChannelName // the door it began at
}

// Open reads the conversation that somebody is in; an empty one when there is none.
func (s *Store) Open(ctx context.Context, citizen string) (t Talk, err error) {
	var sealed []byte
	err = s.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select id, rev, body, began, channel from talk where citizen = $1 and state = 'open'`
		err := tx.QueryRow(ctx, sql, citizen).Scan(&t.ID, &t.Rev, &sealed, &t.Began, &t.Channel)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return pg.Fail(err, "read a conversation")
	})
	if err != nil || sealed == nil {
		return Talk{}, err
	}
	t.Body, err = s.d.Ring.Open(sealed, talkAt(citizen))
	return t, err
}

// filedMost is how many closed conversations are looked through: a confirmation that is
// repeated belongs to one of the last.
const filedMost = 5

// Filed reads the last conversations of somebody that became applications, newest first.
func (s *Store) Filed(ctx context.Context, citizen string) (out []Talk, err error) {
	const sql = `select id, rev, body, began, channel from talk where citizen = $1 and state = 'filed' order by id desc limit $2`
	err = s.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, citizen, filedMost)
		if err != nil {
			return pg.Fail(err, "read closed conversations")
		}
		out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Talk, err error) {
			var sealed []byte
			if err := row.Scan(&t.ID, &t.Rev, &sealed, &t.Began, &t.Channel); err != nil {
				return t, err
			}
			t.Body, err = s.d.Ring.Open(sealed, talkAt(citizen))
			return t, err
		})
		return pg.Fail(err, "read closed conversations")
	})
	return out, err
}

// Forget ends the open conversation of somebody without a trace of what was said in it, as
// it was read. Errors: ErrMeanwhile.
func (s *Store) Forget(ctx context.Context, citizen string, t Talk) error {
	const sql = `delete from talk where citizen = $1 and id = $2 and rev = $3 and state = 'open'`
	return s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, sql, citizen, t.ID, t.Rev)
		if err == nil && tag.RowsAffected() == 0 {
			return ErrMeanwhile
		}
		return pg.Fail(err, "forget a conversation")
	})
}

// Waiting lists the messages of somebody that no turn has taken, in the order they came.
func (s *Store) Waiting(ctx context.Context, citizen string) (out []Message, err error) {
	const sql = `select id, channel, key, kind, body, came from talk_message where citizen = $1 and taken is null order by id limit 50`
	err = s.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, sql, citizen)
		if err != nil {
			return pg.Fail(err, "list waiting messages")
		}
		out, err = pgx.CollectRows(rows, s.scanMessage)
		for i := range out {
			out[i].Citizen = citizen
		}
		return pg.Fail(err, "list waiting messages")
	})
	return out, err
}

// Said is what a turn came to.
type Said struct {
	Citizen string
	Channel core.ChannelName
	Talk    Talk    // Body as it is now; ID and Rev as they were read
	Filed   bool    // it became an application: the conversation is closed
	Ended   bool    // it was closed before: only what was taken, and the replies, are kept
	Taken   []int64 // the messages that this turn took
	Replies []string

	Hand *Handing // to an agent; nil for not
	Pass *Passed  // to the agent who has it; nil for nobody
	Up   *TakenUp // from an agent; nil for not

	Also func(ctx context.Context, tx *pg.Tx) error // in the same transaction; nil for nothing
	// Later is what finishes the application that is on its way, should whoever keeps it
	// here not live to do so: Turn or Finish, after Wait of the real clock; nil for nothing.
	Later jobs.Args
	Wait  time.Duration
}

// ErrMeanwhile says that another turn went on with the conversation: this one is to be
// taken again from what is there now.
var ErrMeanwhile = core.E(core.KindConflict, "talk_meanwhile", "")

// Say keeps what a turn came to, in one transaction: the conversation, what it took, and
// what is to be sent. Errors: ErrMeanwhile.
func (s *Store) Say(ctx context.Context, said Said) error {
	if len(said.Talk.Body) > maxBody {
		return core.E(core.KindTooLarge, "talk_large", "说得太多了,存不下。请打 12345。")
	}
	body, err := s.d.Ring.Seal(said.Talk.Body, talkAt(said.Citizen))
	if err != nil {
		return err
	}
	var replies [][]byte
	for _, words := range said.Replies {
		sealed, err := s.d.Ring.Seal([]byte(words), replyAt(said.Citizen))
		if err != nil {
			return err
		}
		replies = append(replies, sealed)
	}
	state := "open"
	if said.Filed {
		state = "filed"
	}
	err = s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if !said.Ended {
			if err := s.save(ctx, tx, said, state, body); err != nil {
				return err
			}
		}
		const take = `update talk_message set taken = $2 where id = any($1) and taken is null`
		if tag, err := tx.Exec(ctx, take, said.Taken, tx.Now()); err != nil {
			return pg.Fail(err, "take messages")
		} else if int(tag.RowsAffected()) != len(said.Taken) {
			return ErrMeanwhile
		}
		const say = `insert into talk_reply (citizen, body, made) select $1, b, $3 from unnest($2::bytea[]) b`
		if _, err := tx.Exec(ctx, say, said.Citizen, replies, tx.Now()); err != nil {
			return pg.Fail(err, "keep replies")
		}
		if said.Also != nil {
			if err := said.Also(ctx, tx); err != nil {
				return err
			}
		}
		if said.Later != nil {
			if err := s.d.Jobs.InsertAt(ctx, tx, time.Now().Add(said.Wait), said.Later); err != nil {
				return err
			}
		}
		return s.hand(ctx, tx, said)
	})
	if err == nil && said.Hand != nil {
		s.ring(ctx, said.Hand.Call)
	}
	if err == nil && said.Pass != nil {
		s.ring(ctx, said.Pass.Call)
	}
	return err
}

// ring tells the agents that something came.
func (s *Store) ring(ctx context.Context, call string) { s.d.Bell.Ring(ctx, Topic, "talk.line", call) }

func (s *Store) save(ctx context.Context, tx *pg.Tx, said Said, state string, body []byte) error {
	const first = `insert into talk (citizen, channel, state, body, rev, began, saved) values ($1, $2, $3, $4, 1, $5, $5)
		on conflict (citizen) where state = 'open' do nothing`
	const again = `update talk set state = $3, body = $4, rev = rev + 1, saved = $5 where id = $1 and rev = $2 and state = 'open'`
	var err error
	var n int64
	if said.Talk.ID == 0 {
		tag, e := tx.Exec(ctx, first, said.Citizen, string(said.Channel), state, body, tx.Now())
		n, err = tag.RowsAffected(), e
	} else {
		tag, e := tx.Exec(ctx, again, said.Talk.ID, said.Talk.Rev, state, body, tx.Now())
		n, err = tag.RowsAffected(), e
	}
	if err == nil && n == 0 {
		return ErrMeanwhile
	}
	return pg.Fail(err, "keep a conversation")
}

// Sweep forgets what nobody came back to.
func (s *Store) Sweep(ctx context.Context) error {
	return s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		before := tx.Now().Add(-Kept)
		_, err := tx.Exec(ctx, `delete from talk where saved < $1`, before)
		if err == nil {
			_, err = tx.Exec(ctx, `delete from talk_hand where asked < $1 and closed is not null`, before)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `delete from talk_message where came < $1`, before)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `delete from talk_reply where made < $1`, before)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `delete from spoken_answer where asked < $1`, tx.Now().Add(-answersKept))
		}
		return pg.Fail(err, "forget old conversations")
	})
}

func talkAt(citizen string) seal.At { return seal.At{Table: "talk", Row: citizen, Column: "body"} }

func messageAt(channel core.ChannelName, key string) seal.At {
	return seal.At{Table: "talk_message", Row: string(channel) + "/" + strconv.Quote(key), Column: "body"}
}
