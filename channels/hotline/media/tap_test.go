package media

import (
	"bytes"
	"os"
	"slices"
	"testing"
	"time"
)

// playTapped plays the same call: three seconds of which the second is lost, then a
// pause, then a second more. listen is what whoever taps it does every 100 ms; nil taps
// nothing. It gives the recording's file.
func playTapped(t *testing.T, listen func(*Tap)) []byte {
	t.Helper()
	h := called(t)
	h.pass(time.Second)
	if err := h.s.Record("tapped"); err != nil {
		t.Fatal(err)
	}
	var tap *Tap
	if listen != nil {
		var err error
		if tap, err = h.s.Tap(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 300 {
		p := h.packet(8, 7, tone(i))
		if second := i / 50; second != 1 && (second < 3 || second == 5) {
			h.says(h.phone, p)
		}
		h.pass(framePace)
		if tap != nil && i%5 == 4 {
			listen(tap)
		}
	}
	done, err := h.s.Close()
	if err != nil {
		t.Fatal(err)
	}
	if tap != nil {
		tap.Over()
		listen(tap)
		t.Logf("%v lost", tap.Lost())
	}
	b, err := os.ReadFile(done.Path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Whoever listens to a call gets what the recording gets, at the same place, and whoever
// listens to nothing costs the recording nothing: it is the same to the last byte.
// Controls: place that waits for room in the tap; the tap's place counted from the
// session's beginning.
func TestTapHearsWhatIsRecorded(t *testing.T) {
	t.Parallel()
	plain := playTapped(t, nil)
	var heard []int16
	var until int64
	tapped := playTapped(t, func(tap *Tap) {
		for {
			at, n, left, right := tap.Take()
			if n == 0 {
				return
			}
			if at != until || right != nil {
				t.Fatalf("a piece at %d after %d, the other side says %v", at, until, right != nil)
			}
			until += int64(n)
			if left == nil {
				left = slices.Repeat([]int16{alawLinear[silence]}, n)
			}
			heard = append(heard, left...)
		}
	})
	deaf := playTapped(t, func(*Tap) {})
	if !bytes.Equal(plain, tapped) || !bytes.Equal(plain, deaf) {
		t.Error("a tap changed the recording")
	}
	recorded := make([]int16, len(plain[HeadSize:])/frameSize)
	for i := range recorded {
		recorded[i] = alawLinear[plain[HeadSize+i*frameSize]]
	}
	if len(heard) < len(recorded) || !slices.Equal(heard[:len(recorded)], recorded) {
		t.Errorf("%d samples heard of %d recorded, or others", len(heard), len(recorded))
	}
}

// What nobody takes is lost and counted, and what comes afterwards has its place.
func TestTapCountsWhatNobodyTook(t *testing.T) {
	t.Parallel()
	h := called(t)
	tap, err := h.s.Tap()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 400 { // 8 s, twice what it holds
		h.says(h.phone, h.packet(8, 7, tone(i)))
		h.pass(framePace)
	}
	if lost := tap.Lost(); lost < 3*time.Second || lost > 4*time.Second {
		t.Errorf("%v lost of 8 s", lost)
	}
	if at, n, left, _ := tap.Take(); at != 0 || n != tapPiece || left == nil {
		t.Errorf("then %d samples at %d", n, at)
	}
	if _, err := h.s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := h.s.Tap(); err == nil {
		t.Error("a call that is over was tapped")
	}
}
