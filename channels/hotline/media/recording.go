package media

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lianou/core"
)

// Recorded is a finished recording.
type Recorded struct {
	Path   string
	Length time.Duration
	Bytes  int64           // of the file
	Digest core.BlobDigest // of the file; empty where it could not be read
	// Cut: the call was longer than Config.MaxLength, the rest is not there.
	Cut bool
	// Late and Overrun are the sound that came too late to be written, and that for
	// which there was no room because the disk stood still. Silence is in its place.
	Late, Overrun time.Duration
}

// recording is a call's file while the call lasts. The receivers know the timeline
// only; the file is the disk's.
type recording struct {
	*timeline
	start time.Time
	path  string

	io    sync.Mutex // one writer at a time: the disk's round or the end
	file  *os.File
	sound int64 // bytes of sound in the file
	dirty bool  // written since the last sync
	fresh bool  // its name is not yet safe in the folder
	done  bool
}

// newRecording begins a file. Its head is valid from the first moment.
func newRecording(path string, limit time.Duration) (*recording, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, ErrRecording.Wrap(err)
	}
	head := wavHead(0)
	if _, err := f.WriteAt(head[:], 0); err != nil {
		return nil, ErrDisk.Wrap(errors.Join(err, f.Close()))
	}
	r := &recording{timeline: newTimeline(samples(limit)), path: path, file: f, dirty: true, fresh: true}
	return r, nil
}

// abandon takes back a recording that no call came to.
func (r *recording) abandon() error { return errors.Join(r.file.Close(), os.Remove(r.path)) }

// at is the place of a moment.
func (r *recording) at(t time.Time) int64 { return samples(t.Sub(r.start)) }

func samples(d time.Duration) int64 { return int64(d / (time.Second / Rate)) }

func length(samples int64) time.Duration { return time.Duration(samples) * (time.Second / Rate) }

// flush writes what lies before a position: first the sound, then the head that
// counts it, so that the head never promises what is not there. After an error it
// may be called again and goes on where it was. buf is scratch.
func (r *recording) flush(until int64, buf []byte) error {
	r.io.Lock()
	defer r.io.Unlock()
	if r.done {
		return nil
	}
	return r.write(until, buf)
}

func (r *recording) write(until int64, buf []byte) error {
	for {
		b := r.peek(until, buf)
		if len(b) == 0 {
			return nil
		}
		if _, err := r.file.WriteAt(b, headSize+r.sound); err != nil {
			return err
		}
		r.commit(int64(len(b) / frameSize))
		r.sound += int64(len(b))
		r.dirty = true
		head := wavHead(r.sound)
		if _, err := r.file.WriteAt(head[:], 0); err != nil {
			return err
		}
	}
}

// sync brings to the platters what flush wrote. It runs beside flush, never under its
// lock: a slow sync must not hold up the next write.
func (r *recording) sync() error {
	r.io.Lock()
	dirty, fresh, over := r.dirty, r.fresh, r.done
	r.dirty, r.fresh = false, false
	r.io.Unlock()
	if !dirty || over {
		return nil
	}
	err := r.file.Sync()
	if errors.Is(err, os.ErrClosed) {
		return nil // it ended meanwhile, and the end syncs
	}
	if err == nil && fresh {
		err = syncFolder(r.path)
	}
	if err != nil {
		r.io.Lock()
		r.dirty, r.fresh = true, r.fresh || fresh
		r.io.Unlock()
	}
	return err
}

func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// finish ends the recording at a moment: everything up to it is written, synced and
// hashed. With an error Recorded still says what is there.
func (r *recording) finish(end time.Time) (Recorded, error) {
	r.io.Lock()
	defer r.io.Unlock()
	if r.done {
		return Recorded{}, ErrClosed
	}
	until := r.at(end)
	err := r.write(until, make([]byte, 64<<10))
	r.done = true
	err = errors.Join(err, r.file.Sync())
	if r.fresh {
		err = errors.Join(err, syncFolder(r.path))
	}
	done, hashErr := digest(r.file, r.path)
	err = errors.Join(err, hashErr, r.file.Close())
	late, overrun := r.lost()
	done.Cut, done.Late, done.Overrun = until > r.limit, length(late), length(overrun)
	if err != nil {
		return done, ErrDisk.Wrap(err)
	}
	return done, nil
}

// digest reads a whole recording. The head comes first and is written last, so
// nothing could be hashed on the way.
func digest(f *os.File, path string) (Recorded, error) {
	sum := sha256.New()
	n, err := io.Copy(sum, io.NewSectionReader(f, 0, 1<<62))
	done := Recorded{Path: path, Bytes: n, Length: length(max(n-headSize, 0) / frameSize)}
	if err == nil {
		done.Digest = core.BlobDigest(hex.EncodeToString(sum.Sum(nil)))
	}
	return done, err
}
