package hotline

import (
	"context"
	"sync/atomic"
	"time"
)

// cityClock is the clock by which a line of our own says when a call came: that of the
// city, or in a demonstration that moved it, a call of today would stand before the case
// it came after.
type cityClock struct{ shift atomic.Int64 }

func (c *cityClock) now() time.Time { return time.Now().Add(time.Duration(c.shift.Load())) }

// follow reads how far the clock was moved, until ctx ends. A clock that cannot be read
// is as it was.
func (c *cityClock) follow(ctx context.Context, read func(context.Context) (time.Duration, error)) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		if shift, err := read(ctx); err == nil {
			c.shift.Store(int64(shift))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
