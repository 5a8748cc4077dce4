package hotline

import (
	"lianou/channels/hotline/captions"
	"lianou/channels/hotline/journal"
	"lianou/channels/hotline/media"
)

// taped is a recording that is written down while it grows, if anything is.
type taped struct {
	*media.Tape
	call *captions.Call // nil: nobody writes
	at   int64          // samples so far
}

func (l *listeners) taped(tape *media.Tape, kept journal.Call) *taped {
	t := &taped{Tape: tape}
	if l.scribe != nil {
		t.call = l.scribe.Begin(func() (string, bool) { return l.journal.Recorded(kept) })
	}
	return t
}

// Write records, and then lets the captions have the same.
func (t *taped) Write(left, right []int16) error {
	err := t.Tape.Write(left, right)
	n := max(len(left), len(right))
	if t.call != nil && err == nil {
		t.call.Hear(t.at, n, spoken(left), spoken(right))
	}
	t.at += int64(n)
	return err
}

// spoken is a side in which anything at all is said, else nil.
func spoken(side []int16) []int16 {
	for _, v := range side {
		if v != 0 {
			return side
		}
	}
	return nil
}

func (t *taped) end() {
	if t.call != nil {
		t.call.End()
	}
}
