package blob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Sweeping says what Sweep may remove.
type Sweeping struct {
	// Age is how old a file must be, by the machine's clock. It must exceed the
	// longest upload and the longest transaction. Defaults to 24 hours.
	Age time.Duration
	// Known reports whether any row names the file. Defaults to none: only
	// temporary files are removed.
	Known func(ctx context.Context, f File) (bool, error)
	// Removing is told of each file before it goes, and may still forbid it with an
	// error. Required with Known: nothing that people uploaded goes without a trace.
	Removing func(ctx context.Context, f File) error
}

// Sweep removes temporary files that a crash left, and, when told which digests
// are known, files that no row names. It returns how many it removed.
func (s *Store) Sweep(ctx context.Context, what Sweeping) (int, error) {
	if what.Age <= 0 {
		what.Age = 24 * time.Hour
	}
	before, removed := s.now().Add(-what.Age), 0
	err := filepath.WalkDir(s.root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return errors.Join(ignoreGone(err), ctx.Err())
		}
		gone, err := s.sweepOne(ctx, path, before, what)
		if gone {
			removed++
		}
		return err
	})
	return removed, storage(err)
}

func (s *Store) sweepOne(ctx context.Context, path string, before time.Time, what Sweeping) (bool, error) {
	st, err := os.Lstat(path)
	if err != nil || !st.ModTime().Before(before) {
		return false, ignoreGone(err)
	}
	mark := false
	if filepath.Dir(path) != s.tempDir() {
		file, marked, ok := s.fileAt(path)
		if !ok || what.Known == nil || what.Removing == nil {
			return false, nil // not ours to remove
		}
		if file.Class, err = s.class(file); err != nil {
			return false, nil // unreadable: a person looks
		}
		if known, err := what.Known(ctx, file); known || err != nil {
			return false, err
		}
		if mark = marked; !mark {
			if err := what.Removing(ctx, file); err != nil {
				return false, err
			}
		}
	}
	if err := s.ops.remove(path); err != nil {
		return false, ignoreGone(err)
	}
	return !mark, nil
}

// fileAt tells which file a path is, or whose mark it is.
func (s *Store) fileAt(path string) (f File, mark, ok bool) {
	name, class, _ := strings.Cut(filepath.Base(path), ".")
	class, _, mark = strings.Cut(class, ".")
	d, err := ParseDigest(name)
	if err != nil || !classForm(class) || s.dir(d) != filepath.Dir(path) {
		return File{}, false, false
	}
	return File{Digest: d, Class: class}, mark, true
}

// ignoreGone accepts that another sweeper, or a Put that finished, was first.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
