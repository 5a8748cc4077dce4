package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/cmd/internal/rig"
)

// The bars of B11.
const (
	barCore   = 0.1  // per cent of a core a call, of the gateway alone
	barLength = 1.0  // per cent that a recording may differ from its call
	barGrowth = 10.0 // per cent that memory may grow while the line is full
)

// settles is how long a full line takes until as much is forgotten as comes anew: SIP
// keeps what it knows of a call for 64*T1 after its end (RFC 3261 section 17). Memory is
// compared after it, its first half with its second.
const settles = 35 * time.Second

// speaks is how long each caller speaks: with a new call so many times a second the line
// is full after it, and stays so.
const speaks = 25 * time.Second

// calling measures B11: sipp, whose own cost is its own, keeps the line full of recorded
// calls while others end and begin.
func calling(ctx context.Context, cfg *Config) (missed Verdict, err error) {
	h, err := openHouse(ctx, cfg)
	if err != nil {
		return missed, err
	}
	defer h.close()
	rate := max(cfg.Lines/int(speaks.Seconds()), 1)
	storm := rig.Storm{Line: h.phone, Rate: rate, Calls: rate * int((cfg.Storm + speaks).Seconds()), Speaks: speaks, Dir: filepath.Join(h.dir, "sipp")}
	if err := os.Mkdir(storm.Dir, 0o700); err != nil {
		return missed, err
	}
	over := make(chan struct{})
	var came rig.Stormed
	var failed error
	go func() { defer close(over); came, failed = storm.Run(ctx) }()
	seen := h.watch(ctx, cfg.Storm, over)
	<-over
	if failed != nil {
		return missed, failed
	}
	kept, err := h.kept(ctx, storm.Calls)
	if err != nil {
		return missed, err
	}
	return printCalls(cfg, came, seen, kept), nil
}

// watch samples the gateway each second while the line is full.
func (h *house) watch(ctx context.Context, full time.Duration, over <-chan struct{}) (seen []usage) {
	begin := time.NewTimer(speaks + time.Second)
	defer begin.Stop()
	select {
	case <-begin.C:
	case <-over:
		return nil
	case <-ctx.Done():
		return nil
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for until := time.Now().Add(full - 2*time.Second); time.Now().Before(until); {
		u, err := usageOf(h.gateway.Process.Pid)
		if err != nil {
			return seen
		}
		seen = append(seen, u)
		select {
		case <-tick.C:
		case <-over:
			return seen
		case <-ctx.Done():
			return seen
		}
	}
	return seen
}

// recorded is what the house kept of the calls.
type recorded struct {
	stored, partial int
	worst           float64 // per cent that a recording differs from its call
	gaps, lost      int
}

// keptWithin bounds the wait for the last calls to be delivered.
const keptWithin = 2 * time.Minute

// kept waits until every call is delivered and reads what is there.
func (h *house) kept(ctx context.Context, calls int) (r recorded, err error) {
	ctx, cancel := context.WithTimeout(ctx, keptWithin)
	defer cancel()
	conn, err := pgx.Connect(ctx, h.admin)
	if err != nil {
		return r, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const sql = `select count(*) filter (where recording_state = 'stored'), count(*) filter (where partial) from call where exchange = 'sip'`
	for {
		if err := conn.QueryRow(ctx, sql).Scan(&r.stored, &r.partial); err != nil {
			return r, fmt.Errorf("read the record of calls: %w", err)
		}
		if r.stored >= calls || !pause(ctx, 200*time.Millisecond) {
			break
		}
	}
	err = h.holes(&r)
	return r, err
}

// holes reads what the gateway says of each call that is over: how long it was, how long
// its recording is, and what was missing in the sound that came.
func (h *house) holes(r *recorded) error {
	f, err := os.Open(filepath.Join(h.dir, "gateway.log"))
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l struct {
			Msg               string
			Gaps, Lost        int
			Seconds, Recorded float64
		}
		if json.Unmarshal(lines.Bytes(), &l) != nil || l.Msg != "call over" || l.Seconds == 0 {
			continue
		}
		r.gaps, r.lost = r.gaps+l.Gaps, r.lost+l.Lost
		r.worst = max(r.worst, 100*math.Abs(l.Recorded-l.Seconds)/l.Seconds)
	}
	return lines.Err()
}

// printCalls gives the line of B11 and tells what was missed.
func printCalls(cfg *Config, came rig.Stormed, seen []usage, kept recorded) (missed Verdict) {
	if len(seen) < 6 {
		missed.Short = append(missed.Short, "B11: the storm was too short to measure")
		return missed
	}
	first, last := seen[0], seen[len(seen)-1]
	a := 100 * (last.cpu - first.cpu).Seconds() / last.at.Sub(first.at).Seconds() / float64(cfg.Lines)
	settled := seen
	if n := int(settles.Seconds()); len(seen) > n+6 {
		settled = seen[n:]
	}
	half := len(settled) / 2
	before, after := memoryOf(settled[:half]), memoryOf(settled[half:])
	growth := 100 * (after - before) / before
	whole := came.Failed == 0 && kept.gaps == 0 && kept.partial == 0 && kept.stored == came.Made && kept.worst <= barLength
	ok := a <= barCore && whole && growth <= barGrowth
	fmt.Fprintf(cfg.Out, "B11 %.3f%% of a core a call, bar <=%.1f%% %s (%d at once, %d calls, %d failed, %d gaps, %d packets lost, %d recordings, worst length %.2f%% of %.0f%%, memory %.0f MiB %+.1f%%)\n",
		a, barCore, word(ok), cfg.Lines, came.Made, came.Failed, kept.gaps, kept.lost, kept.stored, kept.worst, barLength, after/(1<<20), growth)
	for what, short := range map[string]bool{"B11: cost of a call": a > barCore, "B11: calls whole": !whole, "B11: memory flat": growth > barGrowth} {
		if short {
			missed.Short = append(missed.Short, what)
		}
	}
	return missed
}

func memoryOf(seen []usage) float64 {
	var sum float64
	for _, u := range seen {
		sum += float64(u.memory)
	}
	return sum / float64(len(seen))
}
