package bench

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"lianou/core/pg"
)

// cpu reads how long processes really ran: on a machine that others use, the time on
// the wall says how busy they are.
type cpu struct{ files []string }

// own finds the server process behind the one connection of the pool.
func (h *townHall) own(ctx context.Context) error {
	var pid int
	err := h.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select pg_backend_pid()`).Scan(&pid)
	})
	h.cpu.files = []string{fmt.Sprintf("/proc/%d/schedstat", pid)}
	return err
}

// spent is the time on a processor so far: of the server's process to the nanosecond, of
// this one by all its threads.
func (c cpu) spent() time.Duration {
	var all time.Duration
	files := c.files
	threads, _ := os.ReadDir("/proc/self/task")
	for _, t := range threads {
		files = append(files[:len(files):len(files)], "/proc/self/task/"+t.Name()+"/schedstat")
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that ended
		}
		first, _, _ := strings.Cut(string(b), " ")
		n, _ := strconv.ParseInt(first, 10, 64)
		all += time.Duration(n)
	}
	return all
}
