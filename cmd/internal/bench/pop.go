package bench

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"lianou/core/staff"
)

// connected is how many desks are open in every part of B10. A call is for the agents
// among them; the others hear nothing of it.
const connected = 1000

// What lies between two calls (a busy hour has one in two seconds), and how many of a
// round warm the way and do not count.
const (
	popPause = 50 * time.Millisecond
	popWarm  = 5
)

// popPart is a part of B10: so many agents among the connected, so many calls in a
// round, and the bar of the p99 in milliseconds.
type popPart struct {
	agents, calls int
	bar           float64
}

func popParts() []popPart { return []popPart{{1, 200, 25}, {50, 100, 25}, {connected, 40, 60}} }

// popping measures B10: from the exchange's report of a call, its commit included, to
// the websockets of the desks.
func popping(ctx context.Context, cfg *Config) (missed Verdict, err error) {
	h, err := openHouse(ctx, cfg)
	if err != nil {
		return missed, err
	}
	defer h.close()
	o, err := openOffice(ctx, h, cfg.Platform)
	if err != nil {
		return missed, err
	}
	defer o.close()
	agents, err := o.hire(ctx, connected, staff.Agent)
	if err != nil {
		return missed, err
	}
	others, err := o.hire(ctx, connected, staff.Officer)
	if err != nil {
		return missed, err
	}
	late := make([][]float64, len(popParts()))
	for n := range cfg.Rounds {
		for i, part := range popParts() {
			p99, err := o.popRound(ctx, slices.Concat(agents[:part.agents], others[:connected-part.agents]), part, fmt.Sprintf("%d-%d", n, i))
			if err != nil {
				return missed, err
			}
			late[i] = append(late[i], p99)
			cfg.note("  pop to %d of %d: p99 %.1f ms, load %s", part.agents, connected, p99, load())
		}
	}
	for i, part := range popParts() {
		ok := median(late[i]) <= part.bar
		fmt.Fprintf(cfg.Out, "B10 %.1fms bar <=%.0fms %s (p99 from report to screen, %d of %d desks, %d calls, rounds %d)\n",
			median(late[i]), part.bar, word(ok), part.agents, connected, part.calls, len(late[i]))
		if !ok {
			missed.Short = append(missed.Short, fmt.Sprintf("B10 to %d desks", part.agents))
		}
	}
	return missed, nil
}

// popRound opens the desks, reports calls one after another, and gives the p99.
func (o *office) popRound(ctx context.Context, cookies []string, part popPart, name string) (float64, error) {
	d, err := o.sit(ctx, cookies)
	if err != nil {
		return 0, err
	}
	defer d.leave()
	var all []time.Duration
	for n := range popWarm + part.calls {
		call := fmt.Sprintf("pop-%s-%d", name, n)
		r, err := hook(ctx, o.house.addr, "msg-"+call, ringing(call))
		if err != nil {
			return 0, err
		}
		began := time.Now()
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, fmt.Errorf("report a call: %w", err)
		}
		w.Body.Close()
		if w.StatusCode != http.StatusNoContent {
			return 0, fmt.Errorf("report a call: %s", w.Status)
		}
		took, err := d.pops(ctx, call, part.agents, began)
		if err != nil {
			return 0, err
		}
		if n >= popWarm {
			all = append(all, took...)
		}
		if !pause(ctx, popPause) {
			return 0, ctx.Err()
		}
	}
	slices.Sort(all)
	return float64(all[len(all)*99/100].Microseconds()) / 1000, nil
}

// pause waits a little; false when the context is over.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
