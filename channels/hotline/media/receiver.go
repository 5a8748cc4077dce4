package media

import (
	"time"

	"github.com/pion/rtp"
)

// maxPayload is what a packet may hold: 1500 bytes are 187 ms of sound.
const maxPayload = 1500

// comfortNoise is the payload type of RFC 3389: the sender is silent and says so.
const comfortNoise = 13

// receiver is one direction of RTP: packets as they come from the socket to sound at
// its place and keys. It is not safe for use by several goroutines.
type receiver struct {
	head   rtp.Header
	order  reorder
	stream stream
	keys   presses
	keysOf uint32 // whose presses they are: keys may come from another SSRC than the voice
	press  func(Digit)
	event  uint8 // payload type of telephone-event, 0: none
	ssrc   uint32
	known  bool

	packets, garbage, sources uint64
}

func newReceiver(epoch time.Time, place func(time.Duration, []byte), press func(Digit)) *receiver {
	r := &receiver{press: press}
	r.stream = stream{epoch: epoch, place: place}
	r.order.deliver = r.deliver
	return r
}

// parse reads a datagram and reports whether it is a packet for us. The payload
// aliases b.
func (r *receiver) parse(b []byte, at time.Time) (packet, bool) {
	n, err := r.head.Unmarshal(b)
	if err != nil || r.head.Version != 2 || n > len(b) {
		return packet{}, false
	}
	payload := b[n:]
	if r.head.Padding {
		if len(payload) == 0 {
			return packet{}, false
		}
		pad := int(payload[len(payload)-1])
		if pad == 0 || pad > len(payload) {
			return packet{}, false
		}
		payload = payload[:len(payload)-pad]
	}
	p := packet{
		seq: r.head.SequenceNumber, stamp: r.head.Timestamp, at: at,
		kind: r.head.PayloadType, marker: r.head.Marker, payload: payload,
	}
	return p, len(payload) > 0 && len(payload) <= maxPayload && r.speaks(p.kind)
}

func (r *receiver) speaks(kind uint8) bool {
	switch kind {
	case uint8(PCMA), uint8(PCMU), comfortNoise:
		return true
	}
	return r.event != 0 && kind == r.event
}

// receive takes a packet that parse accepted.
func (r *receiver) receive(p packet) {
	if !r.known || r.head.SSRC != r.ssrc {
		r.restart()
		r.known, r.ssrc = true, r.head.SSRC
		r.sources++
	}
	r.packets++
	r.order.put(p)
}

// restart makes the next packet a new base: another source, or a gap that we made.
func (r *receiver) restart() {
	r.order.reset()
	r.stream.reset()
}

func (r *receiver) deliver(p packet) {
	switch {
	case p.kind == uint8(PCMA):
		r.stream.sound(p)
	case p.kind == uint8(PCMU):
		for i, b := range p.payload {
			p.payload[i] = alawOfULaw[b]
		}
		r.stream.sound(p)
	case p.kind == r.event && r.event != 0:
		if r.keysOf != r.ssrc {
			r.keys, r.keysOf = presses{}, r.ssrc
		}
		if key, fresh := r.keys.press(p.stamp, p.marker, p.payload); fresh {
			r.press(Digit{Key: key, At: p.at})
		}
	}
}

// tick hands out what has waited long enough.
func (r *receiver) tick(now time.Time) { r.order.expire(now) }
