package media

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A tape is at every moment what Repair leaves as it is. Control: write the head before
// the sound it counts.
func TestTape(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.wav")
	tape, err := NewTape(path, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	left, right := make([]int16, 4000), make([]int16, 3000)
	for i := range left {
		left[i] = int16(8 * (i%1000 - 500))
	}
	if err := tape.Write(left, right); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(tape.Sync(), tape.Sync()); err != nil {
		t.Fatal(err)
	}
	image := filepath.Join(t.TempDir(), "crash.wav")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(image, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	mended, err := Repair(image)
	if again, _ := os.ReadFile(image); err != nil || mended.Length != 500*time.Millisecond || string(again) != string(raw) {
		t.Errorf("in the middle: %v, %v", mended.Length, err)
	}
	for i, b := range raw[headSize:] {
		want := byte(silence)
		if i%2 == 0 {
			want = alawOfLinear(left[i/2])
		}
		if b != want {
			t.Fatalf("byte %d is %x, want %x", i, b, want)
		}
	}
	if err := tape.Write(make([]int16, 5000), nil); !errors.Is(err, ErrFull) {
		t.Errorf("past the limit: %v", err)
	}
	done, err := tape.Finish()
	if err != nil || done.Length != time.Second || done.Bytes != headSize+2*Rate || LengthOf(done.Bytes) != time.Second || tape.Length() != time.Second {
		t.Errorf("%+v %v", done, err)
	}
	if err := tape.Write(left, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := NewTape(path, time.Second); err == nil {
		t.Error("a recording was begun over another")
	}
}
