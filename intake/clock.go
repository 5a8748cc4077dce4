package intake

import (
	"context"
	"sync"
	"time"

	"lianou/core/pg"
)

// clock is the city's time as this process last saw it. The database has the only
// clock, but an application is dated and sealed before its transaction begins, and
// must be even while the database is away. So the distance between the two is kept
// and looked at again once a second while there is work.
type clock struct {
	db *pg.DB

	mu    sync.Mutex
	ahead time.Duration // city time minus ours
	seen  time.Time     // monotonic, of the last look
}

const clockEvery = time.Second

func (c *clock) now(ctx context.Context) time.Time {
	c.mu.Lock()
	due := time.Since(c.seen) > clockEvery
	if due {
		c.seen = time.Now() // one looks, the others go on
	}
	c.mu.Unlock()
	if due {
		_ = c.look(ctx) // away: the last distance still holds
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead).UTC().Truncate(time.Microsecond)
}

func (c *clock) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, clockEvery)
	defer cancel()
	t, err := c.db.ReadClock(ctx)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead, c.seen = time.Until(t.Now), time.Now()
	return nil
}
