package browsertest

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// Cable is the network between a browser and the door: it counts what goes over it, and
// can be pulled out.
type Cable struct {
	net.Listener
	s    *httptest.Server
	out  atomic.Bool
	sent atomic.Int64 // bytes to the browser
}

type wire struct {
	net.Conn
	c *Cable
}

func (w wire) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	w.c.sent.Add(int64(n))
	return n, err
}

// Accept takes nobody in while the cable is out.
func (c *Cable) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil || !c.out.Load() {
			return wire{conn, c}, err
		}
		_ = conn.Close()
	}
}

// Pull ends every connection and takes nobody in.
func (c *Cable) Pull() {
	c.out.Store(true)
	c.s.CloseClientConnections()
}

// Mend takes people in again.
func (c *Cable) Mend() { c.out.Store(false) }

// Serve serves a handler over a cable until the test ends.
func Serve(t testing.TB, handler http.Handler) (*httptest.Server, *Cable) {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	c := &Cable{Listener: s.Listener, s: s}
	s.Listener = c
	s.Start()
	t.Cleanup(s.Close)
	return s, c
}

// Unplug takes the network from a window: the browser knows of it, and no connection is taken
// in, for a service worker fetches on its own. PlugIn gives it back.
func (tab *Tab) Unplug(c *Cable) {
	tab.Offline(true)
	c.Pull()
}

// PlugIn undoes Unplug.
func (tab *Tab) PlugIn(c *Cable) {
	c.Mend()
	tab.Offline(false)
}

// Settled is what went over the cable once nothing more does.
func (c *Cable) Settled() int64 {
	for last := c.sent.Load(); ; {
		<-time.After(700 * time.Millisecond) // a browser fetches in bursts; nothing tells when it has all
		now := c.sent.Load()
		if now == last {
			return now
		}
		last = now
	}
}
