package pgtest

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Gate stands between a pool and the server, so that one test can take the
// database away without touching the others'.
type Gate struct {
	// URL leads to the server by way of the gate.
	URL string

	mu    sync.Mutex
	shut  bool
	conns map[net.Conn]bool
}

// NewGate makes an open gate before the server of a URL.
func NewGate(t testing.TB, url string) *Gate {
	t.Helper()
	cfg, err := parseURL(url)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	g := &Gate{conns: map[net.Conn]bool{}, URL: cfg.through(l.Addr().String())}
	t.Cleanup(func() { _ = l.Close(); g.Shut() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go g.pass(c, cfg.network, cfg.address)
		}
	}()
	return g
}

func (g *Gate) pass(c net.Conn, network, address string) {
	s, err := net.Dial(network, address)
	g.mu.Lock()
	if err != nil || g.shut {
		g.mu.Unlock()
		_ = c.Close()
		return
	}
	g.conns[c], g.conns[s] = true, true
	g.mu.Unlock()
	go func() { copyAll(s, c) }()
	copyAll(c, s)
}

// Shut cuts every connection and lets none through.
func (g *Gate) Shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for c := range g.conns {
		_ = c.Close()
	}
	clear(g.conns)
}

// Open lets connections through again.
func (g *Gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
}

// address is where a database URL leads, and the URL with its server replaced.
type address struct {
	network, address string
	u                *url.URL
}

func parseURL(raw string) (address, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, err
	}
	a := address{network: "tcp", address: u.Host, u: u}
	if dir := u.Query().Get("host"); dir != "" {
		port := u.Query().Get("port")
		if port == "" {
			port = "5432"
		}
		a.network, a.address = "unix", dir+"/.s.PGSQL."+port
	}
	return a, nil
}

// through gives the same URL by way of another TCP address.
func (a address) through(hostport string) string {
	u := *a.u
	q := u.Query()
	q.Del("host")
	q.Del("port")
	q.Set("sslmode", "disable")
	u.RawQuery, u.Host = q.Encode(), hostport
	return u.String()
}

func copyAll(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
	_ = from.Close()
}
