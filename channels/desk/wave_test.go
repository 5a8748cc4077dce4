package desk

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"lianou/core/blob"
	"lianou/transcription"
)

// One voice speaks in the first half and the other in the second, whatever the codec:
// the drawing shows who spoke when. Control: lanes swapped in drawWave, "voice 0 at step
// 60 is 0".
func TestWaveShowsWhoSpokeWhen(t *testing.T) {
	t.Parallel()
	quiet, loud := map[int]byte{transcription.CodecALaw: 0xD5, transcription.CodecULaw: 0xFF}, map[int]byte{transcription.CodecALaw: 0x2A, transcription.CodecULaw: 0x00}
	const frames = 8000
	for _, codec := range []int{transcription.CodecALaw, transcription.CodecULaw, transcription.CodecPCM} {
		var data bytes.Buffer
		for i := range frames {
			for lane := range 2 {
				speaks := (i < frames/2) == (lane == 0)
				switch {
				case codec == transcription.CodecPCM && speaks:
					must(t, binary.Write(&data, binary.LittleEndian, int16(20000*math.Sin(float64(i)))))
				case codec == transcription.CodecPCM:
					must(t, binary.Write(&data, binary.LittleEndian, int16(0)))
				case speaks:
					data.WriteByte(loud[codec])
				default:
					data.WriteByte(quiet[codec])
				}
			}
		}
		a := blob.Audio{Codec: codec, Channels: 2, Rate: 8000, Bits: 8}
		if codec == transcription.CodecPCM {
			a.Bits = 16
		}
		w, err := drawWave(&data, a, int64(data.Len()))
		must(t, err)
		for lane := range 2 {
			for _, step := range []int{waveSteps / 4, waveSteps * 3 / 4} {
				speaks := (step < waveSteps/2) == (lane == 0)
				if got := w.Lanes[lane][step]; (got > 60) != speaks || (got > 5) != speaks {
					t.Errorf("codec %d, voice %d at step %d is %d", codec, lane, step, got)
				}
			}
		}
		if w.Seconds() != 1 {
			t.Errorf("codec %d: %d s", codec, w.Seconds())
		}
	}
}

// A recording that ends before its head says draws what there is.
func TestWaveOfACutRecording(t *testing.T) {
	t.Parallel()
	w, err := drawWave(bytes.NewReader(bytes.Repeat([]byte{0x2A}, 800)), blob.Audio{Codec: transcription.CodecALaw, Channels: 1, Rate: 8000, Bits: 8}, 8000)
	must(t, err)
	if w.Lanes[0][10] < 60 || w.Lanes[0][waveSteps-1] != 0 {
		t.Errorf("the first tenth: %v", w.Lanes[0])
	}
	if empty, err := drawWave(bytes.NewReader(nil), blob.Audio{Codec: transcription.CodecALaw, Channels: 2, Rate: 8000, Bits: 8}, 0); err != nil || len(empty.Lanes) != 2 {
		t.Errorf("without sound: %v %v", empty, err)
	}
}

func BenchmarkWaveOfTenMinutes(b *testing.B) {
	data := bytes.Repeat([]byte{0x2A, 0xD5}, 600*8000)
	for b.Loop() {
		if _, err := drawWave(bytes.NewReader(data), blob.Audio{Codec: transcription.CodecALaw, Channels: 2, Rate: 8000, Bits: 8}, int64(len(data))); err != nil {
			b.Fatal(err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
