package media

import (
	"bytes"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
	"pgregory.net/rapid"
)

// ear is a receiver whose sound falls onto one channel of a long timeline.
type ear struct {
	*receiver
	epoch time.Time
	line  *timeline
	keys  []byte
}

func newEar() *ear {
	e := &ear{epoch: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), line: newTimeline(1 << 40)}
	e.receiver = newReceiver(e.epoch,
		func(at time.Duration, sound []byte) { e.line.place(Left, samples(at), sound) },
		func(d Digit) { e.keys = append(e.keys, d.Key) })
	e.event = 101
	return e
}

// hears takes a datagram that comes some time after the beginning.
func (e *ear) hears(after time.Duration, datagram []byte) {
	at := e.epoch.Add(after)
	if p, ok := e.parse(datagram, at); ok {
		e.receive(p)
	} else {
		e.garbage++
	}
}

// sound is the first n samples of what was heard.
func (e *ear) sound(n int) []byte {
	e.order.reset()
	b := e.line.peek(int64(n), make([]byte, 2*n))
	out := make([]byte, 0, n)
	for i := 0; i < len(b); i += 2 {
		out = append(out, b[i])
	}
	return out
}

// speech is n packets of 20 ms from a sequence and a timestamp on.
func speech(t testing.TB, n int, seq uint16, stamp uint32) (packets [][]byte, sound []byte) {
	for i := range n {
		h := rtp.Header{PayloadType: 8, SequenceNumber: seq + uint16(i), Timestamp: stamp + uint32(i*frame), SSRC: 77}
		packets = append(packets, rtpBytes(t, h, tone(i)))
		sound = append(sound, tone(i)...)
	}
	return packets, sound
}

// Any order within the window and any duplicates give the same sound, wherever the
// sequence and the timestamp wrap.
//
// Control: reorder.put handing every packet on at once ("r.pass(p)").
func TestOrderDoesNotMatterWithinTheWindow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(rt, "packets")
		packets, want := speech(t, n, rapid.Uint16().Draw(rt, "seq"), rapid.Uint32().Draw(rt, "stamp"))
		order := make([]float64, n)
		for i := range order {
			order[i] = float64(i) + rapid.Float64Range(0, 3.9).Draw(rt, "delay")
		}
		index := make([]int, n)
		for i := range index {
			index[i] = i
		}
		slices.SortStableFunc(index, func(a, b int) int {
			if order[a] < order[b] {
				return -1
			}
			return 1
		})
		e := newEar()
		copies := uint64(0)
		for slot, i := range index {
			at := time.Duration(slot) * framePace
			e.hears(at, packets[i])
			if rapid.Bool().Draw(rt, "again") {
				e.hears(at+time.Millisecond, packets[i])
				copies++
			}
		}
		if got := e.sound(len(want)); !bytes.Equal(got, want) {
			rt.Fatalf("order %v: sound differs from sample %d on", index, differs(got, want))
		}
		if o := e.order; o.lost+o.late+o.gaps+o.wild != 0 || o.duplicates != copies {
			rt.Fatalf("order %v: lost %d late %d wild %d duplicates %d of %d", index, o.lost, o.late, o.wild, o.duplicates, copies)
		}
	})
}

