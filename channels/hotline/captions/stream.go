package captions

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"lianou/core"
	"lianou/intake/calls"
	"lianou/transcription"
)

// Bounds of what is believed of one stream. Nobody says more than some 8 characters a
// second, however fast; what an engine says beyond twice that, it made up.
const (
	firstRunes, runesEachSecond = 200, 16
	firstLines, linesEachSecond = 20, 4
	mostDraft                   = 300 // runes of what is being said
	mostUnkept                  = 100 // finals that wait for the record
	draftEvery                  = 500 * time.Millisecond
	keepTime                    = 3 * time.Second // for one write
)

// stream is one conversation with the engine about one side.
type stream struct {
	side   *side
	name   string
	base   int64 // milliseconds of the recording at which it begins
	pcm    chan []byte
	cancel context.CancelFunc
	done   chan struct{}
	taken  atomic.Int64 // bytes that the engine took
	left   atomic.Bool  // because it was slow

	finals       []transcription.Segment // not kept yet
	draft        *transcription.Segment  // the same
	runes, lines int
}

func (st *stream) over() bool {
	select {
	case <-st.done:
		return true
	default:
		return false
	}
}

var errFlood = errors.New("more text than anybody says")

// run has the engine hear the side until the call is over or one of them gives up.
func (st *stream) run(ctx context.Context) {
	defer close(st.done)
	defer st.cancel()
	scribe := st.side.call.scribe
	out, kept := make(chan transcription.Segment, 16), make(chan error, 1)
	go func() { kept <- st.keep(out) }()
	r := transcription.Request{AudioID: st.name, MIME: "audio/pcm", SampleRate: engineRate, Channels: 1, Language: "zh", Hotwords: scribe.cfg.Hotwords}
	err := scribe.deps.Engine.Stream(ctx, r, st.counted(ctx), out)
	flood := <-kept
	switch {
	case scribe.ctx.Err() != nil, st.left.Load():
	case flood != nil:
		st.side.hushed.Store(true)
		scribe.failed("flood", flood)
	case errors.Is(err, context.Canceled):
		scribe.failed("slow", nil)
	case err != nil:
		scribe.failed("away", err)
	}
}

// counted passes sound on and counts it: what the engine says is held to what it heard.
func (st *stream) counted(ctx context.Context) <-chan []byte {
	to := make(chan []byte)
	go func() {
		defer close(to)
		for {
			select {
			case b, more := <-st.pcm:
				if !more {
					return
				}
				select {
				case to <- b:
					st.taken.Add(int64(len(b)))
				case <-ctx.Done():
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return to
}

// heard is how much sound the engine has, in milliseconds.
func (st *stream) heard() int64 { return st.taken.Load() * 1000 / (2 * engineRate) }

// keep takes what the engine says until it ends. It takes all of it even after it has
// stopped listening, so that the engine's end is never held up.
func (st *stream) keep(out <-chan transcription.Segment) (err error) {
	again := time.NewTicker(draftEvery)
	defer again.Stop()
	for {
		select {
		case s, more := <-out:
			if !more {
				st.flush()
				return err
			}
			if err != nil {
				continue
			}
			if err = st.take(s); err != nil {
				st.cancel()
			}
		case <-again.C:
			st.flush()
		}
	}
}

// take notes one utterance: a final is kept at once, a draft with the next flush, so that
// no engine can have us write for each syllable.
func (st *stream) take(s transcription.Segment) error {
	heard := st.heard()
	final := s.Final
	res := transcription.Check(transcription.Result{Segments: []transcription.Segment{s}}, transcription.Request{LengthMS: heard}, st.side.channel)
	if len(res.Segments) == 0 {
		return nil
	}
	st.side.call.scribe.engine.Served(time.Now())
	s = res.Segments[0]
	s.Final, s.Speaker = final, ""
	s.StartMS, s.EndMS = s.StartMS+st.base, s.EndMS+st.base
	if !final {
		s.Text = tail(s.Text, mostDraft)
		st.draft = &s
		return nil
	}
	seconds := int(heard / 1000)
	st.runes, st.lines = st.runes+utf8.RuneCountInString(s.Text), st.lines+1
	if st.runes > firstRunes+runesEachSecond*seconds || st.lines > firstLines+linesEachSecond*seconds {
		return errFlood
	}
	if len(st.finals) == mostUnkept {
		st.finals = slices.Delete(st.finals, 0, 1)
	}
	st.finals, st.draft = append(st.finals, s), nil
	st.flush()
	return nil
}

func tail(text string, most int) string {
	r := []rune(text)
	return string(r[max(len(r)-most, 0):])
}

// flush keeps what is not kept yet. A record that is away costs the oldest of it.
func (st *stream) flush() {
	if len(st.finals) == 0 && st.draft == nil {
		return
	}
	record, err := st.side.call.record()
	if record == nil {
		if err != nil {
			st.side.call.scribe.deps.Log.Error("captions cannot be sealed", "error", err)
		}
		return
	}
	for len(st.finals) > 0 {
		if st.put(record, st.finals[0]) != nil {
			return
		}
		st.finals = st.finals[1:]
	}
	if st.draft != nil && st.put(record, *st.draft) == nil {
		st.draft = nil
	}
}

// put keeps one. Beyond the most that a call may have, what comes is forgotten.
func (st *stream) put(record *calls.Captions, s transcription.Segment) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(st.side.call.scribe.ctx), keepTime)
	defer cancel()
	err := record.Put(ctx, s)
	if core.KindOf(err) == core.KindTooMany {
		return nil
	}
	return err
}
