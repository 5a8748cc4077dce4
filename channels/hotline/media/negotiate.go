package media

import "slices"

// SDP is our last description: the answer, or the offer.
func (s *Session) SDP() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sdp.last
}

// Port is the RTP port of the first line that is taken.
func (s *Session) Port() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.legs {
		if l != nil {
			return int(l.pair.port)
		}
	}
	return 0
}

// Reoffer answers an offer: the first, or a re-INVITE's. Returns ErrNoCodec, ErrSDP or
// ErrPorts, and then the call goes on as it was.
func (s *Session) Reoffer(offer *Description) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if len(offer.Lines) < len(s.lines) {
		return nil, ErrSDP // a line is never taken away (RFC 3264, 8)
	}
	s.hear(s.engine.cfg.Now()) // what came by the old description is heard by it
	legs, opened, err := s.seat(offer.Lines)
	if err != nil {
		s.discard(opened)
		return nil, err
	}
	s.lines, s.legs = offer.Lines, legs
	return s.sdp.write(s.agreed()), nil
}

// seat finds or opens the leg of each line. Nothing of the call changes before all
// have theirs.
func (s *Session) seat(lines []Line) (legs, opened []*leg, err error) {
	legs = append(slices.Clone(s.legs), make([]*leg, len(lines)-len(s.legs))...)
	taken, speaking := 0, 0
	for i, line := range lines {
		if legs[i] != nil {
			taken++
		}
		if legs[i] != nil && line.speakable() {
			speaking++
		}
	}
	for i, line := range lines {
		if legs[i] != nil || !line.speakable() || taken == s.call.Streams {
			continue
		}
		l, err := s.open(line, legs)
		if err != nil {
			return nil, opened, err
		}
		legs[i], opened = l, append(opened, l)
		taken++
		speaking++
	}
	if speaking == 0 {
		return nil, opened, ErrNoCodec
	}
	for i, line := range lines {
		if l := legs[i]; l == nil {
			continue
		} else if l.active = line.speakable(); l.active {
			l.agree(line)
		}
	}
	return legs, opened, nil
}

// open makes a leg on a fresh pair of ports, beside the others.
func (s *Session) open(line Line, others []*leg) (*leg, error) {
	pair, err := s.engine.ports.take()
	if err != nil {
		return nil, err
	}
	l := &leg{session: s, pair: pair, from: line, channel: s.channel(line, others)}
	l.in = newReceiver(s.epoch, l.place, l.press)
	return l, nil
}

// channel is the side that a new line is heard on.
func (s *Session) channel(line Line, others []*leg) Channel {
	if ch, ok := s.call.Channels[line.Label]; ok {
		return ch & 1
	}
	for _, l := range others {
		if l != nil && l.channel == Left {
			return Right
		}
	}
	return Left
}

func (s *Session) discard(legs []*leg) {
	for _, l := range legs {
		s.engine.ports.put(l.pair)
	}
}

// agreed is our answer to the lines as they are now.
func (s *Session) agreed() []described {
	var out []described
	for i, line := range s.lines {
		d := described{from: line}
		if l := s.legs[i]; l != nil && l.active {
			d.port, d.codecs, d.event = l.pair.port, []Codec{l.codec}, l.event
			d.direction, d.label = l.direction, line.Label
		}
		out = append(out, d)
	}
	return out
}

// Offer makes a new offer on the same ports, for a re-INVITE that came without one.
func (s *Session) Offer() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []described
	for i, line := range s.lines {
		d := described{from: line}
		if l := s.legs[i]; l != nil {
			d.port, d.codecs, d.event = l.pair.port, []Codec{PCMA, PCMU}, l.event
			d.direction, d.label = SendRecv, line.Label
			if d.event == 0 {
				d.event = ownEvent
			}
			if s.call.Streams > 1 {
				d.direction = RecvOnly
			}
		}
		out = append(out, d)
	}
	return s.sdp.write(out)
}

// Accept takes the answer to our offer. Returns ErrNoCodec or ErrSDP, and then the
// call goes on as it was.
func (s *Session) Accept(answer *Description) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if len(answer.Lines) != len(s.lines) {
		return ErrSDP
	}
	s.hear(s.engine.cfg.Now())
	speaking := false
	for i, line := range answer.Lines {
		speaking = speaking || s.legs[i] != nil && line.speakable()
	}
	if !speaking {
		return ErrNoCodec
	}
	for i, line := range answer.Lines {
		l := s.legs[i]
		if l == nil {
			continue
		}
		if l.active = line.speakable(); l.active {
			line.Label = s.lines[i].Label
			l.agree(line)
		}
		s.lines[i] = line
	}
	return nil
}
