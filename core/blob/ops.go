package blob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// ops is the steps of storing a file at which a volume can fail. They are fields
// so that a test can break each one; there is one real set.
type ops struct {
	create  func(dir string) (*os.File, error)
	write   func(f *os.File, b []byte) error
	sync    func(f *os.File) error
	mkdir   func(root, dir string) error
	rename  func(from, to string) error
	syncDir func(dir string) error
	remove  func(path string) error
}

func realOps() ops {
	return ops{
		create:  func(dir string) (*os.File, error) { return os.CreateTemp(dir, "put-*") },
		write:   func(f *os.File, b []byte) error { _, err := f.Write(b); return err },
		sync:    (*os.File).Sync,
		mkdir:   makeDirs,
		rename:  os.Rename,
		syncDir: syncDir,
		remove:  os.Remove,
	}
}

// makeDirs makes the folders between root and dir, and syncs the parent of each
// one it made: a durable file in a folder that is lost is lost too.
func makeDirs(root, dir string) error {
	if dir == root {
		return nil
	}
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	parent := filepath.Dir(dir)
	if err := makeDirs(root, parent); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(parent)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
