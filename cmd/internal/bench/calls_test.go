package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// callEvery is how many forms a client sends for one call that is reported.
const callEvery = 6

// callPause is how long the exchange waits before it reports again.
const callPause = 100 * time.Millisecond

// heardCalls are the calls whose report was answered with 204.
type heardCalls struct {
	mu  sync.Mutex
	ids []string
}

func (h *heardCalls) add(id string) { h.mu.Lock(); defer h.mu.Unlock(); h.ids = append(h.ids, id) }

// report says that a call began until it is acknowledged, always under the same id.
func (c *citizenClient) report(ctx context.Context, call string) error {
	for {
		r, err := hook(ctx, c.storm.house.addr, "msg-"+call, ringing(call))
		if err != nil {
			return err
		}
		status := 0
		w, err := c.http.Do(r)
		if err == nil {
			status = w.StatusCode
			w.Body.Close()
		}
		switch {
		case status == http.StatusNoContent:
			c.storm.calls.add(call)
			return nil
		case status != 0 && status < 500:
			return fmt.Errorf("refused with %d", status)
		}
		c.storm.ledger.other()
		if !pause(ctx, callPause) {
			return fmt.Errorf("never acknowledged: status %d: %w", status, errors.Join(err, ctx.Err()))
		}
	}
}

// callsHeld fails unless every acknowledged call is on record, and no other.
func (s *storm) callsHeld() int {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.house.admin)
	must(s.t, err)
	defer conn.Close(context.Background())
	var there, all int
	const sql = `select count(*) filter (where id = any($1)), count(*) from call`
	must(s.t, conn.QueryRow(s.t.Context(), sql, s.calls.ids).Scan(&there, &all))
	if there != len(s.calls.ids) || all != there || there == 0 {
		s.t.Errorf("%d calls acknowledged, %d of them and %d altogether on record", len(s.calls.ids), there, all)
	}
	return there
}
