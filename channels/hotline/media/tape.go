package media

import (
	"errors"
	"os"
	"sync"
	"time"
)

// Tape is a recording of sound that comes in order and without times, from a sender that
// has put it in order already. Its file has the form of every other recording and is
// valid at every moment: Repair mends it after a crash. It is safe for one writer and
// one who syncs.
type Tape struct {
	path  string
	most  int64 // bytes of sound
	frame []byte

	mu    sync.Mutex
	file  *os.File
	sound int64
	dirty bool
	done  bool
}

// ErrFull says that a recording is as long as it may be; what fits was written.
var ErrFull = errors.New("the recording is as long as it may be")

// NewTape begins a file at path, for at most limit of sound.
func NewTape(path string, limit time.Duration) (*Tape, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, ErrRecording.Wrap(err)
	}
	head := wavHead(0)
	_, err = f.WriteAt(head[:], 0)
	if err = errors.Join(err, syncFolder(path)); err != nil {
		return nil, ErrDisk.Wrap(errors.Join(err, f.Close()))
	}
	return &Tape{path: path, most: min(samples(limit)*frameSize, maxSound), file: f, dirty: true}, nil
}

// Write appends the samples of both sides, 8 kHz; a side that has fewer is silent then.
// First the sound is written and then the head that counts it.
func (t *Tape) Write(left, right []int16) error {
	n := max(len(left), len(right))
	t.frame = t.frame[:0]
	for i := range n {
		t.frame = append(t.frame, lawOf(left, i), lawOf(right, i))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return ErrClosed
	}
	fits := t.frame[:min(int64(len(t.frame)), t.most-t.sound)]
	if len(fits) > 0 {
		if _, err := t.file.WriteAt(fits, headSize+t.sound); err != nil {
			return ErrDisk.Wrap(err)
		}
		t.sound += int64(len(fits))
		t.dirty = true
		head := wavHead(t.sound)
		if _, err := t.file.WriteAt(head[:], 0); err != nil {
			return ErrDisk.Wrap(err)
		}
	}
	if len(fits) < len(t.frame) {
		return ErrFull
	}
	return nil
}

func lawOf(side []int16, i int) byte {
	if i >= len(side) {
		return silence
	}
	return alawOfLinear(side[i])
}

// Length is how much sound there is.
func (t *Tape) Length() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return length(t.sound / frameSize)
}

// Sync makes what was written safe from a power cut. It does not hold up the writer.
func (t *Tape) Sync() error {
	t.mu.Lock()
	dirty := t.dirty && !t.done
	t.dirty = false
	t.mu.Unlock()
	if !dirty {
		return nil
	}
	if err := t.file.Sync(); err != nil && !errors.Is(err, os.ErrClosed) {
		return ErrDisk.Wrap(err)
	}
	return nil
}

// Finish ends the recording: synced, hashed, closed. With an error Recorded still says
// what is there.
func (t *Tape) Finish() (Recorded, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return Recorded{}, ErrClosed
	}
	t.done = true
	err := t.file.Sync()
	done, hashErr := digest(t.file, t.path)
	if err = errors.Join(err, hashErr, t.file.Close()); err != nil {
		return done, ErrDisk.Wrap(err)
	}
	return done, nil
}

// LengthOf is how long a recording of so many bytes plays.
func LengthOf(size int64) time.Duration { return length(max(size-headSize, 0) / frameSize) }
