package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"time"
)

// sources gives each connection a loopback address of its own, so that the door's
// limit by source (60 forms a minute) stands as it does for the public: every few
// requests come from somebody else.
type sources struct{ next atomic.Uint32 }

// perSource is how many forms one address sends before the next takes over.
const perSource = 50

func (s *sources) addr() net.IP {
	n := s.next.Add(1)
	return net.IPv4(127, byte(1+n>>16), byte(n>>8), byte(n))
}

// client is one keep-alive connection that costs the machine as little as it can:
// the load must not eat what it measures.
type client struct {
	to      string
	sources *sources
	conn    net.Conn
	in      *bufio.Reader
	left    int // requests before another source takes over
}

// post sends one prepared request and gives the status.
func (c *client) post(ctx context.Context, request []byte) (int, error) {
	if c.left == 0 {
		if err := c.dial(ctx); err != nil {
			return 0, err
		}
	}
	c.left--
	if err := c.conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return 0, err
	}
	if _, err := c.conn.Write(request); err != nil {
		c.left = 0
		return 0, err
	}
	status, err := c.answer()
	if err != nil {
		c.left = 0
	}
	return status, err
}

func (c *client) dial(ctx context.Context) error {
	c.close()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: c.sources.addr()}}
	conn, err := d.DialContext(ctx, "tcp", c.to)
	if err != nil {
		return fmt.Errorf("dial the gateway: %w", err)
	}
	c.conn, c.in, c.left = conn, bufio.NewReaderSize(conn, 4096), perSource
	return nil
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
	}
}

var errAnswer = errors.New("not an answer of HTTP/1.1 with a length")

// answer reads a status line, headers, and a body of known length.
func (c *client) answer() (int, error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, errAnswer
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, errAnswer
	}
	length := -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, errAnswer
			}
		}
	}
	if length < 0 {
		return 0, errAnswer
	}
	_, err = io.CopyN(io.Discard, c.in, int64(length))
	return status, err
}
