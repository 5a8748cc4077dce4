package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"testing"
	"time"

	"lianou/core"
)

// volume counts the steps of one Put and breaks the n-th and every later one, as
// a dead disk or a killed process would. Cleaning up fails with it.
type volume struct {
	real   ops
	at, n  int
	half   bool   // a broken write leaves half its bytes
	before func() // called when a file gets its name
}

var errVolume = errors.New("no space left")

func (v *volume) step() error {
	if v.n++; v.at > 0 && v.n >= v.at {
		return errVolume
	}
	return nil
}

func (v *volume) ops() ops {
	path := func(f func(string) error) func(string) error {
		return func(p string) error { return errors.Join(v.step(), runIf(v, func() error { return f(p) })) }
	}
	two := func(f func(a, b string) error) func(a, b string) error {
		return func(a, b string) error { return errors.Join(v.step(), runIf(v, func() error { return f(a, b) })) }
	}
	return ops{
		create: func(dir string) (*os.File, error) {
			if err := v.step(); err != nil {
				return nil, err
			}
			return v.real.create(dir)
		},
		write: func(f *os.File, b []byte) error {
			if err := v.step(); err != nil {
				if v.half {
					_ = v.real.write(f, b[:len(b)/2])
				}
				return err
			}
			return v.real.write(f, b)
		},
		sync:    func(f *os.File) error { return errors.Join(v.step(), runIf(v, func() error { return v.real.sync(f) })) },
		mkdir:   two(v.real.mkdir),
		rename:  two(func(a, b string) error { v.before(); return v.real.rename(a, b) }),
		syncDir: path(v.real.syncDir),
		remove:  path(v.real.remove),
	}
}

func runIf(v *volume, f func() error) error {
	if v.at > 0 && v.n >= v.at {
		return nil // the step was refused
	}
	return f()
}

// TestCrashPoints: whatever step fails, there is the complete file or none, the
// caller is told the truth, and the sweeper takes the rest. Controls tried: with
// rename before sync, "has a name before its bytes are durable"; with the error
// of syncDir dropped, "acknowledged".
func TestCrashPoints(t *testing.T) {
	t.Parallel()
	b := content(2*chunkSize + 10)
	counting := &volume{real: realOps(), before: func() {}}
	s, _ := testStore(t)
	s.ops = counting.ops()
	info := put(t, s, b)
	if counting.n < 8 {
		t.Fatalf("only %d steps seen", counting.n)
	}
	for _, half := range []bool{false, true} {
		for n := 1; n <= counting.n; n++ {
			t.Run(strconv.Itoa(n)+strconv.FormatBool(half), func(t *testing.T) {
				t.Parallel()
				crashAt(t, n, half, b, info.Digest)
			})
		}
	}
}

func crashAt(t *testing.T, n int, half bool, b []byte, d core.BlobDigest) {
	t.Helper()
	s, _ := testStore(t)
	synced := false
	v := &volume{real: realOps(), at: n, half: half}
	v.before = func() {
		if !synced {
			t.Error("has a name before its bytes are durable")
		}
	}
	realSync := v.real.sync
	v.real.sync = func(f *os.File) error { synced = true; return realSync(f) }
	s.ops = v.ops()
	_, err := s.Put(t.Context(), bytes.NewReader(b), PutOptions{MIME: "audio/wav", Max: 1 << 30})
	if !errors.Is(err, ErrStorage) || core.KindOf(err) != core.KindUnavailable {
		t.Errorf("acknowledged, or told another thing: %v", err)
	}
	s.ops = realOps()
	if named, _ := files(t, s); len(named) > 0 { // visible: then it must be whole
		r, err := s.Open(t.Context(), d)
		if err != nil {
			t.Fatalf("a partial file is visible: %v", err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, b) {
			t.Errorf("a partial file is visible: %d bytes, %v", len(got), err)
		}
		_ = r.Close()
	}
	s.now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	if _, err := s.Sweep(t.Context(), Sweeping{}); err != nil {
		t.Fatal(err)
	}
	if _, temp := files(t, s); len(temp) != 0 {
		t.Errorf("the sweeper left %v", temp)
	}
	put(t, s, b) // and the retry succeeds
}

func TestSweep(t *testing.T) {
	t.Parallel()
	s, _ := testStore(t)
	known, orphan := put(t, s, content(1)), put(t, s, content(2))
	temp, err := os.CreateTemp(s.tempDir(), "put-*")
	if err != nil {
		t.Fatal(err)
	}
	if err := temp.Close(); err != nil {
		t.Fatal(err)
	}
	rows := func(_ context.Context, f File) (bool, error) { return f.Digest == known.Digest, nil }
	var gone []core.BlobDigest
	note := func(_ context.Context, f File) error { gone = append(gone, f.Digest); return nil }
	if n, err := s.Sweep(t.Context(), Sweeping{Known: rows, Removing: note}); n != 0 || err != nil {
		t.Errorf("young files: removed %d, %v", n, err)
	}
	s.now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	if n, err := s.Sweep(t.Context(), Sweeping{}); n != 1 || err != nil {
		t.Errorf("temporary files only: removed %d, %v", n, err)
	}
	failing := func(_ context.Context, _ File) (bool, error) { return false, errVolume }
	if n, err := s.Sweep(t.Context(), Sweeping{Known: failing, Removing: note}); n != 0 || err == nil {
		t.Errorf("when the rows cannot be asked: removed %d, %v", n, err)
	}
	if n, err := s.Sweep(t.Context(), Sweeping{Known: rows, Removing: note}); n != 1 || err != nil {
		t.Errorf("orphans: removed %d, %v", n, err)
	}
	if has, _ := s.Has(known.Digest); !has {
		t.Error("a known file was swept")
	}
	if has, _ := s.Has(orphan.Digest); has {
		t.Error("an orphan stayed")
	}
	if len(gone) != 1 || gone[0] != orphan.Digest {
		t.Errorf("told of %v before it went", gone)
	}
}
