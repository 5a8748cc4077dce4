package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

// desks are open desks: one websocket each, as a browser keeps it.
type desks struct {
	mu    sync.Mutex
	heard map[string][]time.Time // when each desk heard of a call, by call
	more  chan struct{}          // something was heard
	open  []*websocket.Conn
	all   sync.WaitGroup
}

// sit opens a desk for each cookie.
func (o *office) sit(ctx context.Context, cookies []string) (*desks, error) {
	d := &desks{heard: map[string][]time.Time{}, more: make(chan struct{}, 1)}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for _, cookie := range cookies {
		group.Go(func() error {
			head := http.Header{"Cookie": {cookie}, "Origin": {"http://" + o.addr}}
			conn, res, err := websocket.DefaultDialer.DialContext(inner, "ws://"+o.addr+"/desk/live", head)
			if err != nil {
				if res != nil {
					return fmt.Errorf("open a desk: %w: %s", err, res.Status)
				}
				return fmt.Errorf("open a desk: %w", err)
			}
			d.mu.Lock()
			d.open = append(d.open, conn)
			d.mu.Unlock()
			d.all.Go(func() { d.listen(conn) })
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		d.leave()
		return nil, err
	}
	return d, nil
}

func (d *desks) listen(conn *websocket.Conn) {
	for {
		_, text, err := conn.ReadMessage()
		at := time.Now()
		if err != nil {
			return
		}
		var m struct{ Topic, ID string }
		if json.Unmarshal(text, &m) != nil || m.Topic != "calls" {
			continue
		}
		d.mu.Lock()
		d.heard[m.ID] = append(d.heard[m.ID], at)
		d.mu.Unlock()
		select {
		case d.more <- struct{}{}:
		default:
		}
	}
}

// popLimit is how long a call may take to its desks before it counts as lost.
const popLimit = 10 * time.Second

// pops waits until so many desks have heard of a call, and gives how long each took.
func (d *desks) pops(ctx context.Context, call string, n int, since time.Time) ([]time.Duration, error) {
	limit := time.NewTimer(popLimit)
	defer limit.Stop()
	for {
		d.mu.Lock()
		got := d.heard[call]
		d.mu.Unlock()
		if len(got) >= n {
			took := make([]time.Duration, len(got))
			for i, at := range got {
				took[i] = at.Sub(since)
			}
			return took, nil
		}
		select {
		case <-d.more:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-limit.C:
			return nil, fmt.Errorf("%d of %d desks heard of a call in %v: %w", len(got), n, popLimit, errLost)
		}
	}
}

var errLost = errors.New("a bell was lost")

func (d *desks) leave() {
	for _, conn := range d.open {
		conn.Close()
	}
	d.all.Wait()
}