func differs(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// What is lost is silent and nothing moves.
//
// Control: stream.from without step.
func TestHolesAreSilent(t *testing.T) {
	t.Parallel()
	packets, want := speech(t, 50, 65530, 1<<32-1000)
	e := newEar()
	for i, p := range packets {
		if i >= 10 && i < 14 || i == 30 {
			hush(want[i*frame : (i+1)*frame])
			continue
		}
		e.hears(time.Duration(i)*framePace, p)
	}
	if got := e.sound(len(want)); !bytes.Equal(got, want) {
		t.Fatalf("differs from sample %d on", differs(got, want))
	}
	if e.order.lost != 5 || e.order.gaps != 2 {
		t.Errorf("lost %d in %d gaps, want 5 in 2", e.order.lost, e.order.gaps)
	}
}

// clocks are senders whose timestamps say something else than the wall, and where the
// words must stand in the recording.
var clocks = []struct {
	name   string
	second uint32        // timestamp of the second half, from its first half's
	pause  time.Duration // on the wall between the halves
	place  time.Duration // where the second half must begin, give or take 40 ms
}{
	{"a pause that the timestamp counts", 25*frame + 8000, 1500 * time.Millisecond, 1500 * time.Millisecond},
	{"a pause that the timestamp does not count", 25 * frame, 1500 * time.Millisecond, 1500 * time.Millisecond},
	{"a timestamp that leaps a day ahead", 25*frame + 86400*8000, 500 * time.Millisecond, 500 * time.Millisecond},
	{"a timestamp that leaps back", 1 << 31, 500 * time.Millisecond, 500 * time.Millisecond},
	{"a timestamp that begins anew", 1<<32 - 99999, 500 * time.Millisecond, 500 * time.Millisecond},
}

// The wall clock has the last word about when something was said.
//
// Control: stream.from returning s.end+step always: hours of silence, or nothing.
func TestTimestampsAreBelievedNearTheWallOnly(t *testing.T) {
	t.Parallel()
	for _, c := range clocks {
		t.Run(c.name, func(t *testing.T) {
			e := newEar()
			for i := range 50 {
				stamp, at := uint32(i*frame), time.Duration(i)*framePace
				if i >= 25 {
					stamp, at = c.second+uint32((i-25)*frame), c.pause+time.Duration(i-25)*framePace
				}
				e.hears(at, rtpBytes(t, rtp.Header{PayloadType: 8, SequenceNumber: uint16(i), Timestamp: stamp, SSRC: 1}, tone(i)))
			}
			got := e.sound(ringSamples)
			at := bytes.Index(got, tone(27)) // the second packet after the turn at the latest
			want := samples(c.place) + 2*frame
			if at < 0 || int64(at) < want-2*frame || int64(at) > want+2*frame {
				t.Errorf("the second half stands at sample %d, want %d", at, want)
			}
		})
	}
}

// A sender that floods cannot fill the recording, and one whose crystal is off by
// 200 ppm stays with the wall for an hour.
func TestFastAndSlowClocksStayBounded(t *testing.T) {
	t.Parallel()
	for _, pace := range []time.Duration{2 * time.Millisecond, framePace - 4*time.Microsecond, framePace + 4*time.Microsecond} {
		e := newEar()
		var last, wall time.Duration
		e.stream.place = func(at time.Duration, _ []byte) { last = at }
		for i := range 180_000 {
			wall = time.Duration(i) * pace
			h := rtp.Header{PayloadType: 8, SequenceNumber: uint16(i), Timestamp: uint32(i * frame), SSRC: 1}
			e.deliver(packet{seq: h.SequenceNumber, stamp: h.Timestamp, at: e.epoch.Add(wall), kind: 8, payload: tone(0)})
			if off := last - wall; off > ahead+framePace || off < -behind-2*framePace {
				t.Fatalf("pace %s: %s off the wall after %s", pace, off, wall)
			}
		}
		if lost := e.stream.excess; pace > time.Millisecond*10 && lost > 80 {
			t.Errorf("pace %s: %d packets given up in an hour", pace, lost)
		}
	}
}

// Another source is a new base, not 40,000 lost packets (seen: a pcap with DTMF).
//
// Control: receive without restart.
func TestSSRCChangeIsANewBase(t *testing.T) {
	t.Parallel()
	e := newEar()
	first, a := speech(t, 10, 100, 5000)
	for i, p := range first {
		e.hears(time.Duration(i)*framePace, p)
	}
	for i := range 10 {
		h := rtp.Header{PayloadType: 0, SequenceNumber: 40000 + uint16(i), Timestamp: 9 + uint32(i*frame), SSRC: 78}
		ulaw := make([]byte, frame)
		for j, b := range tone(i) {
			ulaw[j] = ulawOfALaw[b]
		}
		e.hears(time.Duration(10+i)*framePace, rtpBytes(t, h, ulaw))
	}
	var b []byte
	for i := range 10 {
		for _, x := range tone(i) {
			b = append(b, alawOfULaw[ulawOfALaw[x]])
		}
	}
	if got := e.sound(20 * frame); !bytes.Equal(got, append(a, b...)) {
		t.Errorf("differs from sample %d on", differs(got, append(a, b...)))
	}
	if o := e.order; o.lost != 0 || o.wild != 0 || e.sources != 2 {
		t.Errorf("lost %d, wild %d, sources %d", o.lost, o.wild, e.sources)
	}
}

// One packet from far away is dropped; a sender that goes on from there is believed.
func TestASequenceFromFarAwayNeedsASecond(t *testing.T) {
	t.Parallel()
	e := newEar()
	for i, seq := range []uint16{1, 2, 3, 4, 5, 6, 30000, 7, 8, 50000, 50001, 50002} {
		h := rtp.Header{PayloadType: 8, SequenceNumber: seq, Timestamp: uint32(i * frame), SSRC: 1}
		e.hears(time.Duration(i)*framePace, rtpBytes(t, h, tone(i)))
	}
	e.order.reset()
	if o := e.order; o.wild != 2 || o.lost != 0 || e.packets != 12 {
		t.Errorf("wild %d lost %d of %d", o.wild, o.lost, e.packets)
	}
}

// Padding, extensions and contributing sources are no sound; a packet may hold any
// number of samples.
//
// Control: parse without its padding.
func TestFormsOfPackets(t *testing.T) {
	t.Parallel()
	e := newEar()
	h := rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: 1, SSRC: 1, CSRC: []uint32{4, 5}}
	if err := h.SetExtension(1, []byte{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	want := bytes.Repeat([]byte{0x11}, 240)
	e.hears(0, rtpBytes(t, h, want))
	p := rtpBytes(t, rtp.Header{PayloadType: 8, SequenceNumber: 2, Timestamp: 240, SSRC: 1}, append(bytes.Repeat([]byte{0x12}, 80), 0, 0, 0, 4))
	p[0] |= 0x20
	e.hears(30*time.Millisecond, p)
	e.hears(40*time.Millisecond, rtpBytes(t, rtp.Header{PayloadType: 8, SequenceNumber: 3, Timestamp: 320, SSRC: 1}, []byte{0x13}))
	want = append(append(append(want, bytes.Repeat([]byte{0x12}, 80)...), 0x13), silence)
	if got := e.sound(322); !bytes.Equal(got, want) {
		t.Errorf("differs from sample %d on", differs(got, want))
	}
	for _, bad := range [][]byte{nil, {0x80}, p[:11], {0x80, 200, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1}, rtpBytes(t, rtp.Header{PayloadType: 8}, nil)} {
		e.hears(0, bad)
	}
	if e.garbage != 5 {
		t.Errorf("%d packets of garbage, want 5", e.garbage)
	}
}

// Every cut and every flipped bit of a packet, amid a call: nothing breaks, what is no
// packet is counted, and the call goes on (security.md P29).
//
// Control: parse without "pad > len(payload)".
func TestDamagedPackets(t *testing.T) {
	t.Parallel()
	h := rtp.Header{Version: 2, PayloadType: 8, SSRC: 77, CSRC: []uint32{4}}
	if err := h.SetExtension(1, []byte{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	whole := rtpBytes(t, h, append(tone(0)[:80], 0, 0, 0, 4)) // a flip makes the padding longer than the packet
	whole[0] |= 0x20
	e := newEar()
	at := time.Duration(0)
	for i := range whole {
		e.hears(at, whole[:i])
		for bit := range 8 {
			b := slices.Clone(whole)
			b[i] ^= 1 << bit
			e.hears(at, b)
			e.tick(e.epoch.Add(at))
			at += time.Millisecond
		}
	}
	if e.garbage < 28 { // at least every cut before the sound
		t.Errorf("%d packets of garbage", e.garbage)
	}
	packets, _ := speech(t, 10, 500, 1<<20)
	for i, p := range packets {
		e.hears(at+time.Duration(i)*framePace, p)
	}
	if got := e.sound(ringSamples); !bytes.Contains(got, append(tone(8), tone(9)...)) {
		t.Error("the call did not go on")
	}
}

// FuzzReceive feeds datagrams, one after the other, cut from the input.
func FuzzReceive(f *testing.F) {
	packets, _ := speech(f, 3, 65534, 0)
	f.Add(slices.Concat(packets...), uint8(172))
	f.Add(rtpBytes(f, rtp.Header{PayloadType: 101, Marker: true}, pressBytes(5, true, 800)), uint8(16))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		e := &ear{}
		wall := time.Duration(0)
		e.receiver = newReceiver(e.epoch, func(at time.Duration, sound []byte) {
			if at < -time.Hour || at > wall+time.Second {
				t.Fatalf("sound at %s when it was %s", at, wall)
			}
		}, func(Digit) {})
		e.event = 101
		r := rand.New(rand.NewSource(int64(size)))
		after := time.Duration(0)
		for given := 0; len(b) > 0; given++ {
			n := min(int(size)+12, len(b))
			e.hears(after, b[:n])
			b = b[n:]
			after += time.Duration(r.Intn(40)) * time.Millisecond
			wall = after
			e.tick(e.epoch.Add(after))
		}
		if e.order.held > windowSlots || e.order.held < 0 {
			t.Fatalf("%d packets held", e.order.held)
		}
		e.order.reset()
	})
}

// A packet costs no garbage, in order or not.
func TestReceivingDoesNotAllocate(t *testing.T) {
	packets, _ := speech(t, 4000, 1, 1)
	e := newEar()
	at, i := time.Duration(0), 0
	next := func() {
		for _, k := range []int{0, 2, 1, 3} {
			e.hears(at, packets[i+k])
			at += framePace
		}
		i += 4
	}
	for range 20 {
		next()
	}
	if n := testing.AllocsPerRun(500, next); n != 0 {
		t.Errorf("%v allocations for four packets", n)
	}
}
