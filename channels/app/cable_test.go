package app

import (
	"net"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// cable is the network between a browser and the door: it counts what goes over it, and
// can be pulled out.
type cable struct {
	net.Listener
	s    *httptest.Server
	out  atomic.Bool
	sent atomic.Int64 // bytes to the browser
}

type wire struct {
	net.Conn
	c *cable
}

func (w wire) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	w.c.sent.Add(int64(n))
	return n, err
}

// Accept takes nobody in while the cable is out.
func (c *cable) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil || !c.out.Load() {
			return wire{conn, c}, err
		}
		_ = conn.Close()
	}
}

func (c *cable) pull() {
	c.out.Store(true)
	c.s.CloseClientConnections()
}

func (c *cable) mend() { c.out.Store(false) }

// serveOver serves the door over a cable.
func (d *door) serveOver(t *testing.T) (*httptest.Server, *cable) {
	t.Helper()
	inner := d.serve(t)
	s := httptest.NewUnstartedServer(inner.Config.Handler)
	c := &cable{Listener: s.Listener, s: s}
	s.Listener = c
	s.Start()
	t.Cleanup(s.Close)
	return s, c
}

// settled is what went over the cable once nothing more does.
func (c *cable) settled() int64 {
	for last := c.sent.Load(); ; {
		<-time.After(700 * time.Millisecond) // a browser fetches in bursts; nothing tells when it has all
		now := c.sent.Load()
		if now == last {
			return now
		}
		last = now
	}
}
