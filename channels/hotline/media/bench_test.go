package media

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// BenchmarkCall is the cost of one second of one recorded call: 50 packets read from
// the socket and placed, 50 sent, the file written. One operation is a call-second;
// ns/op over 10 million is the share of a core in percent.
func BenchmarkCall(b *testing.B) {
	e, err := newEngine(Config{Bind: local, FirstPort: 48000, LastPort: 48100, Folder: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	peer, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, 0)))
	if err != nil {
		b.Fatal(err)
	}
	defer peer.Close()
	offer, err := ParseSDP([]byte(fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8\r\n", peer.LocalAddr().(*net.UDPAddr).Port)))
	if err != nil {
		b.Fatal(err)
	}
	s, err := e.Answer(offer, Call{})
	if err != nil {
		b.Fatal(err)
	}
	s.Start()
	if err := s.Record("bench"); err != nil {
		b.Fatal(err)
	}
	l, now, buf := s.legs[0], e.cfg.Now(), make([]byte, 64<<10)
	s.recording.start = now
	datagram := rtpBytes(b, rtp.Header{PayloadType: 8, SSRC: 1}, tone(0))
	from := peer.LocalAddr().(*net.UDPAddr).AddrPort()
	seq := uint16(0)
	b.ReportAllocs()
	for b.Loop() {
		for range 50 {
			now = now.Add(framePace)
			datagram[2], datagram[3] = byte(seq>>8), byte(seq)
			seq++
			l.receive(datagram, from, now)
			s.tick(now)
		}
		for range 2 {
			s.recording.flush(s.recording.at(now.Add(-lag)), buf)
		}
	}
}

// TestManyCalls runs calls at once in real time against the real clock and reports
// what they cost; it fails on a gap or on a file that is not as long as its call.
//
// Control: a lag of nothing, so that the disk seals what is still on its way.
func TestManyCalls(t *testing.T) {
	calls, span := 50, 2*time.Second
	e, err := New(Config{Bind: local, FirstPort: 50000, LastPort: 54999, Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	peer := telephone(t)
	var sessions []*Session
	var begun []time.Time
	offer := parsed(t, offerOf(fmt.Sprintf("m=audio %d RTP/AVP 8", peer.LocalAddr().(*net.UDPAddr).Port), "c=IN IP4 127.0.0.1"))
	for i := range calls {
		s, err := e.Answer(offer, Call{})
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		if err := s.Record(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		sessions, begun = append(sessions, s), append(begun, time.Now())
	}
	spent := cpu(t)
	speak(t, peer, sessions, span)
	spent = cpu(t) - spent
	for i, s := range sessions {
		took := time.Since(begun[i])
		done, err := s.Close()
		x := s.Stats()
		if err != nil || done.Length < took-framePace || done.Length > took+framePace || x.Lost+x.Gaps+x.LateSound+x.Overrun+x.Refused != 0 || x.Sent < uint64(span/e.cfg.Idle) {
			t.Errorf("call %d of %s: %v, %+v, %+v", i, took, err, done.Length, x)
		}
	}
	t.Logf("%d calls, speaker included: %.3f %% of a core a call", calls, 100*spent.Seconds()/span.Seconds()/float64(calls))
}

// speak sends every session its 50 packets a second for a while.
func speak(t *testing.T, peer *net.UDPConn, sessions []*Session, span time.Duration) {
	t.Helper()
	begun := time.Now()
	stop := make(chan struct{})
	n := 0
	every(stop, framePace, func() {
		for ; time.Duration(n)*framePace <= time.Since(begun); n++ {
			b := rtpBytes(t, rtp.Header{PayloadType: 8, SequenceNumber: uint16(n), Timestamp: uint32(n * frame), SSRC: 1}, tone(n))
			for _, s := range sessions {
				peer.WriteToUDPAddrPort(b, netip.AddrPortFrom(local, uint16(s.legs[0].pair.port)))
			}
		}
		if time.Since(begun) >= span {
			select {
			case <-stop:
			default:
				close(stop)
			}
		}
	})
}

func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
