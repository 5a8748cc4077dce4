package media

import (
	"errors"
	"io"
	"os"
)

// maxSound is what the sizes of a WAV can say.
const maxSound = 1<<32 - 1 - headSize

// Repair opens a recording that a crash left behind, cuts a torn last sample, makes
// its head say how long it is, and gives its digests. A file of which not even the
// head is whole becomes a recording of length 0. Whatever is not there, or is not a
// recording of this package, is refused with ErrRecording and not touched; ErrDisk is
// a file that could not be read or written now, and says nothing of what it holds.
// Repairing twice changes nothing.
func Repair(path string) (Recorded, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return Recorded{}, ErrRecording.Wrap(err)
	}
	if err != nil {
		return Recorded{}, ErrDisk.Wrap(err)
	}
	done, err := repair(f, path)
	return done, errors.Join(err, f.Close())
}

func repair(f *os.File, path string) (Recorded, error) {
	info, err := f.Stat()
	if err != nil {
		return Recorded{}, ErrDisk.Wrap(err)
	}
	if !info.Mode().IsRegular() || info.Size()-headSize > maxSound {
		return Recorded{}, ErrRecording
	}
	var head [headSize]byte
	n, err := f.ReadAt(head[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Recorded{}, ErrDisk.Wrap(err)
	}
	if !mendable(head, n) {
		return Recorded{}, ErrRecording
	}
	sound := max(info.Size()-headSize, 0) / frameSize * frameSize
	if head = wavHead(sound); n < headSize {
		sound = 0
	}
	if err := f.Truncate(headSize + sound); err != nil {
		return Recorded{}, ErrDisk.Wrap(err)
	}
	if _, err := f.WriteAt(head[:], 0); err != nil {
		return Recorded{}, ErrDisk.Wrap(err)
	}
	if err := f.Sync(); err != nil {
		return Recorded{}, ErrDisk.Wrap(err)
	}
	done, err := digest(f, path)
	if err != nil {
		return done, ErrDisk.Wrap(err)
	}
	return done, nil
}

// mendable reports whether the first n bytes are ours: a head, the beginning of one,
// or the zeros that a file system leaves where a power cut took the block.
func mendable(head [headSize]byte, n int) bool {
	if n == headSize && ours(head) || head == [headSize]byte{} {
		return true
	}
	if n == headSize {
		return false
	}
	rest := wavHead(0)
	copy(rest[:n], head[:n])
	return ours(rest)
}
