package talks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/transcription"
)

// ListenAnswer is one attempt at a spoken answer; last says that no other follows. Whatever
// comes of it, the sound is gone when it has ended, and it ends when nobody waits any more.
func (l *Listener) ListenAnswer(ctx context.Context, id string, last bool) error {
	a, left, err := l.d.Desk.answer(ctx, id)
	if err != nil || a.ID == "" {
		return err
	}
	asked := time.Now()
	switch wait := l.engine.Closed(time.Now()); {
	case l.d.Engine == nil:
		return l.d.Desk.answerUnheard(ctx, id, "manual")
	case left <= 0:
		return l.d.Desk.answerUnheard(ctx, id, "late")
	case wait >= left:
		return l.d.Desk.answerUnheard(ctx, id, "away")
	case wait > 0:
		return jobs.Snooze(wait)
	}
	words, err := l.ask(ctx, min(left, l.d.Timeout), transcription.Request{AudioID: id, MIME: "audio/wav", SampleRate: a.Rate, Channels: 1,
		LengthMS: a.Length.Milliseconds(), Language: "zh", Hotwords: l.d.Hotwords, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(a.Sound)), nil }})
	switch {
	case err == nil && words == "":
		return l.d.Desk.answerUnheard(ctx, id, "nothing")
	case err == nil:
		return l.d.Desk.answerHeard(ctx, id, words)
	case errors.Is(err, transcription.ErrUnsupportedAudio):
		return l.answerLost(ctx, id, "audio", err)
	case errors.Is(err, transcription.ErrRejected):
		return l.answerLost(ctx, id, "rejected", err)
	case errors.Is(err, transcription.ErrTemporary) && ctx.Err() == nil:
		if wait := l.engine.Failed(time.Now()); wait < left-time.Since(asked) {
			return jobs.Snooze(wait)
		}
		return l.answerLost(ctx, id, "away", err)
	case last:
		return l.answerLost(ctx, id, "audio", err)
	}
	return err
}

func (l *Listener) answerLost(ctx context.Context, id, reason string, err error) error {
	l.d.Log.WarnContext(ctx, "a spoken answer has no words", "answer", id, "reason", reason, "error", err)
	return l.d.Desk.answerUnheard(ctx, id, reason)
}

// answer opens what is to be heard and says how long it is still waited for, by the clock
// that its deadline was set by; a zero one when nothing is left to do.
func (d *Desk) answer(ctx context.Context, id string) (a SpokenAnswer, left time.Duration, err error) {
	const sql = `select citizen, ms, rate, until, wrapped, sound from spoken_answer where id = $1 and state = 'hearing'`
	var ms int64
	var until time.Time
	var wrapped, sealed []byte
	err = d.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, sql, id).Scan(&a.Citizen, &ms, &a.Rate, &until, &wrapped, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // heard, late, or forgotten
		}
		left = until.Sub(tx.Now())
		return pg.Fail(err, "read a spoken answer")
	})
	if err != nil || sealed == nil {
		return SpokenAnswer{}, left, err
	}
	key, err := d.d.Opener.Envelope(wrapped)
	if err != nil {
		return SpokenAnswer{}, left, err
	}
	a.ID, a.Length = id, time.Duration(ms)*time.Millisecond
	a.Sound, err = key.Open(sealed, answerAt(id, "sound"))
	return a, left, err
}

// answerHeard keeps what a machine heard, for the gateway alone, and drops the sound.
func (d *Desk) answerHeard(ctx context.Context, id, words string) error {
	out, err := sealLine(d.d.Gateway, words, answerAt(id, "out_sealed"))
	if err != nil {
		return err
	}
	const sql = `update spoken_answer set state = 'heard', out_wrapped = $2, out_sealed = $3, wrapped = null, sound = null, finished = $4 where id = $1 and state = 'hearing'`
	return d.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql, id, out.wrapped, out.sealed, tx.Now())
		return pg.Fail(err, "keep what was heard in an answer")
	})
}

// answerUnheard keeps why there are no words, and drops the sound: they say it again, or type.
func (d *Desk) answerUnheard(ctx context.Context, id, reason string) error {
	const sql = `update spoken_answer set state = 'not_heard', reason = $2, wrapped = null, sound = null, finished = $3 where id = $1 and state = 'hearing'`
	return d.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql, id, reason, tx.Now())
		return pg.Fail(err, "end the hearing of an answer")
	})
}
