package payout

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lianou/core"
)

// FolderConfig says where the files of a bank lie that fetches and brings them.
type FolderConfig struct {
	Send  string           // our files to the bank; absolute
	Take  string           // the bank's files to us; absolute, another one
	Clock func() time.Time // of the machine that dates the files. Defaults to time.Now
}

// Folder is the rail of a bank, or of its front machine (前置机), that fetches files
// from one folder and puts its own into another.
type Folder struct {
	cfg FolderConfig
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
	return &Folder{cfg}, nil
}

// Ready reports whether both folders are there and ours to use: it writes and removes a
// file in Send and lists Take. The error names the folder's part and what is wrong.
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

// temporary is a name that the bank leaves alone: it begins with a dot.
func temporary(name string) string { return "." + name + "." + rand.Text() }

// drop writes under a temporary name, to the disk, and renames: whoever looks sees no
// file or the whole of it, also after a loss of power.
func drop(root *os.Root, name string, raw []byte) error {
	switch there, err := root.ReadFile(name); {
	case err == nil && bytes.Equal(there, raw):
		return nil
	case err == nil:
		return errors.New("other bytes under this name")
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	tmp := temporary(name)
	err := written(root, tmp, raw)
	if err == nil {
		err = root.Rename(tmp, name)
	}
	if err != nil {
		return errors.Join(err, root.Remove(tmp))
	}
	return synced(root)
}

func written(root *os.Root, name string, raw []byte) error {
	w, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	_, err = w.Write(raw)
	return errors.Join(err, w.Sync(), w.Close())
}

// synced brings the folder's own entries to the disk.
func synced(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Ask looks for the bank's receipt. While there is none and our file lies where we put
// it, the bank has not been there; when it is gone, a question is laid down, whose
// answer holds for this offer alone.
func (f *Folder) Ask(ctx context.Context, q Question) (Word, error) {
	if err := ctx.Err(); err != nil {
		return Unsaid, err
	}
	ask := fmt.Sprintf("%s.%d", q.Batch, q.Offer)
	for _, name := range []string{q.Batch, ask} {
		word, err := f.receipt(q, name+receiptEnd)
		// That it has nothing is an answer to a question, and to the newest alone.
		if err != nil || word == Here || word == Differs || word == Absent && name == ask {
			return word, err
		}
	}
	root, err := os.OpenRoot(f.cfg.Send)
	if err != nil {
		return Unsaid, errFolder("ask", err)
	}
	defer root.Close()
	if _, err := root.Lstat(q.Name); !errors.Is(err, fs.ErrNotExist) {
		return Unsaid, errFolder("ask", err)
	}
	raw, err := q.bytes()
	if err != nil {
		return Unsaid, err
	}
	return Unsaid, errFolder("ask", drop(root, ask+".ask", raw))
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
// files that the bank is still writing.
func (f *Folder) Outbox(ctx context.Context) (names []string, odd int, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	list, err := os.ReadDir(f.cfg.Take)
	if err != nil || len(list) > MaxOutbox {
		return nil, 0, errFolder("outbox", errors.Join(err, errors.New("too many")))
	}
	for _, e := range list {
		name := e.Name()
		switch {
		case strings.HasPrefix(name, "."), strings.HasSuffix(name, receiptEnd), e.IsDir():
		case !outboxName.MatchString(name) || !e.Type().IsRegular():
			odd++
		default:
			names = append(names, name)
		}
	}
	return names, odd, nil
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
	root, err := os.OpenRoot(f.cfg.Take)
	if err != nil {
		return nil, errors.New("no folder") // not fs.ErrNotExist: that is a file's
	}
	defer root.Close()
	at, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !at.Mode().IsRegular() {
		return nil, errors.New("no file")
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil || int64(len(raw)) > most {
		return nil, errors.Join(err, errors.New("not read"))
	}
	if _, _, _, err := split(raw); err != nil && f.cfg.Clock().Sub(at.ModTime()) < halfAge {
		return nil, errHalf
	}
	return raw, nil
}
