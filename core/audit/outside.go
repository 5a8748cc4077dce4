package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"lianou/core"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The files of the copy outside the database. Both are only appended to: leaf n
// is the 32 bytes at 32*n; a checkpoint is one line, {"note": "<signed note>"}.
const (
	leavesFile      = "leaves"
	checkpointsFile = "checkpoints.jsonl"
	maxLine         = 8 << 10
)

type outsideLine struct {
	Note string `json:"note"`
}

// outside is the open copy, locked against other integrators of this machine.
type outside struct {
	leaves, checkpoints *os.File
	count               int64      // leaves copied
	last                Checkpoint // newest checkpoint copied, zero for none
}

// openOutside opens and locks the copy, mends a line or leaf that a crash left
// half-written, and reads how far it goes.
func openOutside(dir string, key note.Verifier) (*outside, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, outsideFault(err)
	}
	o := &outside{}
	var err error
	if o.leaves, err = os.OpenFile(filepath.Join(dir, leavesFile), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, outsideFault(err)
	}
	if o.checkpoints, err = os.OpenFile(filepath.Join(dir, checkpointsFile), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, errors.Join(outsideFault(err), o.leaves.Close())
	}
	if err = syscall.Flock(int(o.leaves.Fd()), syscall.LOCK_EX); err == nil {
		err = o.measure(key)
	}
	if err != nil {
		return nil, errors.Join(outsideFault(err), o.close())
	}
	return o, nil
}

func (o *outside) close() error { return errors.Join(o.leaves.Close(), o.checkpoints.Close()) }

// measure finds the ends of both files and leaves them positioned there.
func (o *outside) measure(key note.Verifier) error {
	size, err := o.leaves.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	o.count = size / tlog.HashSize
	if size%tlog.HashSize != 0 {
		if err := truncate(o.leaves, o.count*tlog.HashSize); err != nil {
			return err
		}
	}
	end, err := o.checkpoints.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	tail := make([]byte, min(end, maxLine))
	if _, err := o.checkpoints.ReadAt(tail, end-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	whole := bytes.LastIndexByte(tail, '\n') + 1
	if whole < len(tail) {
		if err := truncate(o.checkpoints, end-int64(len(tail)-whole)); err != nil {
			return err
		}
	}
	if whole == 0 {
		return nil
	}
	line := tail[:whole-1]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	o.last, err = parseLine(line, key)
	return err
}

func truncate(f *os.File, size int64) error {
	if err := f.Truncate(size); err != nil {
		return err
	}
	_, err := f.Seek(0, io.SeekEnd)
	return err
}

// append adds leaves and signed checkpoints, leaves first, and makes them
// durable: a checkpoint outside never speaks of leaves that are not there.
func (o *outside) append(leaves []byte, notes []string) error {
	var lines bytes.Buffer
	for _, n := range notes {
		line, err := json.Marshal(outsideLine{Note: n})
		if err != nil {
			return outsideFault(err)
		}
		lines.Write(append(line, '\n'))
	}
	for _, part := range []struct {
		f *os.File
		b []byte
	}{{o.leaves, leaves}, {o.checkpoints, lines.Bytes()}} {
		if len(part.b) == 0 {
			continue
		}
		if _, err := part.f.Write(part.b); err != nil {
			return outsideFault(err)
		}
		if err := part.f.Sync(); err != nil {
			return outsideFault(err)
		}
	}
	o.count += int64(len(leaves)) / tlog.HashSize
	return nil
}

func parseLine(line []byte, key note.Verifier) (Checkpoint, error) {
	var l outsideLine
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return Checkpoint{}, ErrCheckpoint
	}
	return ParseCheckpoint(l.Note, key)
}

// readOutside reads the copy for verification, without locking or mending it.
func readOutside(dir string, key note.Verifier) (leaves []byte, checkpoints []Checkpoint, err error) {
	leaves, err = os.ReadFile(filepath.Join(dir, leavesFile))
	if err != nil {
		return nil, nil, outsideFault(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, checkpointsFile))
	if err != nil {
		return nil, nil, outsideFault(err)
	}
	lines := bytes.Split(text, []byte("\n"))
	for i, line := range lines[:len(lines)-1] { // what follows the last newline is half-written or nothing
		c, err := parseLine(line, key)
		if err != nil {
			return nil, nil, fmt.Errorf("line %d of the checkpoints outside: %w", i+1, err)
		}
		checkpoints = append(checkpoints, c)
	}
	return leaves[:len(leaves)-len(leaves)%tlog.HashSize], checkpoints, nil
}

func outsideFault(err error) error {
	var known *core.Error
	if errors.As(err, &known) {
		return err
	}
	return core.E(core.KindUnavailable, "audit_outside", "").Wrap(err)
}
