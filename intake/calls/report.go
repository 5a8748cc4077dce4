package calls

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Topic is the bell that rings when the list of calls changes.
const Topic = "calls"

// Report is what an exchange says about a call, complete or in part. Zero values
// say nothing.
type Report struct {
	ID       string // Call-ID
	Exchange string // the adapter's name for the exchange
	Caller   core.Phone
	Called   string
	Began    time.Time
	Answered time.Time
	Ended    time.Time
	// RecordingURL is where the audio can be fetched; it is sealed at rest.
	RecordingURL string
	// Delivery names the message that carried the report; "" for none. The same id
	// twice is the same message, and its repetition is no news whatever the time.
	Delivery string
	Body     []byte // of the message, to tell a repetition from another use of its id

	// What only a line of our own knows. Sound says what becomes of the recording,
	// Partial that it stops before the call did or has holes.
	Wish    Wish
	Keyed   Keyed
	Sound   Sound
	Partial bool
}

// Wish is what a call that our own voice took came to be about.
type Wish string

// The wishes. "" is a call that somebody else took.
const (
	WishRequest  Wish = "request"
	WishCallBack Wish = "call_back"
	WishStatus   Wish = "status"   // heard the state of an application; with the call's end nobody is needed
	WishAppeal   Wish = "appeal"   // a decision is wrong, says its household: somebody rings back and takes it down
	WishUnsolved Wish = "unsolved" // a matter is not solved, says its household: the same
	WishObject   Wish = "object"   // said something against a public notice; it is heard and taken down
)

// RingsBack reports whether a caller with this wish waits to be rung.
func (w Wish) RingsBack() bool {
	return w == WishCallBack || w == WishAppeal || w == WishUnsolved
}

// FromChat is the exchange of who asked in a chat to be rung: there was no call yet, and
// there is no sound.
const FromChat = "wechat"

// Sound says whether a recording is to come that no address is given for.
type Sound string

// What becomes of a recording.
const (
	SoundNone    Sound = "none" // "" says the same
	SoundPending Sound = "pending"
	SoundLost    Sound = "lost" // the call was answered and nothing was recorded
)

// FetchRecording asks the gateway to fetch a call's recording.
type FetchRecording struct {
	Call string `json:"call" river:"unique"`
}

// Kind is the stable name.
func (FetchRecording) Kind() string { return "fetch_recording" }

// InsertOpts makes the job unique by call.
func (FetchRecording) InsertOpts() riverOpts { return uniqueByArgs() }

// ErrDeliveryReused says that a message id came back with another body.
var ErrDeliveryReused = core.E(core.KindConflict, "delivery_reused", "")

// Heard merges a report into the call's record. Reports may repeat and may come in
// any order: times only move outward (the earliest beginning and answer, the
// latest end; an end that the sweeper guessed gives way to any), and what is known is
// never replaced by something else. It gives whether anything changed; a change rings
// the bell, after the commit.
//
// Errors: KindInvalid for a report without a usable Call-ID, ErrDeliveryReused.
func (l *Log) Heard(ctx context.Context, r Report) (changed bool, err error) {
	err = l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		changed, err = l.HeardIn(ctx, tx, r)
		return err
	})
	if err == nil && changed {
		l.Listed(ctx, r.ID)
	}
	return changed, err
}

// HeardIn is Heard in the caller's transaction, for a call that is there exactly if what
// asks for it is. It rings no bell: the caller does by Listed, after the commit.
func (l *Log) HeardIn(ctx context.Context, tx *pg.Tx, r Report) (changed bool, err error) {
	if r.ID == "" || len(r.ID) > 200 || r.Exchange == "" {
		return false, core.Invalid("call_id", "")
	}
	sealed, err := l.sealReport(r)
	if err != nil {
		return false, err
	}
	again, err := delivered(ctx, tx, r)
	if err != nil || again {
		return false, err
	}
	changed, fetch, err := merge(ctx, tx, r, sealed)
	if err != nil {
		return false, err
	}
	if err := serve(ctx, tx, r); err != nil || !fetch {
		return changed, err
	}
	return changed, l.jobs.Insert(ctx, tx, FetchRecording{Call: r.ID})
}

// Listed rings the bell for a call that HeardIn noted.
func (l *Log) Listed(ctx context.Context, id string) { l.bell.Ring(ctx, Topic, "call.heard", id) }

type sealedReport struct {
	caller, callerKey, blind, url []byte
	keyed                         words
}

func (l *Log) sealReport(r Report) (s sealedReport, err error) {
	if !r.Caller.IsZero() {
		env, err := l.platform.NewEnvelope()
		if err != nil {
			return s, err
		}
		if s.caller, err = env.Seal([]byte(r.Caller.Reveal()), callerAt(r.ID)); err != nil {
			return s, err
		}
		s.callerKey, s.blind = env.Wrapped, l.blind.Blind("call.caller", r.Caller.Reveal())
	}
	if s.keyed, err = l.sealKeyed(r.ID, r.Keyed); err != nil {
		return s, err
	}
	if r.RecordingURL != "" {
		s.url, err = l.ring.Seal([]byte(r.RecordingURL), urlAt(r.ID))
	}
	return s, err
}

func callerAt(id string) seal.At { return seal.At{Table: "call", Row: id, Column: "caller"} }
func urlAt(id string) seal.At    { return seal.At{Table: "call", Row: id, Column: "recording_url"} }

