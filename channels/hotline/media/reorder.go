package media

import "time"

// packet is what a receiver keeps of an RTP packet.
type packet struct {
	seq     uint16
	stamp   uint32
	at      time.Time // when it came
	kind    uint8     // payload type
	marker  bool
	payload []byte
}

// The bounds of the window. A jump beyond maxJump is believed when the next packet
// confirms it (RFC 3550, A.1: a restarted sender).
const (
	window      = 100 * time.Millisecond
	windowSlots = 32
	maxJump     = 3000
)

// reorder brings the packets of one source into the order they were sent in. What
// comes in order passes straight through; after a hole it waits a window for the
// missing, and a new source waits a window for those that its first packet overtook.
type reorder struct {
	deliver func(packet)

	began   bool // the first window is over, next is known
	any     bool
	next    uint16
	first   uint16    // of the first window
	since   time.Time // the wait began
	held    int
	slots   [windowSlots]packet
	filled  [windowSlots]bool
	history uint64 // bit n: next-1-n came
	suspect uint16 // the sequence that would confirm a jump
	doubted bool

	lost, gaps, late, duplicates, wild uint64
}

// reset forgets the source, after handing out what is held.
func (r *reorder) reset() {
	for r.held > 0 {
		r.skip()
	}
	r.began, r.any, r.history, r.doubted = false, false, 0, false
}

// put takes a packet as it comes; the payload is copied if it must wait.
func (r *reorder) put(p packet) {
	if !r.any {
		r.any, r.first, r.next, r.since = true, p.seq, p.seq, p.at
	}
	r.sort(p)
	r.expire(p.at)
}

func (r *reorder) sort(p packet) {
	ahead := int(int16(p.seq - r.next))
	switch {
	case !r.began && ahead < 0 && ahead > -windowSlots/2:
		// Before the first: it was overtaken, and the order begins with it.
		if r.next-p.seq+r.spread() < windowSlots {
			r.next = p.seq
			r.hold(p)
			return
		}
		r.late++
	case ahead < 0 && ahead >= -64:
		r.old(-ahead)
	case ahead < 0 || ahead > maxJump:
		r.doubt(p)
	case r.began && ahead == 0 && r.held == 0:
		r.pass(p)
	case ahead >= windowSlots:
		r.jump(p)
	default:
		r.hold(p)
		r.release()
	}
}

// spread is how far the held packets reach beyond next.
func (r *reorder) spread() uint16 {
	for n := uint16(windowSlots - 1); n > 0; n-- {
		if r.filled[(r.next+n)%windowSlots] {
			return n
		}
	}
	return 0
}

// old counts a packet whose turn is over.
func (r *reorder) old(behind int) {
	if r.history>>(behind-1)&1 == 1 {
		r.duplicates++
	} else {
		r.late++
	}
}

// doubt drops a packet from far away unless it follows another one from there.
func (r *reorder) doubt(p packet) {
	if !r.doubted || p.seq != r.suspect {
		r.doubted, r.suspect = true, p.seq+1
		r.wild++
		return
	}
	r.reset()
	r.any, r.began, r.next, r.since = true, true, p.seq, p.at
	r.pass(p)
}

// jump gives up on everything before p.
func (r *reorder) jump(p packet) {
	for r.held > 0 {
		r.skip()
	}
	r.began = true
	if missing := p.seq - r.next; missing > 0 && missing <= maxJump {
		r.lost += uint64(missing)
		r.gaps++
		r.history = 0
		r.next = p.seq
	}
	r.pass(p)
}

func (r *reorder) pass(p packet) {
	r.next, r.history, r.doubted = p.seq+1, r.history<<1|1, false
	r.deliver(p)
}

func (r *reorder) hold(p packet) {
	i := p.seq % windowSlots
	if r.filled[i] {
		r.duplicates++
		return
	}
	if r.held == 0 && r.began {
		r.since = p.at
	}
	buf := append(r.slots[i].payload[:0], p.payload...)
	r.slots[i], r.filled[i] = p, true
	r.slots[i].payload = buf
	r.held++
}

// release hands out what is next, as far as nothing is missing.
func (r *reorder) release() {
	for r.began && r.held > 0 && r.filled[r.next%windowSlots] {
		i := r.next % windowSlots
		r.filled[i] = false
		r.held--
		r.pass(r.slots[i])
	}
	if r.held > 0 && r.began {
		r.since = r.oldest()
	}
}

func (r *reorder) oldest() time.Time {
	var t time.Time
	for i, full := range r.filled {
		if full && (t.IsZero() || r.slots[i].at.Before(t)) {
			t = r.slots[i].at
		}
	}
	return t
}

// skip gives up on what is missing before the next held packet.
func (r *reorder) skip() {
	missing := uint64(0)
	for !r.filled[r.next%windowSlots] {
		r.next++
		r.history <<= 1
		missing++
	}
	if missing > 0 && r.began {
		r.lost += missing
		r.gaps++
	}
	if !r.began { // the source began when anything of it was heard
		r.slots[r.next%windowSlots].at = r.since
		r.began = true
	}
	r.release()
}

// expire ends waits that have lasted a window.
func (r *reorder) expire(now time.Time) {
	for r.held > 0 && now.Sub(r.since) >= window {
		r.skip()
	}
	if !r.began && r.any && r.held == 0 && now.Sub(r.since) >= window {
		r.began = true
	}
}
