package media

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// event is one packet of telephone-event.
type event struct {
	stamp    uint32
	marker   bool
	code     byte
	end      bool
	duration uint16
}

var pressed = []struct {
	name   string
	events []event
	want   string
}{
	{"a press with its end three times", []event{{0, true, 1, false, 160}, {0, false, 1, false, 320}, {0, false, 1, true, 480}, {0, false, 1, true, 480}, {0, false, 1, true, 480}}, "1"},
	{"the same key twice", []event{{0, true, 1, false, 160}, {0, false, 1, true, 480}, {1600, true, 1, false, 160}, {1600, false, 1, true, 480}}, "11"},
	{"the same key twice, the ends lost", []event{{0, true, 1, false, 160}, {0, false, 1, false, 480}, {1600, true, 1, false, 160}}, "11"},
	{"the same key twice, ends and marker lost", []event{{0, true, 1, false, 160}, {1600, false, 1, false, 160}}, "11"},
	{"another key, the end lost", []event{{0, true, 1, false, 160}, {800, false, 2, false, 160}}, "12"},
	{"only an end came through", []event{{0, false, 11, true, 480}, {0, false, 11, true, 480}}, "#"},
	{"every key", []event{{0, true, 0, true, 9}, {800, true, 9, true, 9}, {1600, true, 10, true, 9}, {2400, true, 11, true, 9}, {3200, true, 12, true, 9}, {4000, true, 15, true, 9}}, "09*#AD"},
	{"flash and nonsense are no keys", []event{{0, true, 16, true, 9}, {800, true, 255, true, 9}}, ""},
	{"20 seconds on one key, in segments", []event{{0, true, 5, false, 160}, {0, false, 5, false, 0xffff}, {0xffff, false, 5, false, 160}, {0xffff, false, 5, false, 0xffff}, {0x1fffe, false, 5, true, 9000}, {0x1fffe, false, 5, true, 9000}}, "5"},
	{"a sender that moves the timestamp", []event{{0, true, 7, false, 160}, {160, false, 7, false, 320}, {320, false, 7, false, 480}, {480, false, 7, true, 640}}, "7"},
	{"an old end after a new press", []event{{1600, true, 1, false, 160}, {0, false, 9, true, 480}}, "1"},
	{"the timestamp wraps in between", []event{{1<<32 - 800, true, 1, true, 480}, {800, true, 2, true, 480}}, "12"},
	{"a clock that was set anew", []event{{1 << 30, true, 1, true, 480}, {5, true, 2, true, 480}}, "12"},
}

// Control: press comparing the end bit instead of the timestamp.
func TestKeysAreCountedOnce(t *testing.T) {
	t.Parallel()
	for _, c := range pressed {
		e := newEar()
		for i, p := range c.events {
			h := rtp.Header{PayloadType: 101, Marker: p.marker, SequenceNumber: uint16(i), Timestamp: p.stamp, SSRC: 3}
			e.hears(time.Duration(i)*framePace, rtpBytes(t, h, pressBytes(p.code, p.end, p.duration)))
		}
		if e.order.reset(); string(e.keys) != c.want {
			t.Errorf("%s: %q, want %q", c.name, e.keys, c.want)
		}
	}
}

// A press reaches the menu while nothing else comes: the wheel ends the wait.
func TestAKeyIsToldWithoutFurtherPackets(t *testing.T) {
	t.Parallel()
	e := newEar()
	e.hears(0, rtpBytes(t, rtp.Header{PayloadType: 101, Marker: true, SSRC: 3}, pressBytes(1, false, 160)))
	e.tick(e.epoch.Add(window + framePace))
	if string(e.keys) != "1" {
		t.Errorf("%q after the window", e.keys)
	}
}

// A gateway that sends voice and keys under two SSRCs, in turn.
//
// Control: the presses forgotten at every change of the SSRC.
func TestKeysOfAnotherSourceAreCountedOnce(t *testing.T) {
	t.Parallel()
	e := newEar()
	for i := range 12 {
		at := time.Duration(i) * framePace
		e.hears(at, rtpBytes(t, rtp.Header{PayloadType: 8, SequenceNumber: uint16(i), Timestamp: uint32(i * frame), SSRC: 1}, tone(i)))
		e.hears(at, rtpBytes(t, rtp.Header{PayloadType: 101, SequenceNumber: uint16(i), Timestamp: uint32(i/6) * 4000, SSRC: 2}, pressBytes(3, i%6 > 2, 800)))
	}
	got := e.sound(12 * frame)
	if e.order.reset(); string(e.keys) != "33" {
		t.Errorf("%q, want two presses", e.keys)
	}
	for i := range 12 {
		if !bytes.Contains(got, tone(i)) {
			t.Errorf("packet %d of the voice is not there", i)
		}
	}
}
