package media

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// PortStats counts the pairs of the pool.
type PortStats struct{ Free, Busy, Draining int }

// ports hands out pairs of UDP ports: an even one for RTP and the odd one above it
// for RTCP (RFC 3550, 11). A pair that was given back drains before it is used again,
// so that the late packets of one call cannot be heard in another.
type ports struct {
	bind  netip.Addr
	drain time.Duration
	now   func() time.Time

	mu    sync.Mutex
	queue []rested // longest unused first
	busy  int
}

type rested struct {
	port uint16
	from time.Time // free from then on
}

// pair is two bound sockets.
type pair struct {
	port uint16
	rtp  *socket
	rtcp *net.UDPConn
}

func newPorts(cfg Config) (*ports, error) {
	first := (cfg.FirstPort + 1) &^ 1
	p := &ports{bind: cfg.Bind, drain: cfg.Drain, now: cfg.Now}
	for port := int(first); port+1 <= int(cfg.LastPort); port += 2 {
		p.queue = append(p.queue, rested{port: uint16(port)})
	}
	if first == 0 || len(p.queue) == 0 {
		return nil, errors.New("the range of RTP ports holds no pair")
	}
	return p, nil
}

// take binds the pair that rested longest. A pair that another program holds is
// passed over and tried again after the others. Returns ErrPorts when none is left.
func (p *ports) take() (pair, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	var cause error
	for range len(p.queue) {
		next := p.queue[0]
		if next.from.After(now) {
			break // the queue is in the order of rest
		}
		p.queue = p.queue[1:]
		made, err := p.listen(next.port)
		if err == nil {
			p.busy++
			return made, nil
		}
		cause = err
		p.queue = append(p.queue, rested{port: next.port, from: now})
	}
	return pair{}, ErrPorts.Wrap(cause)
}

func (p *ports) listen(port uint16) (pair, error) {
	rtp, err := listen(netip.AddrPortFrom(p.bind, port))
	if err != nil {
		return pair{}, err
	}
	rtcp, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.bind, port+1)))
	if err != nil {
		rtp.close()
		return pair{}, err
	}
	// Nobody reads reports: without a bound each call's would fill 200 kB of the kernel.
	if err := rtcp.SetReadBuffer(4 << 10); err != nil {
		rtp.close()
		rtcp.Close()
		return pair{}, err
	}
	return pair{port: port, rtp: rtp, rtcp: rtcp}, nil
}

// put closes a pair and lets it drain.
func (p *ports) put(q pair) {
	q.rtp.close()
	q.rtcp.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy--
	p.queue = append(p.queue, rested{port: q.port, from: p.now().Add(p.drain)})
}

func (p *ports) stats() PortStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := PortStats{Busy: p.busy}
	now := p.now()
	for _, r := range p.queue {
		if r.from.After(now) {
			s.Draining++
		} else {
			s.Free++
		}
	}
	return s
}
