package media

import (
	"encoding/binary"
	"time"
)

// Digit is a key that was pressed: one of 0-9, *, #, A-D. It is told when the press
// begins, so that a prompt can fall silent under the finger.
type Digit struct {
	Key  byte
	From Channel
	At   time.Time
}

const keys = "0123456789*#ABCD" // by event code, RFC 4733 section 3.2

const (
	eventSegment = 0xffff - 8*200 // from this duration on a long press may go on in a new segment
	eventMemory  = 10 * Rate      // an older timestamp is a clock that was set anew
	eventWobble  = 480            // 60 ms: shorter than any pause between two presses
)

// presses finds the presses in the packets of telephone-event (RFC 4733). All packets
// of one press bear one timestamp, and its end comes three times or never.
type presses struct {
	seen     bool
	ended    bool
	code     byte
	stamp    uint32
	duration uint16
}

// press reads one packet, in order, and gives the key if it begins a new press.
func (p *presses) press(stamp uint32, marker bool, payload []byte) (key byte, fresh bool) {
	if len(payload) < 4 || int(payload[0]) >= len(keys) {
		return 0, false
	}
	code, end := payload[0], payload[1]&0x80 != 0
	duration := binary.BigEndian.Uint16(payload[2:])
	if p.seen {
		ahead := int32(stamp - p.stamp)
		if ahead < 0 && ahead > -eventMemory {
			return 0, false // of a press that is over
		}
		if ahead == 0 || p.goesOn(code, marker, uint32(ahead)) {
			p.stamp, p.duration, p.ended = stamp, duration, p.ended || end
			return 0, false
		}
	}
	*p = presses{seen: true, ended: end, code: code, stamp: stamp, duration: duration}
	return keys[code], true
}

// goesOn reports whether a new timestamp continues the press: the next segment of a
// long one (RFC 4733, 2.5.1.3), or a sender that moves the timestamp with each packet.
func (p *presses) goesOn(code byte, marker bool, ahead uint32) bool {
	if code != p.code || marker || p.ended {
		return false
	}
	return ahead <= eventWobble || p.duration >= eventSegment && ahead >= eventSegment && ahead <= 0xffff+eventWobble
}
