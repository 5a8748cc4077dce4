package media

import "sync"

// Channel is a side of the recording.
type Channel int

// The caller is heard on the left, the other side (an agent, our prompts) on the right.
const (
	Left Channel = iota
	Right
)

// ringSamples is how far the disk may fall behind before sound is lost: 4 s.
const ringSamples = 1 << 15

// timeline is the stretch of a recording between what is on disk and what has just
// been heard: two channels of A-law, silence where nobody spoke. Receivers put sound
// at its place and never wait; the disk takes what is old enough. A disk that stands
// still costs sound (overrun) and nothing else.
type timeline struct {
	mu      sync.Mutex
	ring    []byte // left and right in turn
	taken   int64  // the first sample that is not on disk
	sealed  int64  // the first sample that may still change
	limit   int64  // the first sample that is beyond the recording
	late    int64  // samples that came after their place was sealed
	overrun int64  // samples for which there was no room
}

func newTimeline(limit int64) *timeline {
	t := &timeline{ring: make([]byte, 2*ringSamples), limit: limit}
	hush(t.ring)
	return t
}

func hush(b []byte) {
	for n := range min(len(b), 64) {
		b[n] = silence
	}
	for n := 64; n < len(b); n *= 2 {
		copy(b[n:], b[:n])
	}
}

// place puts sound at a position and reports how many samples had no place there.
func (t *timeline) place(ch Channel, pos int64, sound []byte) (lost int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	// index is where in sound a position of the recording lies.
	index := func(at int64) int { return int(min(max(at-pos, 0), int64(len(sound)))) }
	first := index(0) // a frame may have begun before the recording
	from, until := index(t.sealed), index(min(t.taken+ringSamples, t.limit))
	late, overrun := from-first, index(t.limit)-until
	t.late += int64(late)
	t.overrun += int64(overrun)
	if from < until {
		k := int((pos+int64(from))%ringSamples)*2 + int(ch)
		for _, b := range sound[from:until] {
			t.ring[k] = b
			if k += 2; k >= len(t.ring) {
				k -= len(t.ring)
			}
		}
	}
	return late + overrun
}

// peek copies what lies before a position and is not on disk yet into buf, at most a
// ring of it, and seals it.
func (t *timeline) peek(until int64, buf []byte) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	until = min(until, t.limit)
	n := min(until-t.taken, ringSamples, int64(len(buf)/2))
	if n <= 0 {
		return nil
	}
	t.sealed = max(t.sealed, t.taken+n)
	from := t.taken % ringSamples * 2
	m := copy(buf[:2*n], t.ring[from:])
	copy(buf[m:2*n], t.ring)
	return buf[:2*n]
}

// commit says that the first n samples are on disk.
func (t *timeline) commit(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	from := t.taken % ringSamples * 2
	first := min(2*n, int64(len(t.ring))-from)
	hush(t.ring[from : from+first])
	hush(t.ring[:2*n-first])
	t.taken += n
}

func (t *timeline) lost() (late, overrun int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.late, t.overrun
}
