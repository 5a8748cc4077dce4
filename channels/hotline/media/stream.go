package media

import "time"

// The bounds of a sender's clock. Its timestamps place sound finely; the wall clock
// says whether they may.
const (
	ahead  = 500 * time.Millisecond // further before the wall than this is a lie or a drifted clock
	behind = 260 * time.Millisecond // further behind, at the pace of speech: the sender stopped its clock in a pause; a packet waits up to hearEvery at its port
)

// stream is the sound of one source on its way into the recording. It keeps the time
// of the call: what is missing stays silent, and what a timestamp claims is believed
// only near the wall clock.
type stream struct {
	place func(at time.Duration, sound []byte) // the moment is counted from epoch
	epoch time.Time

	began bool
	stamp uint32        // the timestamp that would follow without a pause
	end   time.Duration // the moment that follows, from epoch
	last  time.Time     // the last arrival
	slow  int           // packets in a row that were behind

	rebased, excess uint64
}

// reset makes the next packet the base of a new source.
func (s *stream) reset() { s.began = false }

// sound takes the sound of a packet, in order, in A-law.
func (s *stream) sound(p packet) {
	wall := p.at.Sub(s.epoch)
	span := length(int64(len(p.payload)))
	from := wall
	if s.began {
		from = s.from(p, wall, span)
	}
	s.began, s.stamp, s.last = true, p.stamp+uint32(len(p.payload)), p.at
	if from > wall+ahead { // it sends faster than time passes
		s.excess++
		return
	}
	s.end = from + span
	s.place(from, p.payload)
}

// from is the moment a packet's sound belongs to.
func (s *stream) from(p packet, wall, span time.Duration) time.Duration {
	step := length(int64(int32(p.stamp - s.stamp)))
	from := s.end + step
	if from < wall-behind && p.at.Sub(s.last) >= span/2 {
		s.slow++
	} else if from >= wall-behind {
		s.slow = 0
	}
	switch {
	case step < 0, step > 0 && from > wall+ahead, s.slow > 1:
		s.slow = 0
		s.rebased++
		return max(s.end, wall)
	}
	return from
}
