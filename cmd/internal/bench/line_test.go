package bench

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fault is what a line between the gateway and PostgreSQL does.
type fault int32

const (
	through   fault = iota
	slow            // every piece comes two seconds late
	reset           // the next piece ends the connection
	blackHole       // nothing comes through, nothing ends
	cutAnswer       // requests get there, the server acts, and the answer is cut off: of a COMMIT too
)

// line is a socket in front of the server's own, through which the gateway talks.
type line struct {
	dir, server string
	now         atomic.Int32
	listener    net.Listener
	all         sync.WaitGroup
	cut         atomic.Int64 // answers that were cut off
	mu          sync.Mutex
	open        map[net.Conn]bool
}

const socketName = ".s.PGSQL.5432"

// newLine lays a line to the house's server and has the gateway use it.
func newLine(t *testing.T, s *storm) *line {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "line-")
	must(t, err)
	l := &line{dir: dir, server: filepath.Join(s.house.server.Socket(), socketName), open: map[net.Conn]bool{}}
	l.listener, err = net.Listen("unix", filepath.Join(dir, socketName))
	must(t, err)
	l.all.Go(l.serve)
	t.Cleanup(func() {
		l.listener.Close()
		l.drop()
		l.all.Wait()
		os.RemoveAll(dir)
	})
	s.house.line = dir
	s.killGateway()
	return l
}

func (l *line) serve() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", l.server)
		if err != nil {
			client.Close()
			continue
		}
		l.mu.Lock()
		l.open[client], l.open[server] = true, true
		l.mu.Unlock()
		l.all.Go(func() { l.carry(client, server, false) })
		l.all.Go(func() { l.carry(server, client, true) })
	}
}

// carry moves one direction of a connection until either end or the fault ends it.
func (l *line) carry(from, to net.Conn, answers bool) {
	defer func() {
		from.Close()
		to.Close()
		l.mu.Lock()
		delete(l.open, from)
		delete(l.open, to)
		l.mu.Unlock()
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		switch fault(l.now.Load()) {
		case reset:
			return
		case cutAnswer:
			if answers {
				l.cut.Add(1)
				return
			}
		case slow:
			time.Sleep(2 * time.Second) // the fault itself, not a wait for something
		case blackHole:
			for fault(l.now.Load()) == blackHole {
				time.Sleep(10 * time.Millisecond) // as above
			}
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (l *line) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		c.Close()
	}
}

// fails has the line misbehave until so many tries were answered otherwise or kept
// in the spool, or the fault has lasted long enough, then makes it good again.
func (l *line) fails(s *storm, f fault) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 4*time.Second)
	defer cancel()
	was := s.ledger.unknown() + s.ledger.spooled()
	l.now.Store(int32(f))
	for s.ledger.unknown()+s.ledger.spooled() < was+24 && pause(ctx, 10*time.Millisecond) {
	}
	l.now.Store(int32(through))
	s.drained()
}

// TestLineFails is P2 d: between the gateway and its database the line is slow, is
// reset, swallows everything, and cuts off the answers to what the server has done:
// a COMMIT whose answer never came is the one that doubles. Four times round.
// Control: a client's key that is new for every try (citizenClient.run), and each
// commit whose answer was cut stands twice.
func TestLineFails(t *testing.T) {
	t.Parallel()
	s := newStorm(t, "", ciForms)
	l := newLine(t, s)
	faults := []fault{cutAnswer, slow, reset, blackHole}
	n := 0
	s.run(8, func() { l.fails(s, faults[n%len(faults)]); n++ })
	s.held(n)
	if l.cut.Load() == 0 {
		t.Error("no answer was cut off")
	}
	t.Logf("%d answers of the database were cut off", l.cut.Load())
}
