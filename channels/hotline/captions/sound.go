package captions

import (
	"encoding/binary"
	"math"

	"lianou/channels/hotline/media"
)

// engineRate is what the models hear; a telephone has half of it, and not every server
// that speaks FunASR's protocol resamples (protocols.md 5.1).
const engineRate = 2 * media.Rate

// doubler makes two samples of one: between two there goes what a cubic through the four
// around says. The zero value begins after silence; the sound comes out two samples late.
type doubler struct{ a, b, c int16 }

// double appends n samples to out as 16 bits, little endian, at twice the rate; nil sound
// is silence.
func (d *doubler) double(out []byte, n int, sound []int16) []byte {
	for i := range n {
		var x int16
		if i < len(sound) {
			x = sound[i]
		}
		between := (9*(int(d.b)+int(d.c)) - int(d.a) - int(x)) / 16
		between = min(max(between, math.MinInt16), math.MaxInt16)
		out = binary.LittleEndian.AppendUint16(out, uint16(d.b))
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(between)))
		d.a, d.b, d.c = d.b, d.c, x
	}
	return out
}
