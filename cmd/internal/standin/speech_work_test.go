package standin

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/jobs"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
	"lianou/intake/calls"
	"lianou/transcription"
	"lianou/transcription/openai"
)

// office is the part of both programs that turns recordings into text, against a
// speech engine on its good and bad days.
type office struct {
	t        *testing.T
	engine   *Server
	gateway  *calls.Log
	platform *calls.Log
	blobs    *blob.Store
	env      *pgtest.Env
}

func newOffice(t *testing.T, change func(*calls.Hearing)) office {
	t.Helper()
	s, base, _ := world(t, nil)
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	b, err := bell.Open(bell.Config{URL: "redis://" + miniredis.RunT(t).Addr(), Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { _ = b.Close() })
	own, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	other, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	env := pgtest.New(t)
	o := office{t: t, engine: s, env: env}
	o.gateway, err = calls.New(calls.Deps{DB: env.DB(pgtest.Gateway), Bell: b, Audit: audit.NewTo(keys.Gateway.Platform), Ring: keys.Gateway.Ring,
		Platform: keys.Gateway.Platform, Blind: keys.Gateway.Shared, Jobs: own, Speech: other})
	must(t, err)
	o.platform, err = calls.New(calls.Deps{DB: env.DB(pgtest.Platform), Bell: b, Audit: audit.New(keys.Platform.Ring), Platform: keys.Platform.Self, Opener: keys.Platform.Opener})
	must(t, err)
	o.blobs, err = blob.Open(blob.Config{URL: "file://" + t.TempDir(), To: keys.Platform.Self, Opener: keys.Platform.Opener})
	must(t, err)
	engine, err := openai.New(openai.Config{BaseURL: base + "/speech", Model: "sensevoice", Timeout: time.Second})
	must(t, err)
	h := calls.Hearing{Log: o.platform, Blobs: o.blobs, Engine: engine, Timeout: 5 * time.Second, Warn: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&h)
	}
	o.work(h)
	return o
}

