package phone

import (
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"golang.org/x/time/rate"
)

// mostStreams bounds the TCP connections at one time.
const mostStreams = 256

// guard lets in what comes from a trunk, and no more of it than we can read.
type guard struct {
	trunks []netip.Prefix
	most   int // messages a second of one source; twice as many at once

	mu      sync.Mutex
	buckets map[netip.Addr]*rate.Limiter // one a source on the list
	now     func() time.Time
	dropped func(why string)
}

func newGuard(cfg Config, now func() time.Time, dropped func(string)) *guard {
	return &guard{trunks: cfg.Trunks, most: cfg.MostMessages, buckets: map[netip.Addr]*rate.Limiter{}, now: now, dropped: dropped}
}

func (g *guard) trunk(a netip.Addr) bool {
	a = a.Unmap()
	for _, p := range g.trunks {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// filter sees every message before it is parsed. Nothing is answered to a stranger:
// a scanner learns no more than from a closed port.
func (g *guard) filter(from sip.TransportReadProps, data []byte) ([]byte, error) {
	addr, ok := addrOf(from.RemoteAddr)
	switch {
	case !ok || !g.trunk(addr):
		g.dropped("stranger")
		return nil, nil
	case !g.bucket(addr).AllowN(g.now(), 1):
		g.dropped("flood")
		return nil, nil
	}
	return data, nil
}

func (g *guard) bucket(a netip.Addr) *rate.Limiter {
	g.mu.Lock()
	defer g.mu.Unlock()
	b, ok := g.buckets[a]
	if !ok {
		if len(g.buckets) >= 4096 { // a whole network is on the list: begin anew rather than grow
			clear(g.buckets)
		}
		b = rate.NewLimiter(rate.Limit(g.most), 2*g.most)
		g.buckets[a] = b
	}
	return b
}

func addrOf(a net.Addr) (netip.Addr, bool) {
	if a == nil {
		return netip.Addr{}, false
	}
	p, err := netip.ParseAddrPort(a.String())
	return p.Addr().Unmap(), err == nil
}

// door accepts streams from trunks only, and not without end.
type door struct {
	net.Listener
	g    *guard
	open chan struct{} // a slot for each stream
}

func (g *guard) door(l net.Listener) net.Listener {
	return &door{Listener: l, g: g, open: make(chan struct{}, mostStreams)}
}

// Accept gives the next stream of a trunk.
func (d *door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if addr, ok := addrOf(c.RemoteAddr()); !ok || !d.g.trunk(addr) {
			d.g.dropped("stranger")
			c.Close()
			continue
		}
		select {
		case d.open <- struct{}{}:
			return &stream{Conn: c, leave: sync.OnceFunc(func() { <-d.open })}, nil
		default:
			d.g.dropped("streams")
			c.Close()
		}
	}
}

// idleStream is how long a stream may say nothing: exchanges keep theirs alive with
// OPTIONS or line ends far more often.
const idleStream = 10 * time.Minute

type stream struct {
	net.Conn
	leave func()
}

// Read ends a stream that says nothing.
func (s *stream) Read(b []byte) (int, error) {
	if err := s.SetReadDeadline(time.Now().Add(idleStream)); err != nil {
		return 0, err
	}
	return s.Conn.Read(b)
}

// Close frees the slot.
func (s *stream) Close() error {
	s.leave()
	return s.Conn.Close()
}

// Hush silences the SIP library, whose lines quote whole messages and with them
// callers' numbers; a part of it logs to a variable of its own. To be called once,
// before the first New. What is worth knowing is counted.
func Hush() { sip.SetDefaultLogger(silent()) }

// silent is a logger that says nothing.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }
