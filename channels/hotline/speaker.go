package hotline

import (
	"context"
	"time"

	"lianou/channels/hotline/media"
	"lianou/channels/hotline/notice"
)

// speaker says to whom we ring what the talk wants said, and tells it what they do.
type speaker struct {
	l     *ownLine
	sound *media.Session
}

// listenStep is how often the line is listened to: it is a third of the shortest pause
// that means anything.
const listenStep = 100 * time.Millisecond

// lead goes through a talk to its end.
func (s *speaker) lead(ctx context.Context, talk *notice.Talk) {
	step := talk.Next(notice.Event{Kind: notice.Answered})
	for {
		e := s.do(ctx, step)
		if step.End || e.Kind == notice.Ended {
			talk.Next(notice.Event{Kind: notice.Ended})
			return
		}
		step = talk.Next(e)
	}
}

// do says a step's words and waits for what ends it.
func (s *speaker) do(ctx context.Context, step notice.Step) notice.Event {
	w := &watch{s: s, step: step, begun: time.Now()}
	tick := time.NewTicker(listenStep)
	defer tick.Stop()
	for _, clip := range step.Say {
		words := s.sound.Play(s.l.notices[clip])
		if e, over := w.until(ctx, tick.C, words.Done()); over {
			s.sound.Stop()
			return e
		}
	}
	if step.End {
		return notice.Event{Kind: notice.Ended}
	}
	w.from = time.Now()
	e, _ := w.until(ctx, tick.C, nil)
	return e
}

// watch measures what a step wants measured.
type watch struct {
	s     *speaker
	step  notice.Step
	begun time.Time // of the step
	from  time.Time // quiet is counted from here, or from the last word heard; zero while we speak
}

// until waits for an event, or for words to be over.
func (w *watch) until(ctx context.Context, tick <-chan time.Time, words <-chan struct{}) (notice.Event, bool) {
	for {
		select {
		case <-words:
			return notice.Event{}, false
		case <-ctx.Done():
			return notice.Event{Kind: notice.Ended}, true
		case d, ok := <-w.s.sound.Digits():
			switch {
			case !ok:
				return notice.Event{Kind: notice.Ended}, true
			case !w.step.End: // the last words are said to their end
				return notice.Event{Kind: notice.Key, Key: rune(d.Key)}, true
			}
		case <-tick:
			if e, over := w.heard(); over {
				return e, true
			}
		}
	}
}

// heard reports speech without a break, that the step has taken long enough, and quiet.
func (w *watch) heard() (notice.Event, bool) {
	sound := w.s.sound
	if last := sound.Spoke(); !w.from.IsZero() && last.After(w.from) {
		w.from = last
	}
	switch {
	case w.step.Speech > 0 && sound.Speaking() >= w.step.Speech:
		return notice.Event{Kind: notice.Speech}, true
	case w.step.Full > 0 && time.Since(w.begun) >= w.step.Full:
		return notice.Event{Kind: notice.Full}, true
	case !w.from.IsZero() && time.Since(w.from) >= w.step.Quiet:
		return notice.Event{Kind: notice.Quiet}, true
	}
	return notice.Event{}, false
}
