package media

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
)

// wav reads a recording as a stranger would: it believes the head, and nothing of the
// head may be untrue.
func wav(b []byte) (left, right []byte, err error) {
	le := binary.LittleEndian
	if len(b) < headSize || string(b[:4]) != "RIFF" || string(b[8:16]) != "WAVEfmt " || string(b[50:54]) != "data" {
		return nil, nil, errors.New("no WAV")
	}
	tag, channels, rate, perSecond := le.Uint16(b[20:]), le.Uint16(b[22:]), le.Uint32(b[24:]), le.Uint32(b[28:])
	if le.Uint32(b[16:]) != 18 || tag != 6 || channels != 2 || rate != 8000 || perSecond != 16000 || le.Uint16(b[34:]) != 8 {
		return nil, nil, errors.New("another form")
	}
	n := int(le.Uint32(b[54:]))
	if n > len(b)-headSize || n%2 != 0 || len(b)%2 != 0 || int(le.Uint32(b[4:])) != n+headSize-8 || int(le.Uint32(b[46:])) != n/2 || string(b[38:42]) != "fact" {
		return nil, nil, fmt.Errorf("the sizes say %d, there are %d", n, len(b)-headSize)
	}
	for i := headSize; i < headSize+n; i += 2 {
		left, right = append(left, b[i]), append(right, b[i+1])
	}
	return left, right, nil
}

func recordingAt(t *testing.T, start time.Time, limit time.Duration) *recording {
	t.Helper()
	r, err := newRecording(filepath.Join(t.TempDir(), "call.wav"), limit)
	if err != nil {
		t.Fatal(err)
	}
	r.start = start
	return r
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Whatever is placed, flushed and when: the file is as long as the call, each sample
// is where it was placed or silent, and its head is true after every flush.
//
// Control: commit without hush (an echo after 4 s); the head written before the sound.
func TestRecordingIsAsLongAsTheCall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(dir, fmt.Sprintf("%d.wav", rapid.Uint64().Draw(rt, "name")))
		defer os.Remove(path)
		r, err := newRecording(path, time.Hour)
		if err != nil {
			rt.Fatal(err)
		}
		r.start = time.Unix(0, 0)
		want := map[Channel][]byte{Left: nil, Right: nil}
		now, flushed := int64(0), int64(0)
		for range rapid.IntRange(0, 40).Draw(rt, "steps") {
			now += rapid.Int64Range(0, 9000).Draw(rt, "advance")
			if rapid.Bool().Draw(rt, "flush") {
				if err := r.flush(now-4000, make([]byte, 5000)); err != nil {
					rt.Fatal(err)
				}
				flushed = max(flushed, now-4000)
				if _, _, err := wav(contents(t, path)); err != nil {
					rt.Fatal(err)
				}
			}
			ch := Channel(rapid.IntRange(0, 1).Draw(rt, "channel"))
			pos := max(now-rapid.Int64Range(0, 6000).Draw(rt, "back"), 0)
			sound := tone(int(pos))
			r.place(ch, pos, sound)
			for i, b := range sound {
				at := pos + int64(i)
				if at >= flushed && at < flushed+ringSamples {
					for int64(len(want[ch])) <= at {
						want[ch] = append(want[ch], silence)
					}
					want[ch][at] = b
				}
			}
		}
		done, err := r.finish(r.start.Add(length(now)))
		if err != nil || done.Length != length(now) || done.Cut {
			rt.Fatalf("%v, %s of %s", err, done.Length, length(now))
		}
		b := contents(t, path)
		left, right, err := wav(b)
		if err != nil || int64(len(left)) != now {
			rt.Fatalf("%v: %d samples of %d", err, len(left), now)
		}
		if digestOf(b) != done.Digest || int64(len(b)) != done.Bytes {
			rt.Fatal("the digests are of something else")
		}
		for ch, got := range map[Channel][]byte{Left: left, Right: right} {
			for i, x := range got {
				w := byte(silence)
				if i < len(want[ch]) {
					w = want[ch][i]
				}
				if x != w {
					rt.Fatalf("channel %d sample %d is %#x, want %#x", ch, i, x, w)
				}
			}
		}
	})
}

