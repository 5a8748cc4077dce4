package calls

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/transcription"
	"lianou/transcription/slots"
)

// TranscriptState is how far the text of a call is.
type TranscriptState string

// The states. None is also that of a call without sound, and of a city without an
// engine: an agent types.
const (
	TranscriptNone    TranscriptState = "none"
	TranscriptWaiting TranscriptState = "waiting"
	TranscriptWorking TranscriptState = "working"
	TranscriptDone    TranscriptState = "done"
	TranscriptFailed  TranscriptState = "failed"
)

// TranscriptReason is why there is no text, or not yet. Never a text of the engine's.
type TranscriptReason string

// The reasons.
const (
	ReasonAway     TranscriptReason = "away"     // the engine does not answer; it is tried again
	ReasonAudio    TranscriptReason = "audio"    // this is no sound that anybody reads
	ReasonRejected TranscriptReason = "rejected" // the engine refused it or answered nonsense
	ReasonLong     TranscriptReason = "too_long"
	ReasonManual   TranscriptReason = "manual" // no engine is set
)

// Transcript is the text of a call, as the platform opens it. Everything in Segments
// is machine-made: it proposes, and no number out of it counts before a person said so.
type Transcript struct {
	Call                   string
	State                  TranscriptState
	Reason                 TranscriptReason
	Engine, Model, Version string
	Partial                bool // something is missing, or could not be believed
	Foreign                bool // the engine heard another language: its text helps nobody
	Live                   bool // Segments are the captions of the running call, drafts among them
	Finished               time.Time
	Segments               []transcription.Segment // by time

	Typed   string // by an agent who listened, beside the machine's and never changed by it
	TypedBy core.StaffID
	TypedAt time.Time
}

// Machine reports that Segments come from an engine. Whoever shows them says so.
func (t Transcript) Machine() bool { return len(t.Segments) > 0 }

// Redacted gives the transcript with ID, card and telephone numbers out of sight, also
// those said as Chinese numerals, with 幺 or in groups: all that is shown to whoever
// does not need the numbers themselves (F18).
func (t Transcript) Redacted() Transcript {
	t.Segments = slices.Clone(t.Segments)
	said := make([]slots.Segment, len(t.Segments))
	for i, s := range t.Segments {
		said[i] = slots.Segment{Channel: s.Channel, Text: s.Text}
	}
	for i, s := range slots.Mask(said) {
		t.Segments[i].Text = s.Text
	}
	t.Typed = slots.Mask([]slots.Segment{{Text: t.Typed}})[0].Text
	return t
}

// Text is what was said, one utterance a line; the typed text when there is one.
func (t Transcript) Text() string {
	if t.Typed != "" {
		return t.Typed
	}
	lines := make([]string, len(t.Segments))
	for i, s := range t.Segments {
		lines[i] = s.Text
	}
	return strings.Join(lines, "\n")
}

// Transcribe asks the platform, which alone can open recordings, to have a call's
// recording turned into text. Gateway to platform.
type Transcribe struct {
	Call string `json:"call" river:"unique"`
}

// SpeechQueue is the platform's queue for Transcribe: jobs that wait for an engine must
// not stand in the way of cases.
const SpeechQueue = "speech"

// Kind is the stable name.
func (Transcribe) Kind() string { return "transcribe_call" }

// InsertOpts makes the job unique by call and keeps it apart from the others.
func (Transcribe) InsertOpts() river.InsertOpts {
	opts := uniqueByArgs()
	opts.Queue = SpeechQueue
	return opts
}

// askForText notes that a recording waits to be heard, in the transaction that notes
// the recording.
func (l *Log) askForText(ctx context.Context, tx *pg.Tx, id string) error {
	if l.speech == nil {
		return nil
	}
	const sql = `insert into call_transcript (call, noted) values ($1, $2) on conflict (call) do nothing`
	if _, err := tx.Exec(ctx, sql, id, tx.Now()); err != nil {
		return pg.Fail(err, "note that a call waits for its text")
	}
	return l.speech.Insert(ctx, tx, Transcribe{Call: id})
}

// mostTyped bounds what an agent types about one call, in bytes.
const mostTyped = 64 << 10

// Typed keeps what an agent wrote down of a call. It replaces what was typed before
// and leaves the machine's text alone. Errors: KindInvalid, KindTooLarge, KindNotFound.
func (l *Log) Typed(ctx context.Context, id string, agent core.StaffID, text string) error {
	switch text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), ""); {
	case strings.TrimSpace(text) == "":
		return core.Invalid("text", "请把听到的写下来。")
	case len(text) > mostTyped:
		return core.E(core.KindTooLarge, "typed_too_long", "写得太长了,请分成几段,只留要紧的。")
	}
	words, err := l.sealWords([]byte(text), typedAt(id))
	if err != nil {
		return err
	}
	const sql = `insert into call_typed (call, agent, at, wrapped, sealed) values ($1, $2, $3, $4, $5)
		on conflict (call) do update set agent = excluded.agent, at = excluded.at, wrapped = excluded.wrapped, sealed = excluded.sealed`
	return l.attend(ctx, id, agent, "transcript.typed", func(ctx context.Context, tx *pg.Tx, _ Call) error {
		_, err := tx.Exec(ctx, sql, id, int64(agent), tx.Now(), words.wrapped, words.sealed)
		return pg.Fail(err, "keep what an agent typed")
	})
}

// words is a text sealed to the platform.
type words struct{ wrapped, sealed []byte }

func (l *Log) sealWords(plain []byte, at seal.At) (words, error) {
	env, err := l.platform.NewEnvelope()
	if err != nil {
		return words{}, err
	}
	sealed, err := env.Seal(plain, at)
	return words{env.Wrapped, sealed}, err
}

func (l *Log) openWords(w words, at seal.At) ([]byte, error) {
	key, err := l.opener.Envelope(w.wrapped)
	if err != nil {
		return nil, err
	}
	return key.Open(w.sealed, at)
}

func typedAt(id string) seal.At { return seal.At{Table: "call_typed", Row: id, Column: "sealed"} }
