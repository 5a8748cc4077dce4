package media

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/pion/rtp"
)

const (
	framePace = 20 * time.Millisecond
	catchUp   = 3 // frames sent at once after the process was held up; older ones are given up
)

// sender makes the RTP that we send on one leg: a frame every 20 ms, of a prompt or of
// silence, so that address translators on the way keep the path open.
type sender struct {
	head  rtp.Header
	begun time.Time
	sent  int64 // frames since begun, those given up included
	quiet bool  // the last frame was not sent: the next begins a talk spurt
	buf   [12 + frame]byte

	packets uint64
}

func newSender(now time.Time) *sender {
	return &sender{
		begun: now, quiet: true,
		head: rtp.Header{Version: 2, SSRC: rand.Uint32(), SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32()},
	}
}

// due is how many frames are to be sent now. Frames that are too old are given up:
// the timestamp passes over them.
func (s *sender) due(now time.Time) int64 {
	n := int64(now.Sub(s.begun)/framePace) - s.sent
	if n > catchUp {
		s.pass(n - 1)
		n = 1
	}
	return n
}

// pass lets n frames go by unsent.
func (s *sender) pass(n int64) {
	s.sent += n
	s.head.Timestamp += uint32(n * frame)
	s.quiet = true
}

// packet makes the packet of the next frame; sound nil is silence.
func (s *sender) packet(c Codec, sound []byte) ([]byte, error) {
	s.head.PayloadType, s.head.Marker = uint8(c), s.quiet
	n, err := s.head.MarshalTo(s.buf[:])
	if err != nil {
		return nil, err
	}
	body := s.buf[n : n+frame]
	if copy(body, sound) < frame {
		for i := range body {
			body[i] = c.Silence()
		}
	}
	s.head.SequenceNumber++
	s.head.Timestamp += frame
	s.sent++
	s.quiet = false
	return s.buf[:n+frame], nil
}

// moment is when the next frame begins.
func (s *sender) moment() time.Time { return s.begun.Add(time.Duration(s.sent) * framePace) }

// latch is symmetric RTP: sound goes to where sound comes from, because what a
// description says about addresses is often wrong behind a translator, and a stranger
// must not be able to take a call over.
type latch struct {
	told   netip.AddrPort // by the description
	source netip.AddrPort // of the packets we take
	ssrc   uint32
	open   bool // the next valid packet may come from anywhere
}

// takes reports whether a valid packet is the call's, and moves the latch: at first
// and after a new offer to whoever speaks; later only to the same source behind
// another address, or to the address the description names.
func (l *latch) takes(from netip.AddrPort, ssrc uint32) bool {
	known := l.source.IsValid()
	switch {
	case known && from == l.source:
	case !known, l.open, ssrc == l.ssrc, from == l.told:
		l.source = from
	default:
		return false
	}
	l.open, l.ssrc = false, ssrc
	return true
}

// target is where to send: not valid while nobody knows.
func (l *latch) target() netip.AddrPort {
	if l.source.IsValid() {
		return l.source
	}
	return l.told
}
