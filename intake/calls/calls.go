package calls

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
)

type riverOpts = river.InsertOpts

func uniqueWhileWaiting() riverOpts {
	return riverOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

func uniqueByArgs() riverOpts { return riverOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}} }

// Deps is what a Log works with. Ring, Platform, Blind and Jobs are the gateway's,
// for Heard and the recordings; Opener is the platform's, for Waiting and Get. A
// program leaves out what it does not have.
type Deps struct {
	DB       *pg.DB         // required
	Bell     *bell.Bell     // required
	Audit    *audit.Log     // required
	Ring     *seal.Ring     // seals a recording's address to the gateway itself
	Platform seal.Recipient // seals the caller's number and every word to the platform
	Blind    seal.Blinder   // finds calls of one number
	Jobs     *jobs.Inserter // the gateway's queue
	Speech   *jobs.Inserter // the platform's queue, for Transcribe; nil: no text is asked for
	Opener   *seal.Opener   // opens the caller's number and transcripts
	Share    int            // of a hundred finished calls, how many are drawn to be listened to again
}

// Log is the record of calls. It is safe for use by many goroutines.
type Log struct {
	db       *pg.DB
	bell     *bell.Bell
	audit    *audit.Log
	ring     *seal.Ring
	platform seal.Recipient
	blind    seal.Blinder
	jobs     *jobs.Inserter
	speech   *jobs.Inserter
	opener   *seal.Opener
	share    int
}

// New makes a Log. Errors are KindInvalid for what is always required.
func New(d Deps) (*Log, error) {
	if d.DB == nil || d.Bell == nil || d.Audit == nil {
		return nil, core.E(core.KindInvalid, "calls_deps", "").Wrap(errors.New("calls.New needs DB, Bell and Audit"))
	}
	return &Log{db: d.DB, bell: d.Bell, audit: d.Audit, ring: d.Ring, platform: d.Platform, blind: d.Blind, jobs: d.Jobs, speech: d.Speech, opener: d.Opener, share: d.Share}, nil
}

// State is where a call stands.
type State string

// The states, in the order a call goes through them.
const (
	StateRinging State = "ringing" // not answered yet
	StateTalking State = "talking"
	StateEnded   State = "ended" // over, and nobody has said what became of it
	StateDone    State = "done"
)

// Call is one call as the agents' room shows it.
type Call struct {
	ID             string
	Exchange       string
	Caller         core.Phone // zero when withheld or when this program cannot open it
	Called         string
	Began          time.Time
	Answered       time.Time
	Ended          time.Time
	Recording      core.BlobDigest
	RecordingState string // "none", "pending", "stored", "lost"
	Agent          core.StaffID
	Done           time.Time
	Outcome        Outcome
	Wish           Wish
	Keyed          bool      // something was keyed in: KeyedIn opens it
	Partial        bool      // the recording stops before the call did, or has holes
	Tries          int       // times rung back in vain
	NextTry        time.Time // when to ring again; zero for at once, or for no more
	Same           int       // as Waiting lists it: calls of this line, with itself; else 0
}

// State derives where the call stands.
func (c Call) State() State {
	switch {
	case !c.Done.IsZero():
		return StateDone
	case !c.Ended.IsZero():
		return StateEnded
	case !c.Answered.IsZero():
		return StateTalking
	}
	return StateRinging
}

// Abandoned reports a call whose caller hung up before anybody answered: somebody
// rings back.
func (c Call) Abandoned() bool { return c.Answered.IsZero() && !c.Ended.IsZero() }

// Outcome is what became of a call.
type Outcome string

