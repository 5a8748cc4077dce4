package blob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lianou/core"
)

// Sweeping says what Sweep may remove.
type Sweeping struct {
	// Age is how old a file must be, by the machine's clock. It must exceed the
	// longest upload and the longest transaction. Defaults to 24 hours.
	Age time.Duration
	// Known reports whether any row names the digest. Defaults to none: only
	// temporary files are removed.
	Known func(ctx context.Context, d core.BlobDigest) (bool, error)
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
	if filepath.Dir(path) != s.tempDir() {
		d, err := ParseDigest(filepath.Base(path))
		if err != nil || what.Known == nil || s.path(d) != path {
			return false, nil // not ours to remove
		}
		if known, err := what.Known(ctx, d); known || err != nil {
			return false, err
		}
	}
	if err := s.ops.remove(path); err != nil {
		return false, ignoreGone(err)
	}
	return true, nil
}

// ignoreGone accepts that another sweeper, or a Put that finished, was first.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
