package journal

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"lianou/core/blob"
	"lianou/core/seal"
	"lianou/intake/calls"
)

// Deps is what a Journal works with; all are required.
type Deps struct {
	Ring  *seal.Ring // seals entries to this program
	Calls *calls.Log
	Blobs *blob.Store
	Log   *slog.Logger
}

// Journal is the folder. It is safe for use by many goroutines; one process uses it,
// which a lock on the folder holds.
type Journal struct {
	dir  string
	deps Deps
	most int64 // bytes of a recording
	lock *os.File

	wake  chan struct{}
	mu    sync.Mutex
	tasks map[string]*task  // what is to be delivered, by entry
	order []string          // the same, oldest first
	open  map[string]Call   // calls that go on
	ids   map[string]string // of those, in the record
}

// Call is a call in the journal.
type Call struct {
	name  string
	entry Entry
}

// Open makes the folder and queues what an earlier process left. Errors name a folder
// that cannot be used or that another process has.
func Open(dir string, most int64, deps Deps) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of calls: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the folder of calls: %w", err)
	}
	// Mending a recording that another process still writes would cut it off.
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("the folder of calls %s is used by another gateway: %w", dir, err), lock.Close())
	}
	j := &Journal{dir: dir, deps: deps, most: most, lock: lock, wake: make(chan struct{}, 1), tasks: map[string]*task{}, open: map[string]Call{}, ids: map[string]string{}}
	names, err := j.names()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("look for calls of an earlier run: %w", err), j.Close())
	}
	for _, name := range names {
		j.push(name)
	}
	return j, nil
}

// Close lets another process have the folder. Run must have returned.
func (j *Journal) Close() error { return j.lock.Close() }

// Begin keeps a call before it is answered. sound is the name, without its ending,
// under which its sound is to grow in this folder.
func (j *Journal) Begin(e Entry) (c Call, sound string, err error) {
	var id [16]byte
	rand.Read(id[:])
	c = Call{name: hex.EncodeToString(id[:]), entry: e}
	if err := j.write(c.name, e); err != nil {
		return Call{}, "", fmt.Errorf("keep a call: %w", err)
	}
	j.mu.Lock()
	j.open[c.name] = c
	j.mu.Unlock()
	j.push(c.name)
	return c, c.name, nil
}

// Recorded gives the id of a call in the record, once it is there and while it goes on.
func (j *Journal) Recorded(c Call) (id string, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	id, ok = j.ids[c.name]
	return id, ok
}

// Change notes how a call stands. Only its end is written to the disk: what happens
// before can be told from the sound. An end that cannot be written is delivered from
// memory, and found again by its sound if this process dies first.
func (j *Journal) Change(c Call, change func(*Entry)) {
	j.mu.Lock()
	now, ok := j.open[c.name]
	if !ok {
		j.mu.Unlock()
		return
	}
	change(&now.entry)
	j.open[c.name] = now
	j.mu.Unlock()
	if !now.entry.Ended.IsZero() {
		if err := j.write(c.name, now.entry); err != nil {
			j.deps.Log.Error("the end of a call could not be written", "entry", c.name, "error", err)
		}
	}
	j.push(c.name)
}
