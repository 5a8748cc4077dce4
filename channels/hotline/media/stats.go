package media

// Stats counts what a session has met so far, over its legs.
type Stats struct {
	Packets    uint64 // RTP that was the call's
	Sent       uint64
	Lost       uint64 // packets that never came, by sequence
	Gaps       uint64 // holes they left: one or several packets in a row
	Late       uint64 // came after their turn
	Duplicates uint64
	Wild       uint64 // of a sequence from far away
	Garbage    uint64 // no RTP, cut short, or of a payload nobody agreed on
	Strangers  uint64 // from another source
	Sources    uint64 // SSRCs heard, 1 in a plain call
	Rebased    uint64 // times that a timestamp was not believed
	Excess     uint64 // packets sent faster than time passes
	Refused    uint64 // packets that the system would not send
	LateSound  uint64 // samples that came after their place was on disk
	Overrun    uint64 // samples for which there was no room: the disk stood still
}

// Stats counts up to now.
func (s *Session) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	var t Stats
	for _, l := range s.legs {
		if l == nil {
			continue
		}
		o := &l.in.order
		t.Packets += l.in.packets
		t.Lost += o.lost
		t.Gaps += o.gaps
		t.Late += o.late
		t.Duplicates += o.duplicates
		t.Wild += o.wild
		t.Garbage += l.in.garbage
		t.Strangers += l.strangers
		t.Sources += l.in.sources
		t.Rebased += l.in.stream.rebased
		t.Excess += l.in.stream.excess
		t.Refused += l.refused
		if l.out != nil {
			t.Sent += l.out.packets
		}
	}
	if s.recording != nil {
		late, overrun := s.recording.lost()
		t.LateSound, t.Overrun = uint64(late), uint64(overrun)
	}
	return t
}
