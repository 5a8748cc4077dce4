package media

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func fileOf(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "r.wav")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func soundOf(n, says int) []byte {
	head := wavHead(int64(says))
	return append(head[:], bytes.Repeat([]byte{0x34}, n)...)
}

// Control: sound without "/ frameSize * frameSize"; mendable always true.
func TestRepairMendsOursAndNothingElse(t *testing.T) {
	t.Parallel()
	other := soundOf(800, 800)
	other[22] = 1 // mono
	for _, c := range []struct {
		name  string
		file  []byte
		sound int // -1: refused
	}{
		{"whole", soundOf(800, 800), 800},
		{"the head is behind", soundOf(800, 160), 800},
		{"the head is ahead", soundOf(160, 800), 160},
		{"a torn sample", soundOf(801, 160), 800},
		{"the head was lost in a power cut", append(make([]byte, headSize), bytes.Repeat([]byte{0x34}, 800)...), 800},
		{"half a head", soundOf(0, 0)[:30], 0},
		{"nothing", nil, 0},
		{"another's WAV", other, -1},
		{"no WAV", []byte("this is not sound, whatever its name may say; it is a text of some length"), -1},
		{"short and no WAV", []byte("#!/bin/sh"), -1},
	} {
		path := fileOf(t, c.file)
		done, err := Repair(path)
		now := contents(t, path)
		if c.sound < 0 {
			if !errors.Is(err, ErrRecording) || !bytes.Equal(now, c.file) {
				t.Errorf("%s: %v, touched: %v", c.name, err, !bytes.Equal(now, c.file))
			}
			continue
		}
		left, _, bad := wav(now)
		if err != nil || bad != nil || len(left) != c.sound/2 || done.Length != length(int64(c.sound/2)) {
			t.Errorf("%s: %v, %v, %d samples, %+v", c.name, err, bad, len(left), done)
		}
	}
	if _, err := Repair(filepath.Join(t.TempDir(), "none.wav")); !errors.Is(err, ErrRecording) {
		t.Errorf("no file: %v", err)
	}
	// What cannot be opened may hold a whole call: that is the disk's fault and no verdict.
	if _, err := Repair(t.TempDir()); !errors.Is(err, ErrDisk) {
		t.Errorf("a folder: %v", err)
	}
}

// FuzzRepair: what Repair accepts plays, keeps every sample, and is whole the second time.
func FuzzRepair(f *testing.F) {
	f.Add(soundOf(801, 4))
	f.Add(soundOf(0, 0)[:20])
	f.Add(make([]byte, 100))
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVEfmt "))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := fileOf(t, b)
		done, err := Repair(path)
		if err != nil {
			if now := contents(t, path); !bytes.Equal(now, b) {
				t.Fatal("a refused file was touched")
			}
			return
		}
		now := contents(t, path)
		if _, _, err := wav(now); err != nil {
			t.Fatal(err)
		}
		if len(b) > headSize && !bytes.Equal(now[headSize:], b[headSize:len(b)&^1]) {
			t.Fatal("sound was changed")
		}
		again, err := Repair(path)
		if err != nil || again != done {
			t.Fatalf("the second repair: %v, %+v after %+v", err, again, done)
		}
	})
}