// delivered notes a message's id, for ever, and tells whether it was here before: the
// transaction that noted it merged it too.
func delivered(ctx context.Context, tx *pg.Tx, r Report) (again bool, err error) {
	if r.Delivery == "" {
		return false, nil
	}
	sum := sha256.Sum256(r.Body)
	const note = `insert into call_delivery (source, id, digest) values ($1, $2, $3) on conflict (source, id) do nothing`
	tag, err := tx.Exec(ctx, note, r.Exchange, r.Delivery, sum[:])
	if err != nil || tag.RowsAffected() == 1 {
		return false, pg.Fail(err, "note a delivery")
	}
	var first []byte
	const read = `select digest from call_delivery where source = $1 and id = $2`
	if err := tx.QueryRow(ctx, read, r.Exchange, r.Delivery).Scan(&first); err != nil {
		return false, pg.Fail(err, "read a delivery")
	}
	if !bytes.Equal(first, sum[:]) {
		return false, ErrDeliveryReused
	}
	return true, nil
}

// merge writes the union of what was known and what is reported. The conflict
// clause compares before it writes, so a repetition changes no row.
//
// What was keyed in goes with the wish, and the last wish holds. The menu of our own line sets both
// as a key is confirmed and gives them together, as they stand when the caller hangs up (menu.Wish,
// menu.About): who heard of their application and then rang about a notice has the notice's number,
// and who knows no number has none. A first number beside a last wish would have an agent open
// another household's application and write the objection down there. Of one wish the first number
// stays: two sealings of one number are never equal, and a line reports a call once.
func merge(ctx context.Context, tx *pg.Tx, r Report, s sealedReport) (changed, fetch bool, err error) {
	const sql = `
		insert into call as c (id, exchange, caller, caller_key, caller_blind, called, began, answered, ended, recording_url, recording_state, noted, wish, partial, keyed, keyed_key)
		values ($1, $2, $3, $4, $5, $6, coalesce(least($7::timestamptz, $8::timestamptz, $9::timestamptz), transaction_timestamp()), $8::timestamptz, $9::timestamptz, $10::bytea, case when $10::bytea is null then $12 else 'pending' end, $11, $13, $14, $15, $16)
		on conflict (id) do update set
			caller = coalesce(c.caller, excluded.caller), caller_key = coalesce(c.caller_key, excluded.caller_key),
			caller_blind = coalesce(c.caller_blind, excluded.caller_blind),
			called = case when c.called = '' then excluded.called else c.called end,
			began = least(c.began, $7::timestamptz, $8::timestamptz, $9::timestamptz), answered = least(c.answered, excluded.answered),
			ended = case when c.end_guessed and excluded.ended is not null then excluded.ended else greatest(c.ended, excluded.ended) end,
			end_guessed = c.end_guessed and excluded.ended is null, sound_settled = false,
			recording_url = coalesce(c.recording_url, excluded.recording_url),
			recording_state = case when c.recording_state = 'none' then excluded.recording_state
				when c.recording_state = 'lost' and c.recording_url is null then case when excluded.recording_state = 'none' then 'lost' else excluded.recording_state end
				else c.recording_state end,
			wish = case when excluded.wish = '' then c.wish else excluded.wish end, partial = c.partial or excluded.partial,
			keyed = case when excluded.wish <> '' and excluded.wish <> c.wish then excluded.keyed else coalesce(c.keyed, excluded.keyed) end,
			keyed_key = case when excluded.wish <> '' and excluded.wish <> c.wish then excluded.keyed_key else coalesce(c.keyed_key, excluded.keyed_key) end
		where (c.caller is null and excluded.caller is not null) or (c.called = '' and excluded.called <> '')
			or least($7::timestamptz, $8::timestamptz, $9::timestamptz) < c.began
			or (c.answered is null and excluded.answered is not null) or excluded.answered < c.answered
			or ((c.ended is null or c.end_guessed) and excluded.ended is not null) or excluded.ended > c.ended
			or (c.recording_url is null and excluded.recording_url is not null)
			or (c.recording_state = 'none' and excluded.recording_state <> 'none')
			or (c.recording_state = 'lost' and c.recording_url is null and excluded.recording_state = 'pending')
			or (excluded.wish <> '' and excluded.wish <> c.wish) or (c.keyed is null and excluded.keyed is not null) or (excluded.partial and not c.partial)
		returning recording_state`
	var state string
	err = tx.QueryRow(ctx, sql, r.ID, r.Exchange, s.caller, s.callerKey, s.blind, r.Called,
		known(r.Began), known(r.Answered), known(r.Ended), s.url, tx.Now(),
		cmp.Or(r.Sound, SoundNone), r.Wish, r.Partial, s.keyed.sealed, s.keyed.wrapped).Scan(&state)
	if core.KindOf(pg.Fail(err, "merge a call")) == core.KindNotFound {
		return false, false, nil
	}
	if err != nil {
		return false, false, pg.Fail(err, "merge a call")
	}
	return true, s.url != nil && state == "pending", nil
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// serve ends a call whose caller heard what they asked for and wanted nobody.
func serve(ctx context.Context, tx *pg.Tx, r Report) error {
	if r.Wish != WishStatus || r.Ended.IsZero() {
		return nil
	}
	_, err := tx.Exec(ctx, `update call set done = $2, outcome = $3, next_try = null where id = $1 and done is null and agent is null`, r.ID, tx.Now(), OutcomeServed)
	return pg.Fail(err, "end a call that needed nobody")
}
