package talks

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// VoiceWait is how long a conversation waits for the words of a voice message. A dead
// engine must not hold up somebody who can type.
const VoiceWait = time.Minute

// VoiceQueue is the platform's queue for Hear: somebody waits for the words of a few
// seconds, and a recording of an hour must not stand before them.
const VoiceQueue = "voice"

// Hear asks the platform, which alone can open it, to have a voice message turned into
// words. Gateway to platform.
type Hear struct {
	Message int64 `json:"message" river:"unique"`
}

// Kind is the stable name.
func (Hear) Kind() string { return "hear_talk" }

// InsertOpts makes the job unique by message and keeps it apart from the others.
func (Hear) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: VoiceQueue, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// VoiceState is how far the words of a voice message are.
type VoiceState string

// The states. VoiceNone is a message whose sound is not kept yet, VoiceOver one that was
// waited for long enough.
const (
	VoiceNone    VoiceState = ""
	VoiceWaiting VoiceState = "waiting"
	VoiceOver    VoiceState = "over"
	VoiceHeard   VoiceState = "heard"
	VoiceFailed  VoiceState = "failed"
)

// Sound is a voice message as it is kept.
type Sound struct {
	Message int64
	Citizen string
	Blob    core.BlobDigest
	MIME    string
	Bytes   int64
}

// Voice is how far a voice message is. Words are a machine's.
type Voice struct {
	State VoiceState
	Blob  core.BlobDigest
	Words string
}

// KeepVoice notes where the sound of a message is, asks for its words, and for a turn when
// they have been waited for long enough; all in one transaction. Again is a success.
func (s *Store) KeepVoice(ctx context.Context, v Sound) error {
	const sql = `insert into talk_voice (message, citizen, blob, mime, bytes, asked, until) values ($1, $2, $3, $4, $5, $6, $7) on conflict (message) do nothing`
	return s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, sql, v.Message, v.Citizen, string(v.Blob), v.MIME, v.Bytes, tx.Now(), tx.Now().Add(VoiceWait))
		if err != nil || tag.RowsAffected() == 0 {
			return pg.Fail(err, "keep a voice message")
		}
		if err := s.d.Speech.Insert(ctx, tx, Hear{v.Message}); err != nil {
			return err
		}
		return s.d.Jobs.InsertAt(ctx, tx, time.Now().Add(VoiceWait+2*time.Second), Turn{v.Citizen})
	})
}

// VoiceOf reads how far a voice message is.
func (s *Store) VoiceOf(ctx context.Context, message int64) (v Voice, err error) {
	const sql = `select state, blob, until <= $2, out_wrapped, out_sealed from talk_voice where message = $1`
	var over bool
	var wrapped, sealed []byte
	err = s.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, sql, message, tx.Now()).Scan(&v.State, &v.Blob, &over, &wrapped, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return pg.Fail(err, "read a voice message")
	})
	switch {
	case err != nil:
		return v, err
	case v.State == VoiceWaiting && over:
		v.State = VoiceOver
	case v.State == VoiceHeard:
		key, err := s.d.Opener.Envelope(wrapped)
		if err != nil {
			return v, err
		}
		plain, err := key.Open(sealed, voiceAt(message, "out_sealed"))
		v.Words = string(plain)
		return v, err
	}
	return v, nil
}

func voiceAt(message int64, column string) seal.At {
	return seal.At{Table: "talk_voice", Row: strconv.FormatInt(message, 10), Column: column}
}