// The outcomes.
const (
	OutcomeApplied   Outcome = "applied"     // it became one application or more
	OutcomeAnswered  Outcome = "answered"    // a question, answered
	OutcomeCalled    Outcome = "called"      // rung back and settled
	OutcomeNoContact Outcome = "no_answer"   // rung back three times in vain
	OutcomeNotOurs   Outcome = "not_ours"    // passed to another line
	OutcomeServed    Outcome = "self_served" // the voice told how far it is, and that was all; no agent says this
	OutcomeSame      Outcome = "same_number" // hung up, and its number was rung for another call; no agent says this
	OutcomeLapsed    Outcome = "lapsed"      // asked for in a chat by who left no number, and nobody came; no agent says this
)

var outcomes = []Outcome{OutcomeApplied, OutcomeAnswered, OutcomeCalled, OutcomeNoContact, OutcomeNotOurs}

const columns = `id, exchange, caller, caller_key, called, began, answered, ended, recording, recording_state, agent, done, outcome, wish, keyed, about, partial, tries, next_try`

// Get reads one call. Errors: KindNotFound.
func (l *Log) Get(ctx context.Context, id string) (Call, error) {
	const sql = `select ` + columns + ` from call where id = $1`
	var c Call
	err := l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		c, err = l.scan(tx.QueryRow(ctx, sql, id))
		return err
	})
	return c, err
}

// filedSQL asks in code-point order, in which $ is the sign behind #.
const filedSQL = `select receipt from application where channel = 'agent'
	and key collate "C" >= $1 || '#' and key collate "C" < $1 || '$' order by at, id limit 100`

// Filed lists the receipts of the applications that came of a call, oldest first: the
// agent's key of each begins with the call's id.
func (l *Log) Filed(ctx context.Context, id string) ([]core.Receipt, error) {
	var out []core.Receipt
	err := l.db.Read(ctx, pg.City("what came of one call, for whoever took it"), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, filedSQL, id)
		if err != nil {
			return pg.Fail(err, "list what a call became")
		}
		out, err = pgx.CollectRows(rows, pgx.RowTo[core.Receipt])
		return pg.Fail(err, "list what a call became")
	})
	return out, err
}

// FiledAs lists the same applications by their ids, in the caller's transaction.
func (l *Log) FiledAs(ctx context.Context, tx *pg.Tx, id string) ([]core.ApplicationID, error) {
	const sql = `select id from application where channel = 'agent' and key collate "C" >= $1 || '#' and key collate "C" < $1 || '$' order by at, id limit 100`
	rows, err := tx.Query(ctx, sql, id)
	if err != nil {
		return nil, pg.Fail(err, "list what a call became")
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[core.ApplicationID])
	return out, pg.Fail(err, "list what a call became")
}

type scanner interface{ Scan(...any) error }

func (l *Log) scan(row scanner) (Call, error) {
	var c Call
	var caller, key, keyed []byte
	var before string // as the release before kept it
	var answered, ended, done, next *time.Time
	var agent *int64
	err := row.Scan(&c.ID, &c.Exchange, &caller, &key, &c.Called, &c.Began, &answered, &ended, &c.Recording, &c.RecordingState, &agent, &done, &c.Outcome, &c.Wish, &keyed, &before, &c.Partial, &c.Tries, &next)
	if err != nil {
		return Call{}, pg.Fail(err, "read a call")
	}
	c.Keyed = keyed != nil || before != ""
	c.Answered, c.Ended, c.Done, c.NextTry = when(answered), when(ended), when(done), when(next)
	if agent != nil {
		c.Agent = core.StaffID(*agent)
	}
	c.Caller, err = l.callerOf(c.ID, caller, key)
	return c, err
}

// callerOf opens the number of a call; zero when it was withheld or when this program
// cannot open it.
func (l *Log) callerOf(id string, caller, key []byte) (core.Phone, error) {
	if caller == nil || l.opener == nil {
		return core.Phone{}, nil
	}
	data, err := l.opener.Envelope(key)
	if err != nil {
		return core.Phone{}, err
	}
	plain, err := data.Open(caller, callerAt(id))
	if err != nil {
		return core.Phone{}, err
	}
	return core.ParsePhone(string(plain))
}

func when(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
