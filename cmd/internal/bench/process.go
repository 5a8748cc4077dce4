package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used up to a moment.
type usage struct {
	at     time.Time
	cpu    time.Duration // of both kinds
	memory int64         // resident, in bytes
}

// clockTick is what /proc counts processor time in, on every Linux (USER_HZ).
const clockTick = 10 * time.Millisecond

var errProc = errors.New("/proc does not read as expected")

// usageOf reads what a process has used.
func usageOf(pid int) (u usage, err error) {
	u.at = time.Now()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // a name may hold spaces
	if len(fields) < 22 {
		return u, errProc
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	pages, err3 := strconv.ParseInt(fields[21], 10, 64)
	u.cpu, u.memory = time.Duration(user+system)*clockTick, pages*int64(os.Getpagesize())
	return u, errors.Join(err1, err2, err3)
}
