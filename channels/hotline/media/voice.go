package media

import "time"

// When somebody speaks: a mean of 300 of 32,768 is about -41 dB, under the softest
// speech of a telephone and above the hiss of a line, and a click is shorter than
// three packets.
const (
	loud      = 300
	loudInRow = 3
	everyNth  = 4 // a mean of forty samples tells speech from silence as well as one of 160
)

// breath is the longest pause within unbroken speech: a recorded announcement has none
// longer, and whoever picks up a telephone says less and waits.
const breath = 700 * time.Millisecond

// talksOver is how long somebody speaks without a break until a prompt gives way: longer
// than a cough or an "ah", shorter than a sentence.
const talksOver = 1500 * time.Millisecond

// voice tells speech from silence, roughly: it decides how long to wait for a caller,
// and never what is kept.
type voice struct {
	row   int
	last  time.Duration // the moment of the last speech; 0: none yet
	since time.Duration // when the speech began that last belongs to
}

// hear takes the sound of one packet and the moment it belongs to.
func (v *voice) hear(at time.Duration, alaw []byte) {
	sum, n := 0, 0
	for i := 0; i < len(alaw); i += everyNth {
		x := int(alawLinear[alaw[i]])
		sum += max(x, -x)
		n++
	}
	if n == 0 || sum/n < loud {
		v.row = 0
		return
	}
	if v.row++; v.row < loudInRow {
		return
	}
	if v.last == 0 || at-v.last > breath {
		v.since = at
	}
	v.last = at
}

// Spoke is when the other side was last heard to speak, zero before it did.
func (s *Session) Spoke() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	var last time.Duration
	for _, l := range s.legs {
		if l != nil {
			last = max(last, l.voice.last)
		}
	}
	if last == 0 {
		return time.Time{}
	}
	return s.epoch.Add(last)
}

// Speaking is for how long the other side has been speaking without a break, up to now;
// zero when it is quiet.
func (s *Session) Speaking() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.speaking(s.engine.cfg.Now())
}

func (s *Session) speaking(at time.Time) (long time.Duration) {
	now := at.Sub(s.epoch)
	for _, l := range s.legs {
		if l != nil && l.voice.last > 0 && now-l.voice.last <= breath {
			long = max(long, l.voice.last-l.voice.since)
		}
	}
	return long
}

// Press takes a key that came beside the sound (SIP INFO).
func (s *Session) Press(key byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.pressed(Digit{Key: key, At: s.engine.cfg.Now()})
	}
}
