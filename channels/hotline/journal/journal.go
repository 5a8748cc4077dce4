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

	"lianou/channels/hotline/media"
	"lianou/core"
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

// Journal is the folder. It is safe for use by many goroutines; one process uses it.
type Journal struct {
	dir  string
	deps Deps
	most int64 // bytes of a recording

	wake  chan struct{}
	mu    sync.Mutex
	queue []task          // entries with something to deliver, oldest first
	busy  map[string]bool // those a worker has in hand
	open  map[string]Call // calls that go on
}

// Call is a call in the journal.
type Call struct {
	name  string
	entry Entry
}

// Open makes the folder and takes up what an earlier process left: recordings are
// mended, and the calls are queued as ended when their last sound was written.
func Open(dir string, most int64, deps Deps) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of calls: %w", err)
	}
	j := &Journal{dir: dir, deps: deps, most: most, wake: make(chan struct{}, 1), busy: map[string]bool{}, open: map[string]Call{}}
	names, err := j.names()
	if err != nil {
		return nil, fmt.Errorf("look for calls of an earlier run: %w", err)
	}
	for _, name := range names {
		if err := j.takeUp(name); err != nil {
			return nil, fmt.Errorf("take up a call of an earlier run: %w", err)
		}
	}
	return j, nil
}

// takeUp queues one entry. One that cannot be opened is put aside and said; its sound
// stays.
func (j *Journal) takeUp(name string) error {
	e, err := j.read(name)
	if err != nil {
		j.deps.Log.Error("a call in the journal cannot be read; it is put aside", "entry", name, "error", core.KindOf(err))
		path := filepath.Join(j.dir, name+entrySuffix)
		return os.Rename(path, path+badSuffix)
	}
	if e.Ended.IsZero() {
		if err := j.mend(name, &e); err != nil {
			return err
		}
		if err := j.write(name, e); err != nil {
			return err
		}
		j.deps.Log.Warn("a call was cut off by a stop; what was recorded is kept", "call", e.Call, "sound", e.Sound)
	}
	j.queue = append(j.queue, task{name: name})
	return nil
}

// mend ends an entry whose process died.
func (j *Journal) mend(name string, e *Entry) error {
	e.Ended, e.Partial = e.Began, true
	path := filepath.Join(j.dir, name+soundSuffix)
	switch done, err := media.Repair(path); {
	case err == nil && done.Length > 0:
		e.Sound, e.Answered, e.Ended = true, e.Began, e.Began.Add(done.Length)
	case err == nil || errors.Is(err, os.ErrNotExist) || core.KindOf(err) == core.KindInvalid:
		// Nothing was said yet.
	default:
		return err
	}
	return nil
}

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
	j.push(task{name: c.name})
	return c, c.name, nil
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
			j.deps.Log.Error("the end of a call could not be written", "call", now.entry.Call, "error", err)
		}
	}
	j.push(task{name: c.name})
}