// work runs the platform's jobs.
func (o office) work(h calls.Hearing) {
	o.t.Helper()
	w, err := calls.NewTranscriber(h)
	must(o.t, err)
	list := jobs.NewWorkers()
	w.Register(list)
	c, err := jobs.New(jobs.Config{DB: o.env.DB(pgtest.Platform), Schema: jobs.Platform, Workers: list, Apart: map[string]int{calls.SpeechQueue: 2}, Log: slog.New(slog.DiscardHandler)})
	must(o.t, err)
	must(o.t, c.Start(o.t.Context()))
	o.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		_ = c.Stop(ctx)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call makes a call whose recording is a file.
func (o office) call(id string, file []byte) {
	o.t.Helper()
	_, err := o.gateway.Heard(o.t.Context(), calls.Report{ID: id, Exchange: "test", Began: time.Now(), Sound: calls.SoundPending})
	must(o.t, err)
	info, err := o.blobs.Put(o.t.Context(), bytes.NewReader(file), blob.PutOptions{Class: "recording", MIME: "audio/wav", Max: 1 << 20})
	must(o.t, err)
	must(o.t, o.gateway.Stored(o.t.Context(), id, info.Digest))
}

// until waits for a state.
func (o office) until(id string, want ...calls.TranscriptState) calls.Transcript {
	o.t.Helper()
	return o.when(id, func(got calls.Transcript) bool {
		for _, s := range want {
			if got.State == s {
				return true
			}
		}
		return false
	})
}

func (o office) when(id string, ok func(calls.Transcript) bool) calls.Transcript {
	o.t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(40 * time.Second); ; <-again.C {
		got, err := o.platform.Transcript(o.t.Context(), id)
		must(o.t, err)
		if ok(got) {
			return got
		}
		if time.Now().After(end) {
			o.t.Fatalf("%s: still %+v", id, got)
		}
	}
}

// stereo is a recording of two sides, half a second each, in A-law; the engine hears
// the two texts in them.
func (o office) stereo(caller, agent string) []byte {
	const n = 4000
	body := make([]byte, 0, 2*n)
	sides := [2][]byte{}
	for i := range n {
		for side := range 2 {
			b := byte(i*(side+3) + len(caller) + 7*len(agent))
			body = append(body, b)
			sides[side] = binary.LittleEndian.AppendUint16(sides[side], uint16(transcription.ALaw(b)))
		}
	}
	o.engine.Say(sides[0], caller)
	o.engine.Say(sides[1], agent)
	head := wavHead(len(body), true)
	at := bytes.Index(head, []byte("fmt ")) + 8
	binary.LittleEndian.PutUint16(head[at+2:], 2)
	return append(head, body...)
}

// F15: caller and agent are heard apart, one request a side, and the text bears who
// made it. Controls: picker that takes channel 0; the same job once more.
func TestRecordingsBecomeText(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.call("two-sides", o.stereo("俺想问问低保。", "您说,我听着。"))
	got := o.until("two-sides", calls.TranscriptDone)
	if len(got.Segments) != 2 || !got.Machine() || got.Engine != "openai" || got.Model != "sensevoice" || got.Live || got.Foreign {
		t.Fatalf("%+v", got)
	}
	for _, s := range got.Segments {
		if want := [2]string{"俺想问问低保。", "您说,我听着。"}[s.Channel]; s.Text != want || s.EndMS < 490 || s.EndMS > 500 {
			t.Errorf("%+v, want %q", s, want)
		}
	}
	if n, _ := o.engine.SpeechAsked(); n != 2 {
		t.Errorf("asked %d times", n)
	}

	silent := wavHead(8000, false)
	o.call("silent", append(silent, make([]byte, 8000)...))
	if got = o.until("silent", calls.TranscriptDone); got.Machine() {
		t.Errorf("heard in silence: %+v", got)
	}
	if n, _ := o.engine.SpeechAsked(); n != 2 {
		t.Error("the engine was asked about silence")
	}
}

// What is no sound, and heads that lie. Control: look that believes the head's size.
func TestRecordingsThatAreNone(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	lying := wavHead(1<<31-1, false) // says two gigabytes and has half a second
	for i := range 8000 {
		lying = append(lying, byte(i))
	}
	odd := bytes.Clone(lying)
	binary.LittleEndian.PutUint16(odd[34:], 12) // bits a sample
	for id, file := range map[string][]byte{
		"page": []byte("<!doctype html><title>login</title>"), "playlist": []byte("#EXTM3U\nhttp://169.254.169.254/latest/\n"), "head": wavHead(0, false), "odd": odd,
	} {
		o.call(id, file)
		if got := o.until(id, calls.TranscriptFailed, calls.TranscriptDone); got.State != calls.TranscriptFailed || got.Reason != calls.ReasonAudio {
			t.Errorf("%s: %+v", id, got)
		}
	}
	if n, _ := o.engine.SpeechAsked(); n != 0 {
		t.Errorf("the engine was asked %d times about what is no sound", n)
	}
	o.call("lying", lying)
	if got := o.until("lying", calls.TranscriptDone); len(got.Segments) == 0 || got.Segments[len(got.Segments)-1].EndMS > 500 {
		t.Errorf("lying head: %+v", got)
	}
}

// An engine's bad days: each ends in a state that the desk shows, none in an answer
// that is believed. Control: final without ErrRejected: waits for ever.
func TestEngineOnBadDays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  Fault
		state  calls.TranscriptState
		reason calls.TranscriptReason
	}{
		"flood":     {Fault{Mode: ModeFlood}, calls.TranscriptFailed, calls.ReasonRejected},
		"refuses":   {Fault{Mode: ModeError, Code: "422"}, calls.TranscriptFailed, calls.ReasonRejected},
		"cannot":    {Fault{Mode: ModeError, Code: "415"}, calls.TranscriptFailed, calls.ReasonAudio},
		"500":       {Fault{Mode: ModeError, Code: "500"}, calls.TranscriptWaiting, calls.ReasonAway},
		"truncated": {Fault{Mode: ModeTruncated}, calls.TranscriptWaiting, calls.ReasonAway},
		"slow":      {Fault{Mode: ModeSlow, Delay: 120 * time.Second}, calls.TranscriptWaiting, calls.ReasonAway},
		"prompt":    {Fault{Mode: ModePrompt}, calls.TranscriptDone, ""},
		"language":  {Fault{Mode: ModeLanguage}, calls.TranscriptDone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, nil)
			c.fault.Service, c.fault.Times = Speech, -1
			must(t, o.engine.Break(c.fault))
			o.call("c", o.stereo("俺想问问低保。", "您说。"))
			got := o.when("c", func(got calls.Transcript) bool { return got.State == c.state && got.Reason == c.reason })
			if got.Machine() != (c.state == calls.TranscriptDone) || got.Foreign != (c.fault.Mode == ModeLanguage) {
				t.Errorf("%+v", got)
			}
			if c.state == calls.TranscriptWaiting { // and drains when the engine is back
				o.engine.Mend(Speech)
				got = o.until("c", calls.TranscriptDone)
				if len(got.Segments) != 2 {
					t.Errorf("after the mending %+v", got)
				}
			}
		})
	}
}

// One side heard and the other not: what was heard is kept, and only the rest is asked
// for again. Control: hear that ignores what is kept.
func TestOneSideIsAskedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	must(t, o.engine.Break(Fault{Service: Speech, Mode: ModeError, Code: "503"}))
	o.call("c", o.stereo("俺想问问低保。", "您说。"))
	if got := o.until("c", calls.TranscriptDone); len(got.Segments) != 2 {
		t.Errorf("%+v", got)
	}
	if n, _ := o.engine.SpeechAsked(); n != 2 {
		t.Errorf("asked %d times for two sides", n)
	}
}

// Without an engine agents type.
func TestManualIsTheDefault(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(h *calls.Hearing) { h.Engine = nil })
	o.call("c", o.stereo("俺想问问低保。", "您说。"))
	got := o.when("c", func(got calls.Transcript) bool { return got.Reason == calls.ReasonManual })
	if got.State != calls.TranscriptNone {
		t.Errorf("%+v", got)
	}
	must(t, o.platform.Typed(t.Context(), "c", 7, "问低保"))
	if got, err := o.platform.Transcript(t.Context(), "c"); err != nil || got.Text() != "问低保" || got.Machine() {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBacklogDrains(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	must(t, o.engine.Break(Fault{Service: Speech, Mode: ModeCut, Times: -1}))
	for i := range 12 {
		o.call("c"+strconv.Itoa(i), o.stereo("第"+strconv.Itoa(i)+"个问低保的。", "您说。"))
	}
	o.when("c0", func(got calls.Transcript) bool { return got.Reason == calls.ReasonAway })
	o.engine.Mend(Speech)
	for i := range 12 {
		o.until("c"+strconv.Itoa(i), calls.TranscriptDone)
	}
}
