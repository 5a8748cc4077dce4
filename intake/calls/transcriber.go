package calls

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"lianou/core"
	"lianou/core/blob"
	"lianou/core/jobs"
	"lianou/transcription"
)

// Bounds of the work on one recording.
const (
	longestSound = 2 * time.Hour
	atOnce       = 2                  // channels of one recording
	ownFailures  = 5                  // failures of one recording while the engine served others
	longestWait  = 7 * 24 * time.Hour // for an engine that is away
)

// Hearing is what a Transcriber works with. Only the platform can: it alone opens
// recordings.
type Hearing struct {
	Log    *Log        // required
	Blobs  *blob.Store // required
	Engine transcription.Recognizer
	// Hotwords are words that are likely to be said, the likeliest first.
	Hotwords []transcription.Hotword
	// Timeout bounds the engine's work on one channel. Defaults to 4 minutes.
	Timeout time.Duration
	Warn    *slog.Logger // required
}

// Transcriber turns recordings into text, one request a channel. Without an engine it
// notes that an agent types. However the engine behaves, it delays no call, no
// application and no other job: its jobs have a queue of their own, and an engine that
// is away is left alone for a while.
type Transcriber struct {
	h      Hearing
	engine transcription.Breaker
}

// NewTranscriber checks what it needs.
func NewTranscriber(h Hearing) (*Transcriber, error) {
	if h.Log == nil || h.Blobs == nil || h.Warn == nil || h.Log.opener == nil {
		return nil, core.E(core.KindInvalid, "transcriber_deps", "").Wrap(errors.New("NewTranscriber needs Log with an Opener, Blobs and Warn"))
	}
	if h.Timeout <= 0 {
		h.Timeout = 4 * time.Minute
	}
	return &Transcriber{h: h}, nil
}

// Register adds the worker.
func (t *Transcriber) Register(list *jobs.Workers) {
	jobs.Work(list, t.h.Timeout+time.Minute, t.work)
}

// work is one attempt at one call. Running it again finds its work done.
func (t *Transcriber) work(ctx context.Context, job jobs.Job[Transcribe]) error {
	if wait := t.engine.Closed(time.Now()); wait > 0 {
		return jobs.Snooze(wait)
	}
	h, err := t.h.Log.textWork(ctx, job.Args.Call)
	if err != nil || h.over() {
		return err
	}
	if t.h.Engine == nil {
		return t.h.Log.endText(ctx, job.Args.Call, TranscriptNone, ReasonManual)
	}
	err = t.hear(ctx, job.Args.Call, h)
	if reason := final(err, job.Last); reason != "" {
		t.h.Warn.WarnContext(ctx, "a call has no text", "call", job.Args.Call, "reason", string(reason), "error", err)
		return t.h.Log.endText(ctx, job.Args.Call, TranscriptFailed, reason)
	}
	switch {
	case err == nil:
		return t.h.Log.endText(ctx, job.Args.Call, TranscriptDone, "")
	case ctx.Err() == nil && errors.Is(err, transcription.ErrTemporary):
		return t.away(ctx, job.Args.Call, h)
	}
	return err
}

// final gives the reason for which trying again is pointless, "" while it is not.
func final(err error, last bool) TranscriptReason {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errTooLong):
		return ReasonLong
	case errors.Is(err, transcription.ErrUnsupportedAudio), errors.Is(err, blob.ErrNoAudio), errors.Is(err, blob.ErrAudioBroken):
		return ReasonAudio
	case errors.Is(err, transcription.ErrRejected):
		return ReasonRejected
	case last:
		return ReasonAudio // the recording cannot be opened
	}
	return ""
}

// away puts a recording off. It gives up on one that the engine fails at again and
// again while it serves others, and on an engine that is away for a week.
func (t *Transcriber) away(ctx context.Context, call string, h textWork) error {
	mine := !h.tried.IsZero() && t.engine.ServedSince(h.tried)
	wait := t.engine.Failed(time.Now())
	if mine && h.tries+1 >= ownFailures || h.age > longestWait {
		return t.h.Log.endText(ctx, call, TranscriptFailed, ReasonAway)
	}
	if err := t.h.Log.putOff(ctx, call, mine); err != nil {
		return err
	}
	return jobs.Snooze(wait)
}

var errTooLong = core.E(core.KindTooLarge, "recording_too_long", "")

// hear has every channel heard that was not yet.
func (t *Transcriber) hear(ctx context.Context, call string, h textWork) error {
	form, samples, err := t.look(ctx, h.recording)
	if err != nil {
		return err
	}
	if form.Length(samples) > longestSound {
		return errTooLong
	}
	var group errgroup.Group // without its context: one side's failure does not cost the other's text
	group.SetLimit(atOnce)
	for channel := range min(form.Channels, 8) {
		if h.heard[channel] {
			continue
		}
		group.Go(func() error {
			res, err := t.one(ctx, sound{h.recording, form, samples, channel})
			if err != nil {
				return err
			}
			return t.h.Log.keepHeard(ctx, call, channel, res)
		})
	}
	return group.Wait()
}

// look reads the head of a recording. Its own sizes are not believed.
func (t *Transcriber) look(ctx context.Context, digest core.BlobDigest) (transcription.Form, int64, error) {
	r, err := t.h.Blobs.Open(ctx, digest)
	if err != nil {
		return transcription.Form{}, 0, err
	}
	defer r.Close()
	a, _, err := blob.CheckAudio(r, r.Info.MIME)
	if err != nil {
		return transcription.Form{}, 0, err
	}
	form := transcription.Form{Codec: a.Codec, Channels: a.Channels, Rate: a.Rate, Bits: a.Bits}
	return form, form.Samples(r.Info.Size - int64(a.Data)), nil
}

// sound is one channel of a recording.
type sound struct {
	recording core.BlobDigest
	form      transcription.Form
	samples   int64
	channel   int
}

// one asks the engine about one channel. Where nothing was said nobody is asked:
// engines hear things in silence.
func (t *Transcriber) one(ctx context.Context, s sound) (transcription.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, t.h.Timeout)
	defer cancel()
	open := func() (io.ReadCloser, error) { return t.open(ctx, s) }
	silent, err := quiet(open)
	if err != nil || silent {
		return transcription.Result{}, err
	}
	r := transcription.Request{AudioID: string(s.recording[:16]), Open: open, MIME: "audio/wav", SampleRate: s.form.Rate, Channels: 1,
		LengthMS: s.form.Length(s.samples).Milliseconds(), Language: "zh", Hotwords: t.h.Hotwords}
	res, err := t.h.Engine.Transcribe(ctx, r)
	if err == nil {
		t.engine.Served(time.Now()) // only whoever was asked can have served
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = transcription.ErrTemporary.Wrap(errors.New("no answer in time"))
	}
	if err != nil {
		return res, err
	}
	return transcription.Check(res, r, s.channel), nil
}

// open gives one channel as a WAV file of its own.
func (t *Transcriber) open(ctx context.Context, s sound) (io.ReadCloser, error) {
	r, err := t.h.Blobs.Open(ctx, s.recording)
	if err != nil {
		return nil, err
	}
	a, _, err := blob.CheckAudio(r, r.Info.MIME)
	if err == nil {
		_, err = r.Seek(int64(a.Data), io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	one, err := transcription.One(r, s.form, s.channel, s.samples)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{one, r}, nil
}

// quiet reports a channel without anything as loud as a whisper.
func quiet(open func() (io.ReadCloser, error)) (bool, error) {
	r, err := open()
	if err != nil {
		return false, err
	}
	defer r.Close()
	return transcription.Silent(r)
}
