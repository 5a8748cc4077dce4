package payout

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"regexp"
	"syscall"
	"time"
)

// temporary is a name that the bank leaves alone: it begins with a dot.
func temporary(name string) string { return "." + name + "." + rand.Text() }

// ourTemporary is every name that temporary gives, and none of the bank's.
var ourTemporary = regexp.MustCompile(`^\..+\.[A-Z2-7]{26}$`)

// temporaryAge is how long a file of ours may be on its way: it takes seconds.
const temporaryAge = time.Hour

// sweep removes what a kill left in Send: it holds names and accounts. What cannot be
// removed now is tried again with the next look.
func (f *Folder) sweep() {
	root, err := os.OpenRoot(f.cfg.Send)
	if err != nil {
		return // Put and Ask say so
	}
	defer root.Close()
	list, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range list {
		if !ourTemporary.MatchString(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		if at, err := e.Info(); err == nil && f.cfg.Clock().Sub(at.ModTime()) > temporaryAge {
			_ = root.Remove(e.Name())
		}
	}
}

// drop writes under a temporary name, to the disk, and renames: whoever looks sees no
// file or the whole of it, also after a loss of power.
func drop(root *os.Root, name string, raw []byte) error {
	switch there, _, err := regular(root, name, int64(len(raw))); {
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

// regular reads a regular file whole, at most so many bytes, and gives when it was last
// written. It never waits: a pipe under the name would hold the worker for ever, so what
// was opened is looked at, and not the name before it.
func regular(root *os.Root, name string, most int64) (raw []byte, at time.Time, err error) {
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, at, err
	}
	defer file.Close()
	is, err := file.Stat()
	if err != nil || !is.Mode().IsRegular() {
		return nil, at, errors.Join(err, errors.New("no file"))
	}
	raw, err = io.ReadAll(io.LimitReader(file, most+1))
	if err != nil || int64(len(raw)) > most {
		return nil, at, errors.Join(err, errors.New("not read"))
	}
	return raw, is.ModTime(), nil
}
