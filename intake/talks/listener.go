package talks

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/blob"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/transcription"
)

// mostTrying is how long an engine that is away is tried for the agent's sake; the person
// has long been asked to type.
const mostTrying = time.Hour

// ListenerDeps are what a Listener works with. All but Engine are required.
type ListenerDeps struct {
	Desk     *Desk
	Blobs    *blob.Store
	Engine   transcription.Recognizer // nil: an agent listens
	Hotwords []transcription.Hotword
	Timeout  time.Duration // of the engine for one message. Defaults to 40 s.
	Log      *slog.Logger
}

// Listener turns voice messages into words, at the platform. A sound is given to the
// engine as it came: who cannot take it says so, and an agent listens. However the engine
// behaves, it delays no conversation: they wait by the clock, and its jobs have a queue of
// their own.
type Listener struct {
	d      ListenerDeps
	engine transcription.Breaker
}

// NewListener checks what it needs.
func NewListener(d ListenerDeps) (*Listener, error) {
	if d.Desk == nil || d.Blobs == nil || d.Log == nil {
		return nil, core.E(core.KindInvalid, "listener_deps", "").Wrap(errors.New("talks.NewListener needs a desk, blobs and a log"))
	}
	if d.Timeout <= 0 {
		d.Timeout = 40 * time.Second
	}
	return &Listener{d: d}, nil
}

// Register adds the worker.
func (l *Listener) Register(list *jobs.Workers) {
	jobs.Work(list, l.d.Timeout+20*time.Second, func(ctx context.Context, job jobs.Job[Hear]) error { return l.Listen(ctx, job.Args.Message, job.Last) })
	jobs.Work(list, l.d.Timeout+20*time.Second, func(ctx context.Context, job jobs.Job[HearAnswer]) error {
		return l.ListenAnswer(ctx, job.Args.ID, job.Last)
	})
}

// Listen is one attempt at one message; last says that no other follows. Doing it again
// finds its work done.
func (l *Listener) Listen(ctx context.Context, message int64, last bool) error {
	if wait := l.engine.Closed(time.Now()); wait > 0 {
		return jobs.Snooze(wait)
	}
	v, age, err := l.d.Desk.sound(ctx, message)
	if err != nil || v.Blob == "" {
		return err
	}
	if l.d.Engine == nil {
		return l.d.Desk.unheard(ctx, v, "manual")
	}
	words, err := l.hear(ctx, v)
	switch {
	case err == nil && words == "":
		return l.d.Desk.unheard(ctx, v, "nothing")
	case err == nil:
		return l.d.Desk.heard(ctx, v, words)
	case errors.Is(err, transcription.ErrUnsupportedAudio):
		return l.lost(ctx, v, "audio", err)
	case errors.Is(err, transcription.ErrRejected):
		return l.lost(ctx, v, "rejected", err)
	case errors.Is(err, transcription.ErrTemporary) && ctx.Err() == nil:
		wait := l.engine.Failed(time.Now())
		if age > mostTrying {
			return l.lost(ctx, v, "away", err)
		}
		return jobs.Snooze(wait)
	case last:
		return l.lost(ctx, v, "audio", err) // it cannot be opened
	}
	return err
}

func (l *Listener) lost(ctx context.Context, v Sound, reason string, err error) error {
	l.d.Log.WarnContext(ctx, "a voice message has no words", "message", v.Message, "reason", reason, "error", err)
	return l.d.Desk.unheard(ctx, v, reason)
}

// hear asks the engine, with the sound as it came.
func (l *Listener) hear(ctx context.Context, v Sound) (string, error) {
	r := transcription.Request{AudioID: string(v.Blob[:16]), MIME: v.MIME, SampleRate: 8000, Channels: 1, LengthMS: lengthOf(v), Language: "zh", Hotwords: l.d.Hotwords,
		Open: func() (io.ReadCloser, error) { return l.d.Blobs.Open(ctx, v.Blob) }}
	return l.ask(ctx, l.d.Timeout, r)
}

// ask gives a sound to the engine, for so long. Errors: those of transcription, and what
// kept the sound from being opened.
func (l *Listener) ask(ctx context.Context, most time.Duration, r transcription.Request) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	res, err := l.d.Engine.Transcribe(ctx, r)
	if errors.Is(err, context.DeadlineExceeded) {
		err = transcription.ErrTemporary.Wrap(errors.New("no answer in time"))
	}
	if err != nil {
		return "", err
	}
	l.engine.Served(time.Now())
	res = transcription.Check(res, r, 0)
	if transcription.Foreign(res.Segments) {
		return "", transcription.ErrRejected.Wrap(errors.New("another language"))
	}
	var words []string
	for _, s := range res.Segments {
		words = append(words, s.Text)
	}
	return strings.TrimSpace(strings.Join(words, "")), nil
}

// lengthOf bounds how long a sound lasts: the sparsest speech that WeChat records has some
// 600 bytes a second, and no message is longer than a minute.
func lengthOf(v Sound) int64 { return min(v.Bytes*1000/600+1000, 60_000) }

// sound reads what is to be heard; a zero Sound when nothing is left to do.
func (d *Desk) sound(ctx context.Context, message int64) (v Sound, age time.Duration, err error) {
	const sql = `select message, citizen, blob, mime, bytes, extract(epoch from $2::timestamptz - asked)::float8 from talk_voice where message = $1 and state = 'waiting'`
	var secs float64
	err = d.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return pg.Fail(tx.QueryRow(ctx, sql, message, tx.Now()).Scan(&v.Message, &v.Citizen, &v.Blob, &v.MIME, &v.Bytes, &secs), "read a voice message")
	})
	if core.KindOf(err) == core.KindNotFound {
		return Sound{}, 0, nil // heard already, or forgotten
	}
	return v, time.Duration(secs * float64(time.Second)), err
}

// heard keeps what a machine heard, for both programs, and asks for a turn.
func (d *Desk) heard(ctx context.Context, v Sound, words string) error {
	own, err := sealLine(d.d.Self, words, voiceAt(v.Message, "sealed"))
	if err != nil {
		return err
	}
	out, err := sealLine(d.d.Gateway, words, voiceAt(v.Message, "out_sealed"))
	if err != nil {
		return err
	}
	const sql = `update talk_voice set state = 'heard', wrapped = $2, sealed = $3, out_wrapped = $4, out_sealed = $5, finished = $6 where message = $1 and state = 'waiting'`
	return d.ended(ctx, v, sql, own.wrapped, own.sealed, out.wrapped, out.sealed)
}

// unheard keeps why there are no words. The sound stays, for an agent.
func (d *Desk) unheard(ctx context.Context, v Sound, reason string) error {
	return d.ended(ctx, v, `update talk_voice set state = 'failed', reason = $2, finished = $3 where message = $1 and state = 'waiting'`, reason)
}

func (d *Desk) ended(ctx context.Context, v Sound, sql string, args ...any) error {
	err := d.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, sql, append(append([]any{v.Message}, args...), tx.Now())...)
		if err != nil || tag.RowsAffected() == 0 {
			return pg.Fail(err, "end the hearing of a voice message")
		}
		return d.d.Jobs.Insert(ctx, tx, Turn{v.Citizen})
	})
	if err == nil {
		d.d.Bell.Ring(ctx, Topic, "talk.heard", "message:"+strconv.FormatInt(v.Message, 10))
	}
	return err
}
