package payout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"lianou/core"
)

// FolderConfig says where the files of a bank lie that fetches and brings them.
type FolderConfig struct {
	Send  string           // our files to the bank; absolute
	Take  string           // the bank's files to us; absolute, another one, writable by its owner alone
	Clock func() time.Time // of the machine that dates the files. Defaults to time.Now
}

// Folder is the rail of a bank, or of its front machine (前置机), that fetches files
// from one folder and puts its own into another.
type Folder struct {
	cfg FolderConfig

	mu    sync.Mutex
	after string               // the last name of the look before, when there were more
	early map[string]time.Time // files dated ahead of our clock, and when each was first seen
}

// NewFolder checks the configuration. Whether the folders are there is seen at each
// use: a share may be mounted late.
func NewFolder(cfg FolderConfig) (*Folder, error) {
	if !filepath.IsAbs(cfg.Send) || !filepath.IsAbs(cfg.Take) || filepath.Clean(cfg.Send) == filepath.Clean(cfg.Take) {
		return nil, core.E(core.KindInvalid, "bank_config", "")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	return &Folder{cfg: cfg, early: map[string]time.Time{}}, nil
}

// Ready reports whether both folders are there and ours to use: it writes and removes a
// file in Send and lists Take, which nobody but its owner may write. The error names the
// folder's part and what is wrong.
func (f *Folder) Ready() error {
	root, err := os.OpenRoot(f.cfg.Send)
	if err != nil {
		return fmt.Errorf("send folder: %w", err)
	}
	defer root.Close()
	name := temporary("ready")
	if err := errors.Join(root.WriteFile(name, nil, 0o640), root.Remove(name)); err != nil {
		return fmt.Errorf("send folder: %w", err)
	}
	if _, err := os.ReadDir(f.cfg.Take); err != nil {
		return fmt.Errorf("take folder: %w", err)
	}
	if err := guarded(f.cfg.Take); err != nil {
		return fmt.Errorf("take folder: %w", err)
	}
	return nil
}

// errOpenFolder is a folder that others than its owner may write: whoever lays a file into
// it speaks as the bank.
var errOpenFolder = errors.New("writable by group or others")

// guarded reports whether nobody but its owner may write a folder that the bank writes.
// One that is not there is none: a share may be mounted late.
func guarded(dir string) error {
	at, err := os.Stat(dir)
	if err == nil && at.Mode().Perm()&0o022 != 0 {
		return errOpenFolder
	}
	return nil
}

// Put lays the file into Send, whole or not at all; what lies there under its name is
// never overwritten. The bank's word comes as a receipt, which Ask reads.
func (f *Folder) Put(ctx context.Context, name string, raw []byte) (Word, error) {
	if err := ctx.Err(); err != nil {
		return Unsaid, err
	}
	root, err := os.OpenRoot(f.cfg.Send)
	if err != nil {
		return Unsaid, errFolder("put", err)
	}
	defer root.Close()
	return Unsaid, errFolder("put", drop(root, name, raw))
}

// errFolder hides what the file system said: its text holds paths.
func errFolder(what string, err error) error {
	if err == nil || errors.Is(err, errHalf) {
		return err
	}
	return core.E(core.KindUnavailable, "bank_"+what, "").Wrap(errors.New("folder"))
}

// Ask looks for the bank's receipt. While there is none and our file lies where we put
// it, the bank has not been there; when it is gone, a question is laid down, whose
// answer holds for this offer alone. A receipt that cannot be read hides no other.
func (f *Folder) Ask(ctx context.Context, q Question) (Word, error) {
	if err := ctx.Err(); err != nil {
		return Unsaid, err
	}
	ask := fmt.Sprintf("%s.%d", q.Batch, q.Offer)
	taken, unread := f.receipt(q, q.Batch+receiptEnd)
	answer, err := f.receipt(q, ask+receiptEnd)
	for _, word := range []Word{taken, answer} {
		if word == Here || word == Differs {
			return word, nil
		}
	}
	unread = errors.Join(unread, err)
	root, err := os.OpenRoot(f.cfg.Send)
	if err != nil {
		return Unsaid, errFolder("ask", err)
	}
	defer root.Close()
	if _, err := root.Lstat(q.Name); !errors.Is(err, fs.ErrNotExist) {
		return Unsaid, errors.Join(unread, errFolder("ask", err))
	}
	// That it has nothing is an answer to a question, and to the newest alone. One that is
	// still being written may say more.
	if answer == Absent && !errors.Is(unread, errHalf) {
		return Absent, nil
	}
	raw, err := q.bytes()
	if err != nil {
		return Unsaid, err
	}
	return Unsaid, errors.Join(unread, errFolder("ask", drop(root, ask+".ask", raw)))
}

// receipt reads one receipt; Unsaid when there is none.
func (f *Folder) receipt(q Question, name string) (Word, error) {
	raw, err := f.read(name, MaxReceiptSize)
	if errors.Is(err, fs.ErrNotExist) {
		return Unsaid, nil
	}
	if err != nil {
		return Unsaid, errFolder("ask", err)
	}
	return q.heard(raw)
}

// receiptEnd ends the names of receipts, and of them alone.
const receiptEnd = ".ack"

// Outbox lists the files in Take, receipts left out. Names that begin with a dot are
// files that the bank is still writing. Of more than MaxOutbox each look takes the next
// ones by name, and counts the rest. What a kill of ours left in Send is swept on the way.
func (f *Folder) Outbox(ctx context.Context) (names []string, odd int, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	f.sweep()
	if err := guarded(f.cfg.Take); err != nil {
		return nil, 0, errFolder("outbox", err)
	}
	list, err := os.ReadDir(f.cfg.Take) // sorted by name
	if err != nil {
		return nil, 0, errFolder("outbox", err)
	}
	for _, e := range list {
		name := e.Name()
		switch {
		case strings.HasPrefix(name, "."), strings.HasSuffix(name, receiptEnd), e.IsDir():
		case !bankName(name) || !e.Type().IsRegular():
			odd++
		default:
			names = append(names, name)
		}
	}
	all := len(names)
	names = f.next(names)
	return names, odd + all - len(names), nil
}

// next is the part of many names whose turn it is.
func (f *Folder) next(names []string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(names) <= MaxOutbox {
		f.after = ""
		return names
	}
	from := 0
	for from < len(names) && names[from] <= f.after {
		from++
	}
	if from == len(names) {
		from = 0
	}
	part := names[from:min(from+MaxOutbox, len(names))]
	f.after = part[len(part)-1]
	return part
}

// Fetch reads one file. One without its end is waited for, then given as it is: that
// the bank never finished it is for a person to ask.
func (f *Folder) Fetch(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	raw, err := f.read(name, MaxReturnSize)
	return raw, errFolder("fetch", err)
}

// halfAge is how long a file without its end may still be on its way.
const halfAge = 15 * time.Minute

func (f *Folder) read(name string, most int64) ([]byte, error) {
	if err := guarded(f.cfg.Take); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(f.cfg.Take)
	if err != nil {
		return nil, errors.New("no folder") // not fs.ErrNotExist: that is a file's
	}
	defer root.Close()
	raw, at, err := regular(root, name, most)
	if err != nil {
		return nil, err
	}
	if _, _, _, err := split(raw); err != nil && f.age(name, at) < halfAge {
		return nil, errHalf
	}
	return raw, nil
}

// age is how old a file is. One that is dated ahead of our clock would be young for ever:
// it is as old as we know it.
func (f *Folder) age(name string, at time.Time) time.Duration {
	now := f.cfg.Clock()
	if !at.After(now) {
		return now.Sub(at)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	first, known := f.early[name]
	if !known {
		if len(f.early) >= MaxOutbox {
			clear(f.early) // they wait once more
		}
		f.early[name], first = now, now
	}
	return now.Sub(first)
}
