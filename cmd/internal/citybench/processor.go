package citybench

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// A meter reads how long processors were really busy for a piece of work: on a machine
// that others use, the time on the wall says how busy they are.
type meter struct {
	c      *city
	began  time.Time
	own    time.Duration
	server map[int]time.Duration
}

// meter begins to measure.
func (c *city) meter(ctx context.Context) (*meter, error) {
	server, err := c.backends(ctx)
	return &meter{c: c, began: time.Now(), own: ownTime(), server: server}, err
}

// spent is what this program and the server's processes behind its connections spent since
// the beginning, on the wall and on processors. What a connection that was closed spent
// meanwhile is lost.
func (m *meter) spent(ctx context.Context) (wall, busy time.Duration, err error) {
	wall = time.Since(m.began)
	busy = ownTime() - m.own
	now, err := m.c.backends(ctx)
	for pid, t := range now {
		busy += t - m.server[pid] // one that is new began at nothing
	}
	return wall, busy, err
}

// backends are the server's processes that work for the platform's role, with their time.
func (c *city) backends(ctx context.Context) (map[int]time.Duration, error) {
	rows, err := c.admin.Query(ctx, `select pid from pg_stat_activity where usename = $1`, platformRole)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	out := map[int]time.Duration{}
	for _, pid := range pids {
		out[pid] = runTime(fmt.Sprintf("/proc/%d/schedstat", pid))
	}
	return out, err
}

// ownTime is the time of this program's threads.
func ownTime() (all time.Duration) {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, t := range threads {
		all += runTime("/proc/self/task/" + t.Name() + "/schedstat")
	}
	return all
}

// runTime reads the first figure of a schedstat: nanoseconds on a processor.
func runTime(file string) time.Duration {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0 // it ended
	}
	first, _, _ := strings.Cut(string(b), " ")
	n, _ := strconv.ParseInt(first, 10, 64)
	return time.Duration(n)
}

// twoMillion says what took so long by the household at two million of them, on the wall
// and, where nothing else runs, on two processors.
type twoMillion struct{ wall, quiet float64 }

func forTwoMillion(wall, busy, households float64) twoMillion {
	return twoMillion{wall * millions / households, busy / hands * millions / households}
}

func (t twoMillion) String() string {
	return fmt.Sprintf("by the household %.0fs for two million, bar <=%ds %s (by the processors' time %.0fs on two that do nothing else)", t.wall, barMinute, word(t.ok()), t.quiet)
}

func (t twoMillion) ok() bool { return t.wall <= barMinute }
