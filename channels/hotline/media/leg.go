package media

import (
	"net/netip"
	"slices"
	"time"
)

// leg is one line of sound of a session: a pair of ports, what comes in and what goes
// out. Its session's lock guards it.
type leg struct {
	session *Session
	pair    pair
	channel Channel

	active    bool
	from      Line // the other side's words
	codec     Codec
	event     uint8
	direction Direction // ours
	latch     latch
	in        *receiver
	out       *sender

	voice              voice
	strangers, refused uint64
}

// batches is how often a turn goes on taking while a port gives all that a batch holds:
// 8,500 packets a second, of which a call makes 50. Beyond that the kernel drops, and what
// a stranger sends drowns the caller; a trunk's own network is where that is stopped.
const batches = 8

// take hears what came to the port since the last turn.
func (l *leg) take(now time.Time, b *batch) {
	for n, i := burst, 0; n == burst && i < batches; i++ {
		n = b.fill(l.pair.rtp)
		for k := range n {
			datagram, from := b.at(k)
			l.receive(datagram, from, now)
		}
	}
}

// receive takes one datagram.
func (l *leg) receive(b []byte, from netip.AddrPort, now time.Time) {
	s := l.session
	if !s.started || s.closed || !l.active {
		return
	}
	p, ok := l.in.parse(b, now)
	if !ok {
		l.in.garbage++
		return
	}
	if !l.believes(from) || !l.latch.takes(from, l.in.head.SSRC) {
		l.strangers++
		return
	}
	s.heard = now
	if l.direction.receives() {
		l.in.receive(p)
	}
}

// believes reports whether sound may come from there at all: from the host the
// description names, or from one that Config.Sources lists.
func (l *leg) believes(from netip.AddrPort) bool {
	list := l.session.engine.cfg.Sources
	if len(list) == 0 || from.Addr() == l.latch.told.Addr() {
		return true
	}
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(from.Addr()) })
}

// place puts what was heard into the recording, if there is one.
func (l *leg) place(at time.Duration, sound []byte) {
	s := l.session
	l.voice.hear(at, sound)
	if s.recording != nil {
		s.recording.place(l.channel, samples(at-s.recordFrom), sound)
	}
	if s.tap != nil {
		s.tap.place(l.channel, samples(at-s.recordFrom), sound)
	}
}

func (l *leg) press(d Digit) {
	d.From = l.channel
	l.session.pressed(d)
}

// agree takes over what the other side says of the line.
func (l *leg) agree(line Line) {
	was := l.direction
	l.from, l.active = line, true
	l.codec, l.event, l.direction = line.Codecs[0], line.Event, line.Direction.mirrored()
	l.in.event = line.Event
	l.latch.open = true
	if line.Remote != l.latch.told {
		l.latch = latch{told: line.Remote, open: true}
	}
	if was != l.direction {
		l.in.restart() // what passed while we did not listen is no loss
	}
}

// send makes the frames that are due. One leg of a session is the speaker, the others
// only keep their path open.
func (l *leg) send(now time.Time, speaker bool) {
	n := l.out.due(now)
	target := l.latch.target()
	for ; n > 0; n-- {
		var alaw, ulaw []byte
		if speaker {
			alaw, ulaw = l.session.say()
		}
		at := l.out.moment()
		idle := alaw == nil && l.out.sent%max(int64(l.session.engine.cfg.Idle/framePace), 1) != 0
		if idle || l.session.listens || !l.active || !l.direction.sends() || !target.IsValid() {
			l.out.pass(1)
			continue
		}
		sound := alaw
		if l.codec == PCMU {
			sound = ulaw
		}
		b, err := l.out.packet(l.codec, sound)
		if err == nil {
			err = l.pair.rtp.send(b, target)
		}
		if err != nil {
			l.refused++
			continue
		}
		l.out.packets++
		if s := l.session; alaw != nil && s.recording != nil {
			s.recording.place(1-l.channel, samples(at.Sub(s.recording.start)), alaw)
		}
	}
}
