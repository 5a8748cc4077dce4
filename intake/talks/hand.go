package talks

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// How says in which way a hand-over ended.
type How string

// The ways. Left and Rung are the person's own, Lapsed nobody's, the others an agent's.
const (
	HowBack  How = "back"  // the agent gave the conversation back
	HowFiled How = "filed" // it became an application at the desk
	HowDone  How = "done"  // the agent finished otherwise
	HowLeft  How = "left"  // the person goes on alone
	HowRung  How = "rung"  // the person would rather be rung up

	HowLapsed How = "lapsed" // nobody came, or nobody ended it
)

// Hand is a conversation in the hands of an agent. The zero value is none.
type Hand struct {
	Call   string // the call in whose list it waits
	Asked  time.Time
	Opened bool  // an agent has read it
	How    How   // "" while it is in their hands
	Talk   int64 // the conversation they have; 0 for one that is forgotten since
}

// HandOf reads the hand-over that somebody's conversation is in, or has come back from
// without being gone on with.
func (s *Store) HandOf(ctx context.Context, citizen string) (h Hand, err error) {
	const sql = `select call, asked, opened is not null, how, coalesce(talk, 0) from talk_hand where citizen = $1 and over is null`
	err = s.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, sql, citizen).Scan(&h.Call, &h.Asked, &h.Opened, &h.How, &h.Talk)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return pg.Fail(err, "read a hand-over")
	})
	return h, err
}

// Handing hands a conversation to the agents.
type Handing struct {
	Call  string // in the record of calls already
	First int64  // the message it began with
	Facts []byte // the form as far as it is, for the agent to take over
	Cards []core.BlobDigest
}

// Passed is what a turn passes on while a conversation is in an agent's hands.
type Passed struct {
	Call  string
	Lines []Line
}

// TakenUp says that a turn takes a conversation up again: because the person wants that, or
// because the agent has finished.
type TakenUp struct {
	Call string
	How  How                                        // the person's way; "" for what the agent did
	Also func(ctx context.Context, tx *pg.Tx) error // in the same transaction; nil for nothing
}

// hand does what a turn has to do with agents, at the end of its transaction.
func (s *Store) hand(ctx context.Context, tx *pg.Tx, said Said) error {
	if said.Pass != nil {
		if err := s.passOn(ctx, tx, said); err != nil {
			return err
		}
	}
	if said.Up != nil {
		if err := s.takeUp(ctx, tx, said); err != nil {
			return err
		}
	}
	if said.Hand == nil {
		return nil
	}
	const open = `insert into talk_hand (call, citizen, asked, talk)
		values ($1, $2, $3, (select id from talk where citizen = $2 and state = 'open')) on conflict do nothing`
	tag, err := tx.Exec(ctx, open, said.Hand.Call, said.Citizen, tx.Now())
	if err != nil {
		return pg.Fail(err, "hand a conversation over")
	}
	if tag.RowsAffected() == 0 {
		return ErrMeanwhile // it is in somebody's hands: what came goes there
	}
	lines, err := s.history(ctx, tx, said)
	if err != nil {
		return err
	}
	if err := s.put(ctx, tx, said.Hand.Call, lines); err != nil {
		return err
	}
	return s.note(ctx, tx, said.Citizen, "talk.handed", said.Hand.Call)
}

func (s *Store) note(ctx context.Context, tx *pg.Tx, citizen, act, call string) error {
	return s.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: citizen}, Act: act, Subject: "call:" + call, Purpose: "chat"})
}

// takeUp ends a hand-over on the gateway's side.
func (s *Store) takeUp(ctx context.Context, tx *pg.Tx, said Said) error {
	const own = `update talk_hand set closed = $2, how = $3, over = $2 where call = $1 and over is null and closed is null`
	const agents = `update talk_hand set over = $2 where call = $1 and over is null and closed is not null`
	t := said.Up
	tag, err := tx.Exec(ctx, agents, t.Call, tx.Now())
	if t.How != "" {
		tag, err = tx.Exec(ctx, own, t.Call, tx.Now(), string(t.How))
	}
	if err != nil {
		return pg.Fail(err, "take a conversation up again")
	}
	if tag.RowsAffected() == 0 {
		return ErrMeanwhile
	}
	if t.Also != nil {
		if err := t.Also(ctx, tx); err != nil {
			return err
		}
	}
	if t.How == "" {
		return nil
	}
	return s.note(ctx, tx, said.Citizen, "talk.left", t.Call)
}

// passOn gives the agent what came and what we said to it. The row is held until the
// commit, so that no agent finishes beside it without having seen it.
func (s *Store) passOn(ctx context.Context, tx *pg.Tx, said Said) error {
	const hold = `select from talk_hand where call = $1 and closed is null for share`
	err := tx.QueryRow(ctx, hold, said.Pass.Call).Scan()
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrMeanwhile
	}
	if err != nil {
		return pg.Fail(err, "hold a hand-over")
	}
	return s.put(ctx, tx, said.Pass.Call, said.Pass.Lines)
}

// Overdue tells everybody whose conversation no agent has opened for so long, once, and
// gives who they were. The words are sent by the turn that it asks for.
func (s *Store) Overdue(ctx context.Context, wait time.Duration, words string) (n int, err error) {
	const due = `update talk_hand set told = $1 where call in (select call from talk_hand
			where closed is null and opened is null and told is null and asked < $1::timestamptz - make_interval(secs => $2)
			order by asked limit 100 for update skip locked)
		returning call, citizen`
	var calls []string
	err = s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		calls = nil
		rows, err := tx.Query(ctx, due, tx.Now(), wait.Seconds())
		if err != nil {
			return pg.Fail(err, "find who waits for an agent")
		}
		type waiting struct{ Call, Citizen string }
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[waiting])
		if err != nil {
			return pg.Fail(err, "find who waits for an agent")
		}
		for _, w := range list {
			if err := s.tell(ctx, tx, w.Citizen, w.Call, words); err != nil {
				return err
			}
			calls = append(calls, w.Call)
		}
		return nil
	})
	for _, call := range calls {
		s.ring(ctx, call)
	}
	return len(calls), err
}

// tell says something of ours to somebody whose conversation is with the agents.
func (s *Store) tell(ctx context.Context, tx *pg.Tx, citizen, call, words string) error {
	sealed, err := s.d.Ring.Seal([]byte(words), replyAt(citizen))
	if err != nil {
		return err
	}
	const say = `insert into talk_reply (citizen, body, made) values ($1, $2, $3)`
	if _, err := tx.Exec(ctx, say, citizen, sealed, tx.Now()); err != nil {
		return pg.Fail(err, "keep a reply")
	}
	line := Line{Key: "told", Side: SideWe, Kind: LineText, Body: words, At: tx.Now()}
	if err := s.put(ctx, tx, call, []Line{line}); err != nil {
		return err
	}
	return s.d.Jobs.Insert(ctx, tx, Turn{citizen})
}

// Waiting asks the gateway to tell whoever waits too long for an agent, and to end what
// nobody ends; inserted every minute.
type Waiting struct{}

// Kind is the stable name.
func (Waiting) Kind() string { return "talk_waiting" }

// InsertOpts keeps a slow look from being followed by a heap of them.
func (Waiting) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}
