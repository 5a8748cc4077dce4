package funasr

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"lianou/transcription"
)

// conn is one websocket: one sender, one reader.
type conn struct {
	ws      *websocket.Conn
	once    sync.Once
	unwatch func() bool
}

// close ends both directions, from any goroutine.
func (c *conn) close() {
	c.once.Do(func() {
		if c.unwatch != nil {
			c.unwatch()
		}
		_ = c.ws.Close()
	})
}

func (c *conn) send(kind int, b []byte) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(sendTime)); err != nil {
		return err
	}
	return c.ws.WriteMessage(kind, b)
}

func (c *conn) sendJSON(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.send(websocket.TextMessage, b)
}

// sendStop says that the sound is over. From here on the end is near.
func (c *conn) sendStop(l *listener) error {
	l.stopped.Store(true)
	err := c.sendJSON(stop{IsEnd: true})
	_ = l.arm() // of a read that is under way
	return err
}

// listener reads answers until the server has ended, in whichever way it does:
//
//   - C++ marks its last answer is_final.
//   - The old Python server sends is_final = is_speaking: true while sound comes and
//     false on the last answer, and for silence it sends nothing. An is_final on a draft,
//     or while we still speak, gives it away; from then on only quiet ends it.
//   - The new Python server says is_end.
type listener struct {
	conn     *conn
	mode     string
	rate     int
	quiet    time.Duration // after the last answer
	patience time.Duration // for the first one after the sound has ended

	sent    atomic.Int64 // samples
	stopped atomic.Bool

	inverted bool
	arming   sync.Mutex
	answered bool  // since the sound has ended; under arming
	read     int   // bytes of all answers
	count    int   // utterances so far
	until    int64 // where the last final ended
	draft    string
}

// arm sets the deadline of the read that is under way or comes next. The sender does it once
// the sound has ended, the reader before each read, and neither knows which is first: an
// answer that overtakes the sender must not be given the patience of none again.
func (l *listener) arm() error {
	l.arming.Lock()
	defer l.arming.Unlock()
	return l.conn.ws.SetReadDeadline(l.deadline())
}

func (l *listener) deadline() time.Time {
	switch {
	case !l.stopped.Load():
		return time.Time{} // sound still goes out; sending has its own bound
	case l.answered:
		return time.Now().Add(l.quiet)
	}
	return time.Now().Add(l.patience)
}

// listen gives every utterance to out and returns nil at the server's end.
func (l *listener) listen(ctx context.Context, out chan<- transcription.Segment) error {
	for {
		if err := l.arm(); err != nil {
			return transcription.ErrTemporary.Wrap(errors.New("the connection is gone"))
		}
		kind, b, err := l.conn.ws.ReadMessage()
		if err != nil {
			return l.broken(ctx, err)
		}
		if kind != websocket.TextMessage {
			continue
		}
		a, err := parse(b)
		if err != nil {
			return err
		}
		list := l.segments(a)
		if l.read, l.count = l.read+len(b), l.count+len(list); l.read > mostRead || l.count > mostSegments || len(l.draft) > mostDraft {
			return transcription.ErrRejected.Wrap(errors.New("more text than anybody says"))
		}
		stopped := l.stopped.Load()
		for _, s := range list {
			select {
			case out <- s:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if l.ended(a, stopped) {
			return nil
		}
	}
}

// ended reads the marks of an end. Those on a draft, or on an answer from before our
// own end, say nothing of it, except that the server has them the wrong way round.
func (l *listener) ended(a answer, stopped bool) bool {
	l.inverted = l.inverted || a.IsFinal && !a.IsEnd && (a.draft() || !stopped)
	if !stopped {
		return false
	}
	l.arming.Lock()
	l.answered = true
	l.arming.Unlock()
	return a.IsEnd || a.IsFinal && !l.inverted
}

// broken tells a server that has nothing more to say from one that is away.
func (l *listener) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var timeout net.Error
	quiet := errors.As(err, &timeout) && timeout.Timeout()
	closed := websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseNoStatusReceived)
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		return transcription.ErrRejected.Wrap(errors.New("an answer of more than 4 MiB"))
	case l.stopped.Load() && (quiet || closed) && (l.answered || l.mode == "2pass"):
		return nil
	case quiet:
		return transcription.ErrTemporary.Wrap(errors.New("no answer in time"))
	}
	return transcription.ErrTemporary.Wrap(errors.New("the connection broke"))
}
