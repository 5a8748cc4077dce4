package media

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// clock is the time of a test, which moves when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func clockAt(t *testing.T) *clock {
	t.Helper()
	return &clock{now: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

var local = netip.MustParseAddr("127.0.0.1")

// portsOf gives each test a range of its own.
var portsOf = struct {
	sync.Mutex
	next uint16
}{next: 40000}

func config(t *testing.T, c *clock) Config {
	t.Helper()
	portsOf.Lock()
	first := portsOf.next
	portsOf.next += 64
	portsOf.Unlock()
	cfg := Config{Bind: local, FirstPort: first, LastPort: first + 63, Folder: t.TempDir(), Idle: framePace}
	if c != nil {
		cfg.Now = c.Now
	}
	return cfg
}

// engine gives an engine whose wheel and disk stand still: the test turns them.
func engine(t *testing.T, c *clock) *Engine {
	t.Helper()
	e, err := newEngine(config(t, c))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if p := e.Ports(); p.Busy != 0 {
			t.Errorf("%d pairs of ports leaked", p.Busy)
		}
	})
	return e
}

// rtpBytes makes a packet with pion/rtp.
func rtpBytes(t testing.TB, h rtp.Header, payload []byte) []byte {
	t.Helper()
	h.Version = 2
	b, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tone is frame i of a sound in which every frame differs and none is silent.
func tone(i int) []byte {
	b := make([]byte, frame)
	for j := range b {
		b[j] = byte(1 + (i*7+j)%200)
	}
	return b
}

func pressBytes(code byte, end bool, duration uint16) []byte {
	b := []byte{code, 10, 0, 0}
	if end {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], duration)
	return b
}

// telephone is a UDP socket that calls.
func telephone(t *testing.T) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// until polls for what another goroutine is about to do.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	late, again := time.After(10*time.Second), time.NewTicker(time.Millisecond)
	defer again.Stop()
	for !done() {
		select {
		case <-late:
			t.Fatalf("waited 10 s for %s", what)
		case <-again.C:
		}
	}
}
