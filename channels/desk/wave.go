package desk

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/blob"
	"lianou/transcription"
)

// waveSteps is how many strokes a drawing of a recording has: one for each of its
// pixels would say no more, and an hour of sound is 14 kB of drawing.
const waveSteps = 240

// Wave is the outline of a recording: loudness by voice and step, 0 to 100, on the
// logarithmic scale on which both laws of G.711 code it. It tells who spoke when and
// nothing of what was said.
type Wave struct {
	Length time.Duration
	Lanes  [][waveSteps]int // one or two; of more voices the first two
}

// WaveOf draws a recording. It reads all of it: some 50 ms for ten minutes. Errors:
// KindNotFound without a recording, KindUnsupported for sound it cannot draw.
func (d *Desk) WaveOf(ctx context.Context, recording core.BlobDigest) (Wave, error) {
	if recording == "" {
		return Wave{}, core.E(core.KindNotFound, "no_recording", "录音还没到。到了会自己挂上。")
	}
	sound, err := d.d.Blobs.Open(ctx, recording)
	if err != nil {
		return Wave{}, err
	}
	defer sound.Close()
	a, _, err := blob.CheckAudio(sound, sound.Info.MIME)
	if err != nil {
		return Wave{}, err
	}
	if _, err := sound.Seek(int64(a.Data), io.SeekStart); err != nil {
		return Wave{}, fmt.Errorf("draw a recording: %w", err)
	}
	return drawWave(bufio.NewReaderSize(sound, 64<<10), a, sound.Info.Size)
}

func drawWave(r io.Reader, a blob.Audio, size int64) (Wave, error) {
	wide := a.Bits / 8
	frame := wide * a.Channels
	frames := (size - int64(a.Data)) / int64(frame)
	w := Wave{Length: a.Duration(size), Lanes: make([][waveSteps]int, min(a.Channels, 2))}
	if frames <= 0 {
		return w, nil
	}
	loud := loudness(a)
	one := make([]byte, frame)
	for i := range frames {
		if _, err := io.ReadFull(r, one); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		} else if err != nil {
			return Wave{}, fmt.Errorf("draw a recording: %w", err)
		}
		step := int(i * waveSteps / frames)
		for lane := range w.Lanes {
			w.Lanes[lane][step] = max(w.Lanes[lane][step], loud(one[lane*wide:]))
		}
	}
	return w, nil
}

// loudness gives 0 to 100 for a sample. G.711 is a logarithm already (its tables 1a and
// 2a); PCM is brought to the same scale by its highest bit.
func loudness(a blob.Audio) func([]byte) int {
	switch a.Codec {
	case transcription.CodecALaw:
		return func(b []byte) int { return int((b[0]^0x55)&0x7f) * 100 / 127 }
	case transcription.CodecULaw:
		return func(b []byte) int { return int(^b[0]&0x7f) * 100 / 127 }
	}
	if a.Bits == 8 { // unsigned, silence is 128
		return func(b []byte) int { return logOf(abs(int(b[0])-128) << 8) }
	}
	high := a.Bits/8 - 1
	return func(b []byte) int { return logOf(abs(int(int16(uint16(b[high])<<8 | uint16(b[high-1]))))) }
}

// logOf maps 15 bits to seven halvings of 16 steps each, as A-law does.
func logOf(n int) int {
	n >>= 3 // twelve bits
	segment := max(bits.Len(uint(n))-5, 0)
	return min(segment*16+(n>>max(segment-1, 0))&15, 127) * 100 / 127
}

func abs(n int) int { return max(n, -n) }

// Path is the outline of one voice as the data of an SVG path: strokes up and down from
// a middle line, in a box of 240 by 40.
func (w Wave) Path(lane int) string {
	if lane >= len(w.Lanes) {
		return ""
	}
	var b strings.Builder
	for x, loud := range w.Lanes[lane] {
		half := max(loud-25, 0) * 18 / 75 // the noise of a line is no voice
		fmt.Fprintf(&b, "M%d %dV%d", x, 20-half, 21+half)
	}
	return b.String()
}

// Seconds is the length, for the slider over the drawing.
func (w Wave) Seconds() int { return int(w.Length.Round(time.Second) / time.Second) }