// A disk that stands still costs what does not fit, and not the time of the rest.
//
// Control: place without its end (the newest overwrites what the disk has yet to take).
func TestADiskThatStandsStill(t *testing.T) {
	t.Parallel()
	start := time.Unix(0, 0)
	r := recordingAt(t, start, time.Hour)
	for i := range 500 { // 10 s
		r.place(Left, int64(i*frame), tone(i))
	}
	if err := r.flush(80_000, make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	r.place(Left, 80_000, tone(500))
	done, err := r.finish(start.Add(10*time.Second + framePace))
	if err != nil || done.Length != 10*time.Second+framePace || done.Overrun != 10*time.Second-length(ringSamples) {
		t.Fatalf("%v: %+v", err, done)
	}
	left, _, err := wav(contents(t, done.Path))
	if err != nil || !bytes.Equal(left[frame:2*frame], tone(1)) || left[ringSamples] != silence || !bytes.Equal(left[80_000:], tone(500)) {
		t.Errorf("%v: the sound is not where it was said", err)
	}
}

func TestRecordingEndsAtItsLimit(t *testing.T) {
	t.Parallel()
	start := time.Unix(0, 0)
	r := recordingAt(t, start, time.Second)
	r.place(Left, 7900, tone(1))
	done, err := r.finish(start.Add(time.Minute))
	if err != nil || done.Length != time.Second || !done.Cut || done.Overrun != 0 {
		t.Errorf("%v: %+v", err, done)
	}
}

// A disk that is full is an error with what is there, and what is there plays.
//
// Control: write committing before WriteAt.
func TestAFullDiskIsToldAndWhatIsThereStays(t *testing.T) {
	t.Parallel()
	start := time.Unix(0, 0)
	r := recordingAt(t, start, time.Hour)
	r.place(Left, 0, tone(1))
	if err := r.flush(frame, make([]byte, 4096)); err != nil {
		t.Fatal(err)
	}
	good := r.file
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	r.file = full
	r.place(Left, frame, tone(2))
	if err := r.flush(2*frame, make([]byte, 4096)); err == nil {
		t.Error("a full disk was not noticed")
	}
	if left, _, err := wav(contents(t, r.path)); err != nil || !bytes.Equal(left, tone(1)) {
		t.Errorf("%v: what was there is gone", err)
	}
	full.Close()
	r.file = good // there is room again: nothing was lost
	done, err := r.finish(start.Add(2 * framePace))
	if err != nil {
		t.Fatal(err)
	}
	if left, _, err := wav(contents(t, done.Path)); err != nil || !bytes.Equal(left, append(tone(1), tone(2)...)) {
		t.Errorf("%v: the sound of the bad minute is gone", err)
	}
}

// A process that is killed leaves a file that plays, up to a second before its death;
// Repair gives it its digests.
//
// Control: disk.step that never flushes; write that leaves the head to finish.
func TestARecordingSurvivesSIGKILL(t *testing.T) {
	t.Parallel()
	if folder := os.Getenv("MEDIA_TEST_VICTIM"); folder != "" {
		victim(t, folder)
		return
	}
	folder := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestARecordingSurvivesSIGKILL$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), "MEDIA_TEST_VICTIM="+folder)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	spoken := int64(0) // samples
	for lines := bufio.NewScanner(out); spoken < 3*Rate && lines.Scan(); {
		fmt.Sscanf(lines.Text(), "spoken %d", &spoken)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // it was killed: the error says so

	path := filepath.Join(folder, "call.wav")
	before, _, err := wav(contents(t, path))
	if err != nil || int64(len(before)) < spoken-Rate-2*frame {
		t.Fatalf("before the repair: %v, %d samples of %d", err, len(before), spoken)
	}
	done, err := Repair(path)
	if err != nil {
		t.Fatal(err)
	}
	b := contents(t, path)
	left, _, err := wav(b)
	if err != nil || len(left) < len(before) {
		t.Fatalf("%v: %d samples, %d before", err, len(left), len(before))
	}
	if digestOf(b) != done.Digest || done.Length != length(int64(len(left))) {
		t.Errorf("repair says %+v", done)
	}
	if at := bytes.Index(left, tone(50)); at < 0 || !bytes.Equal(left[at:at+2*frame], append(tone(50), tone(51)...)) {
		t.Error("the words are not there")
	}
}

// victim records a call until it is killed.
func victim(t *testing.T, folder string) {
	e, err := New(Config{Bind: local, Folder: folder, FirstPort: 47000, LastPort: 47100})
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Answer(parsed(t, offerOf("m=audio 4000 RTP/AVP 8")), Call{})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if err := s.Record("call"); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	every(nil, framePace, func() {
		i := int(time.Since(begun) / framePace)
		s.mu.Lock()
		s.recording.place(Left, int64(i*frame), tone(i))
		s.recording.place(Left, int64((i+1)*frame), tone(i+1))
		s.mu.Unlock()
		fmt.Printf("spoken %d\n", (i+1)*frame)
	})
}

// Control: place without its case for what came before.
func TestWhatBeganBeforeTheRecordingIsNotLate(t *testing.T) {
	t.Parallel()
	r := recordingAt(t, time.Unix(0, 0), time.Hour)
	if lost := r.place(Right, -3, tone(0)); lost != 0 {
		t.Errorf("%d samples lost", lost)
	}
	done, err := r.finish(time.Unix(0, 0).Add(framePace))
	if err != nil || done.Late != 0 {
		t.Errorf("%v, late %s", err, done.Late)
	}
}

func digestOf(b []byte) core.BlobDigest {
	sum := sha256.Sum256(b)
	return core.BlobDigest(hex.EncodeToString(sum[:]))
}
